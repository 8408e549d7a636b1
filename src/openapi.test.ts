import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { app } from './app'
import { managementApp } from './management/app'

// The committed documents are what customers' programs are written against: a change to one is seen in review.
// After a wanted change: bun src/main.ts openapi > src/testing/openapi.json, bun src/main.ts management openapi > src/testing/openapi-management.json

interface Operation {
  security?: unknown
  summary?: string
  tags?: string[]
  parameters?: { name: string; in: string; description?: string }[]
  requestBody?: { content: object }
  responses: Record<string, unknown>
  /** Of what another program serves. */
  servers?: unknown
}
interface Document {
  paths: Record<string, Record<string, Operation>>
}

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  )

describe.each([
  ['the Cloud', app.handle, ['openapi'], 'openapi.json'],
  ['the Management plane', managementApp.handle, ['management', 'openapi'], 'openapi-management.json'],
])('the OpenAPI document of %s', (_, handle, words, file) => {
  test('is the committed one', async () => {
    // Printed by a process of its own, which needs no configuration: the framework completes schemas in place as it serves.
    const command = [process.execPath, join(import.meta.dir, 'main.ts'), ...words]
    const printed = Bun.spawnSync(command, { env: { PATH: Bun.env.PATH }, stdout: 'pipe' })
    expect(JSON.parse(printed.stdout.toString())).toEqual(await Bun.file(join(import.meta.dir, 'testing', file)).json())
  })

  const read = async () => (await handle(new Request('http://localhost/api/docs/json'))).json() as Promise<Document>

  test('is one of OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate((await read()) as never)
    expect([valid, errors]).toEqual([true, undefined])
  })

  test('says of every operation who may call it and what it answers', async () => {
    const operations = operationsOf(await read())
    expect(operations.length).toBeGreaterThan(15)
    for (const { name, operation } of operations) {
      const { security, summary, tags, responses } = operation
      expect([name, Array.isArray(security), Boolean(summary), Boolean(tags?.length)]).toEqual([name, true, true, true])
      // The ingestor has no 500: whatever goes wrong there may be sent again.
      const fault = operation.servers ? '503' : '500'
      expect([name, Object.keys(responses).some((status) => status < '400'), fault in responses]).toEqual([name, true, true])
    }
  })

  test('says of every parameter what it does, and of every body that it is JSON', async () => {
    for (const { name, operation } of operationsOf(await read())) {
      const silent = operation.parameters?.filter((parameter) => parameter.in !== 'path' && !parameter.description) ?? []
      expect([name, silent.map((parameter) => parameter.name)]).toEqual([name, []])
      const read = operation.servers ? ['application/json', 'application/x-ndjson'] : ['application/json']
      expect([name, operation.requestBody ? Object.keys(operation.requestBody.content) : read]).toEqual([name, read])
    }
  })
})
