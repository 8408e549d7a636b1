import { afterAll, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { config } from './core/config'
import { unseal } from './core/secrets'
import { beginTransaction } from './identity/sso/transactions'
import { beginTransaction as beginStaffTransaction } from './management/sso/service'
import { rewrapSecrets, sealedPlaces } from './rewrap'
import { password, withPassword } from './testing/account'
import { send } from './testing/api'
import { staffSignedIn } from './testing/management'
import { owner } from './testing/owner'
import { startCommand } from './testing/process'

const original = config.ENCRYPTION_KEYS
afterAll(() => void (config.ENCRYPTION_KEYS = original))

const login = (email: string) => send('POST', '/api/v1/auth/login', { body: { email, password } })

/** Something sealed in each place there is. */
async function furnished() {
  const client = await withPassword()
  const email = `${Bun.randomUUIDv7()}@test.example`
  const begun = await client.api.me.mfa.enrol.post({ password })
  const headers = { ...client.headers, 'idempotency-key': Bun.randomUUIDv7() }
  const invited = await send('POST', '/api/v1/invitations', { headers, body: { email, group_ids: [], org_unit_scope: 'all' } })
  expect([begun.status, invited.status]).toEqual([200, 201])
  await beginTransaction({ provider: 'some app', return_path: '/' })
  const staff = await staffSignedIn('support')
  expect((await staff.api.me.mfa.enrol.post({ password })).status).toBe(200)
  await beginStaffTransaction()
  const body = { directory: crypto.randomUUID(), client_id: 'ours', client_secret: 'of ours' }
  expect((await send('PUT', '/api/v1/settings/sso', { headers: client.headers, body })).status).toBe(200)
  return { ...client, secret: begun.data!.secret }
}

const kidsOf = async ({ table, column }: { table: string; column: string }) =>
  (await owner.unsafe(`select distinct split_part(${column}, ':', 1) as kid from ${table} where ${column} is not null order by 1`)).map(
    ({ kid }) => kid as string,
  )

test('each place that seals is on the list of those that are sealed anew', async () => {
  const files = [...new Bun.Glob('src/**/*.ts').scanSync({ cwd: resolve(import.meta.dir, '..') })].filter(
    (file) => !/\.test\.ts$|testing\/|core\/secrets\.ts|src\/rewrap\.ts/.test(file),
  )
  const texts = await Promise.all(files.map((file) => Bun.file(resolve(import.meta.dir, '..', file)).text()))
  const calls = texts.flatMap((text) => [...text.matchAll(/(?<![\w.])seal\(/g)])
  expect(calls.length).toBe(sealedPlaces.length)
})

// ASVS 11.2.2
test('after a key was changed and the old one left out, everything opens and everybody signs in', async () => {
  const somebody = await furnished()
  const fresh = { kid: 'fresh', key: randomBytes(32) }
  config.ENCRYPTION_KEYS = [fresh, ...original]
  const later = await furnished()
  const lines: string[] = []
  const outcomes = await rewrapSecrets(Bun.env.DATABASE_OWNER_URL!, (line) => lines.push(line))
  for (const { table, rewrapped, unreadable } of outcomes) {
    expect([table, unreadable]).toEqual([table, 0])
    if (table !== 'retired_pepper') expect(rewrapped).toBeGreaterThan(0)
  }
  expect(lines.length).toBeGreaterThanOrEqual(3)
  for (const place of sealedPlaces) expect([place.table, await kidsOf(place)]).toEqual([place.table, ['fresh']])
  expect((await rewrapSecrets(Bun.env.DATABASE_OWNER_URL!, () => {})).every(({ rewrapped }) => rewrapped === 0)).toBe(true)

  config.ENCRYPTION_KEYS = [fresh]
  for (const { user_id, secret } of [somebody, later]) {
    const [row] = await owner`select secret from mfa_factor where user_id = ${user_id}`
    expect(unseal(row!.secret as string, `mfa_factor ${user_id}`)).toBe(secret)
  }
  const hashOf = async () =>
    (await owner`select password_hash from identity where user_id = ${somebody.user_id}`)[0]!.password_hash as string
  expect(await hashOf()).toStartWith('test:')
  expect((await login(somebody.email)).status).toBe(200)
  expect(await hashOf()).toStartWith('fresh:')
  expect((await login(somebody.email)).status).toBe(200)
  config.ENCRYPTION_KEYS = [...original, fresh]
  await rewrapSecrets(Bun.env.DATABASE_OWNER_URL!, () => {})
  config.ENCRYPTION_KEYS = original
})

test('the command says what it did, and fails where a key is missing', async () => {
  await furnished()
  const ring = (kid: string) => `${kid}:${randomBytes(32).toString('base64')}`
  const missing = startCommand(['keys', 'rewrap'], { DATABASE_URL: Bun.env.DATABASE_OWNER_URL!, ENCRYPTION_KEYS: ring('other') })
  expect(await missing.child.exited).toBe(1)
  expect(missing.output()).toContain('FAULT mail')
  const whole = startCommand(['keys', 'rewrap'], { DATABASE_URL: Bun.env.DATABASE_OWNER_URL!, ENCRYPTION_KEYS: Bun.env.ENCRYPTION_KEYS! })
  expect(await whole.child.exited).toBe(0)
  expect(whole.output()).toContain('everything is sealed with test')
  const nothing = startCommand(['keys'], {})
  expect(await nothing.child.exited).toBe(2)
})
