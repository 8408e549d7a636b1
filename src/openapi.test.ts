import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { app } from './app'

// The committed document is what customers' programs are written against: a change to it is seen in review.
// After a wanted change: bun src/main.ts openapi > src/testing/openapi.json

test('the OpenAPI document is the committed one', async () => {
  // Printed by a process of its own: the framework completes schemas in place as it serves.
  const printed = Bun.spawnSync([process.execPath, join(import.meta.dir, 'main.ts'), 'openapi'], { env: Bun.env, stdout: 'pipe' })
  expect(JSON.parse(printed.stdout.toString())).toEqual(await Bun.file(join(import.meta.dir, 'testing/openapi.json')).json())
})

test('every documented operation says who may call it and what it answers', async () => {
  const reply = await app.handle(new Request('http://localhost/api/docs/json'))
  const { paths } = (await reply.json()) as {
    paths: Record<string, Record<string, { security?: unknown; summary?: string; tags?: string[] }>>
  }
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { security, summary, tags }] of Object.entries(operations)) {
      expect([method, path, Array.isArray(security), Boolean(summary), Boolean(tags?.length)]).toEqual([method, path, true, true, true])
    }
  }
})
