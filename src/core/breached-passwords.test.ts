import { afterAll, afterEach, beforeAll, expect, spyOn, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { config } from './config'
import { limits } from './limits'
import { log } from './log'
import { password, withPassword } from '../testing/account'
import { type Client, problem, send } from '../testing/api'

const leaked = 'seven blue lanterns over water'
const digits = createHash('sha1').update(leaked).digest('hex').toUpperCase()
const padding = `${'0'.repeat(35)}:0`
const range = [`${'A'.repeat(35)}:3`, `${digits.slice(5)}:12`, padding].join('\r\n')

let answer: (prefix: string) => Response | Promise<Response>
const asked: { path: string; padded: string | null; text: string }[] = []
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const { pathname } = new URL(request.url)
    asked.push({
      path: pathname,
      padded: request.headers.get('add-padding'),
      text: JSON.stringify([request.url, request.headers.toJSON()]),
    })
    return answer(pathname.slice(-5))
  },
})
const online = () => (config.PWNED_PASSWORDS_URL = `http://127.0.0.1:${server.port}`)
const folder = mkdtempSync(join(tmpdir(), 'monozu-ranges-'))
const warned = spyOn(log, 'warn')

beforeAll(() => void online())
afterEach(() => {
  online()
  asked.length = 0
  warned.mockClear()
})
afterAll(async () => {
  config.PWNED_PASSWORDS_URL = ''
  warned.mockRestore()
  rmSync(folder, { recursive: true, force: true })
  await server.stop(true)
})

const change = (client: Client, new_password: string) => client.api.auth.password.change.post({ current_password: password, new_password })
const faults = async (client: Client, new_password: string) => {
  const { status, error } = await change(client, new_password)
  const value = error?.value as { errors?: { path: string; message: string }[] } | undefined
  return [status, value?.errors?.[0]?.path, value?.errors?.[0]?.message]
}
const refused = [422, '/new_password', 'is known from a breach, and among the first that are tried']

// ASVS 6.2.12
test('a new password that is known from a breach is refused, and the list learns five digits of its hash', async () => {
  answer = (prefix) => new Response(prefix === digits.slice(0, 5) ? range : padding)
  const client = await withPassword()
  expect(await faults(client, leaked)).toEqual(refused)
  expect(asked.map(({ path, padded }) => [path, padded])).toEqual([[`/range/${digits.slice(0, 5)}`, 'true']])
  expect(asked[0]!.text.toUpperCase()).not.toContain(digits.slice(5, 12))
  expect((await change(client, 'eight green lanterns over water')).status).toBe(204)
})

// ASVS 6.2.12
test('wherever a password is chosen', async () => {
  answer = () => new Response(range)
  const body = { email: `${Bun.randomUUIDv7()}@test.example`, password: leaked, name: 'Ada', tenant_name: 'Nordwind' }
  const reply = await problem(await send('POST', '/api/v1/auth/register', { body }))
  expect(reply.errors).toEqual([{ path: '/password', message: refused[2] as string }])
})

test('a line that only fills up is no breach', async () => {
  answer = () => new Response(`${digits.slice(5)}:0\r\n`)
  expect((await change(await withPassword(), leaked)).status).toBe(204)
})

test('from a folder of the operator, without asking anybody', async () => {
  writeFileSync(join(folder, `${digits.slice(0, 5)}.txt`), range)
  config.PWNED_PASSWORDS_URL = pathToFileURL(folder).href
  const client = await withPassword()
  expect(await faults(client, leaked)).toEqual(refused)
  expect(asked).toEqual([])
})

type Trouble = [string, () => void]

// ASVS 16.5.2
test.each<Trouble>([
  ['refuses', () => (answer = () => new Response('busy', { status: 503 }))],
  ['sends elsewhere', () => (answer = () => Response.redirect('http://127.0.0.1:1/', 302))],
  ['says far too much', () => (answer = () => new Response('x'.repeat(limits.breachedRangeBytes + 1)))],
  ['is not there', () => (config.PWNED_PASSWORDS_URL = 'http://127.0.0.1:1')],
  ['lacks the file', () => (config.PWNED_PASSWORDS_URL = pathToFileURL(join(folder, 'none')).href)],
])('where the list %s, the password is taken, and the log counts it', async (_, arrange) => {
  arrange()
  expect((await change(await withPassword(), leaked)).status).toBe(204)
  const counted = warned.mock.calls.map(([entry]) => (entry as { unanswered?: number }).unanswered ?? 0)
  expect(Math.max(...counted)).toBeGreaterThan(0)
  expect(JSON.stringify(warned.mock.calls)).not.toContain(leaked)
})
