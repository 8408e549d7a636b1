import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { app } from './app'
import { managementApp } from './management/app'

// The committed documents are what customers' programs are written against: a change to one is seen in review.
// After a wanted change: bun src/main.ts openapi > src/testing/openapi.json, bun src/main.ts management openapi > src/testing/openapi-management.json

interface Document {
  paths: Record<string, Record<string, { security?: unknown; summary?: string; tags?: string[] }>>
}

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

  test('says of every operation who may call it and what it answers', async () => {
    const reply = await handle(new Request('http://localhost/api/docs/json'))
    const { paths } = (await reply.json()) as Document
    expect(Object.keys(paths).length).toBeGreaterThan(15)
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { security, summary, tags }] of Object.entries(operations)) {
        expect([method, path, Array.isArray(security), Boolean(summary), Boolean(tags?.length)]).toEqual([method, path, true, true, true])
      }
    }
  })
})
