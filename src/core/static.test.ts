import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Elysia } from 'elysia'
import { problem } from '../testing/api'
import { errors } from './errors'
import { staticFiles } from './static'

const folder = mkdtempSync(join(tmpdir(), 'monozu-console-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a file that is gone while the console is built anew is not found, and served once it is back', async () => {
  const script = join(folder, 'part.js')
  writeFileSync(script, 'export {}')
  const app = new Elysia().use(errors).use(staticFiles('index.html', folder))
  const ask = () => app.handle(new Request('http://localhost/part.js'))
  rmSync(script)
  const gone = await ask()
  expect([gone.status, (await problem(gone)).error]).toEqual([404, 'not_found'])
  writeFileSync(script, 'export const isBack = true')
  const back = await ask()
  expect([back.status, await back.text()]).toEqual([200, 'export const isBack = true'])
})
