import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { makeDevice, send as deliver, telemetry } from '../ingestor/testing'
import { freePort } from './core/embedded-postgres'
import { migrateDatabase } from './core/migrate'
import { eventually } from './testing/eventually'
import { startCommand } from './testing/process'
import { owner } from './testing/world'

// What would make isolation or sign-in void is refused at the start, by every process that it concerns, before it serves anybody.

const strong = 'kT9-vQ2_mB7.xR4+wZ8=yN6/cF3!hJ5~'
const environment = (change: Record<string, string> = {}) => ({
  DATABASE_URL: Bun.env.DATABASE_URL!,
  SECRET_KEY: strong,
  ENCRYPTION_KEYS: Bun.env.ENCRYPTION_KEYS!,
  API_PORT: String(freePort()),
  INGESTOR_PORT: String(freePort()),
  MANAGEMENT_PORT: String(freePort()),
  ...change,
})

const folder = mkdtempSync(join(tmpdir(), 'monozu-start-'))
const as = (role: string, database?: string) => {
  const url = new URL(Bun.env.DATABASE_OWNER_URL!)
  if (role) [url.username, url.password] = [role, role]
  if (database) url.pathname = `/${database}`
  return url.href
}

beforeAll(async () => {
  for (const role of ['test_bypassing', 'test_owning', 'test_becoming']) await owner.unsafe(`create role ${role} login password '${role}'`)
  await owner.unsafe(
    'alter role test_bypassing bypassrls; grant monozu_owner to test_owning with inherit false; grant test_bypassing to test_becoming',
  )
  await owner.unsafe(
    `grant connect on database "${new URL(Bun.env.DATABASE_URL!).pathname.slice(1)}" to test_bypassing, test_owning, test_becoming`,
  )
  await owner.unsafe('create database test_unforced')
  await migrateDatabase(as('', 'test_unforced'))
  const unforced = postgres(as('', 'test_unforced'), { max: 1, onnotice: () => {} })
  await unforced.unsafe('create table leaking (tenant_id uuid); alter table leaking enable row level security')
  await unforced.end()
}, 30_000)
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await owner.unsafe('drop database test_unforced')
})

/** How a process ends that must not serve; one that serves all the same is stopped after a while. */
async function ending(words: string[], env: Record<string, string>) {
  const command = startCommand(words, env)
  const ended = await Promise.race([command.child.exited, Bun.sleep(15_000).then(() => 'it serves')])
  await command.stop()
  return { ended, output: command.output() }
}
const servers = ['api', 'worker', 'ingestor']

/** A database that is away until `open`, which resolves when a process asks for its role; `answer` lets it hear of it. */
function lateDatabase(url: string) {
  const [real, late] = [new URL(url), new URL(url)]
  late.port = String(freePort())
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let stop = () => {}
  function open() {
    const proxy = Bun.listen<{ to: ReturnType<typeof connect> }>({
      hostname: '127.0.0.1',
      port: Number(late.port),
      socket: {
        open(from) {
          const to = connect(Number(real.port), real.hostname)
          to.on('data', (bytes) => void from.write(bytes))
          to.on('error', () => from.end())
          from.data = { to }
        },
        data(from, bytes) {
          const copy = Buffer.from(bytes)
          if (!copy.includes('pg_has_role')) return void from.data.to.write(copy)
          asked.resolve()
          void answered.promise.then(() => from.data.to.write(copy))
        },
        close: (from) => void from.data.to.destroy(),
      },
    })
    stop = () => proxy.stop(true)
    return asked.promise
  }
  return { url: late.href, open, answer: answered.resolve, stop: () => stop() }
}

type Environment = ReturnType<typeof environment>
const readyStatus = async (port: string) => (await fetch(`http://127.0.0.1:${port}/readyz`)).status
async function signInStatus({ API_PORT }: Environment) {
  const body = JSON.stringify({ email: 'nobody@example.com', password: 'a password of nobody' })
  const headers = { 'content-type': 'application/json' }
  return (await fetch(`http://127.0.0.1:${API_PORT}/api/v1/auth/login`, { method: 'POST', body, headers })).status
}
const deliveryStatus = async ({ INGESTOR_PORT }: Environment) =>
  (await deliver(`http://127.0.0.1:${INGESTOR_PORT}`, await makeDevice(), [telemetry({ value: 1 })])).status

describe('a process does not serve', () => {
  test.each([
    ['as a superuser', as(''), 'is above row-level security'],
    ['as a role that bypasses row-level security', as('test_bypassing'), 'is above row-level security'],
    ['as a role that may become one that bypasses it', as('test_becoming'), 'is above row-level security'],
    ['as a role that may become the owner of the tables', as('test_owning'), 'owns tables'],
    [
      'with a table of tenants that is not forced under it',
      Bun.env.DATABASE_URL!.replace(/\/[^/]*$/, '/test_unforced'),
      'not forced on: leaking',
    ],
  ])('%s', async (_, DATABASE_URL, why) => {
    const endings = await Promise.all(servers.map((name) => ending([name], environment({ DATABASE_URL }))))
    for (const [index, { ended, output }] of endings.entries()) {
      expect([servers[index], ended, output]).toEqual([servers[index], 1, expect.stringContaining(why)])
      expect(output).not.toContain(new URL(DATABASE_URL).password + '@')
    }
  })

  test.each<[string, Record<string, string>, string]>([
    ['with a short SECRET_KEY', { SECRET_KEY: 'too short' }, 'SECRET_KEY must have at least 32 characters'],
    [
      'with a SECRET_KEY out of a manual, in production',
      { NODE_ENV: 'production', SECRET_KEY: 'changeme-changeme-changeme-changeme' },
      'SECRET_KEY is too easy',
    ],
    ['with a SECRET_KEY of one letter, in production', { NODE_ENV: 'production', SECRET_KEY: 'x'.repeat(64) }, 'SECRET_KEY is too easy'],
    [
      'with a former key that is weak, in production',
      { NODE_ENV: 'production', SECRET_KEY_PREVIOUS: 'password'.repeat(5) },
      'SECRET_KEY_PREVIOUS is too easy',
    ],
    ['with encryption keys that are too short', { ENCRYPTION_KEYS: 'a:AAAA' }, 'ENCRYPTION_KEYS must be'],
    ['with a cookie for other sites without https', { REFRESH_COOKIE_SAMESITE: 'none' }, 'REFRESH_COOKIE_SAMESITE=none needs an https'],
    ['with a secret and a file for it', { SECRET_KEY_FILE: join(folder, 'key') }, 'SECRET_KEY and SECRET_KEY_FILE are both set'],
    ['with a file that is not there', { SECRET_KEY: '', SECRET_KEY_FILE: join(folder, 'none') }, 'SECRET_KEY cannot be read'],
    ['restricted to nobody', { AUTH_POLICY: 'restricted' }, 'AUTH_ALLOWED_EMAIL_DOMAINS is required'],
    ['with a Management plane and nothing to show it', { MANAGEMENT_URL: 'https://management.example' }, 'INTERNAL_TOKEN is required'],
    ['with a guessable token between the planes', { INTERNAL_TOKEN: 'short' }, 'INTERNAL_TOKEN must be'],
    ['with a webhook secret that is too short', { CLOUD_WEBHOOK_HMAC_SECRET: 'whsec_AAAA' }, 'CLOUD_WEBHOOK_HMAC_SECRET must be'],
    [
      'calling issuers on private networks, in production',
      { NODE_ENV: 'production', OIDC_PRIVATE_NETWORKS: '10.0.0.0/8' },
      'OIDC_PRIVATE_NETWORKS is for development',
    ],
    [
      'calling issuers on private networks behind an https address',
      { API_PUBLIC_URL: 'https://cloud.example', OIDC_PRIVATE_NETWORKS: '10.0.0.0/8' },
      'OIDC_PRIVATE_NETWORKS is for development',
    ],
    ['calling issuers on what is no network', { OIDC_PRIVATE_NETWORKS: '10.0.0.0/33' }, 'OIDC_PRIVATE_NETWORKS must be networks'],
    [
      'with a database that would go on without TLS',
      { DATABASE_URL: `${Bun.env.DATABASE_URL!}?sslmode=prefer` },
      'DATABASE_URL must have sslmode=verify-full',
    ],
    ['for any origin', { ALLOW_ORIGINS: '*' }, 'ALLOW_ORIGINS must be'],
  ])('%s', async (_, change, why) => {
    writeFileSync(join(folder, 'key'), strong)
    const [api, worker] = await Promise.all(['api', 'worker'].map((name) => ending([name], environment(change))))
    for (const { ended, output } of [api!, worker!]) {
      expect([ended, output]).toEqual([2, expect.stringContaining(why)])
      for (const value of Object.values(change)) if (value.length > 20 && !value.startsWith(folder)) expect(output).not.toContain(value)
    }
  })

  // ASVS 13.2.2
  test.each(servers)('as a superuser that it meets only once the database is there, nor before that is known: %s', async (name) => {
    const database = lateDatabase(Bun.env.DATABASE_OWNER_URL!)
    const env = environment({ DATABASE_URL: database.url, LOG_LEVEL: 'warn' })
    const command = startCommand([name], env)
    expect(await eventually(() => command.output().includes('cannot be reached yet'), 10_000)).toBe(true)
    await database.open()
    if (name === 'api') expect([await signInStatus(env), await readyStatus(env.API_PORT)]).toEqual([503, 503])
    if (name === 'ingestor') expect(await deliveryStatus(env)).toBe(503)
    database.answer()
    const ended = await Promise.race([command.child.exited, Bun.sleep(15_000).then(() => 'it serves')])
    await command.stop()
    database.stop()
    expect([ended, command.output()]).toEqual([1, expect.stringContaining('is above row-level security')])
  })
})

test('the right role that is met only once the database is there is served as soon as that is known', async () => {
  const [forApi, forIngestor] = [lateDatabase(Bun.env.DATABASE_URL!), lateDatabase(Bun.env.DATABASE_INGEST_URL!)]
  const env = environment({ DATABASE_URL: forApi.url, LOG_LEVEL: 'warn' })
  const commands = [startCommand(['api'], env), startCommand(['ingestor'], { ...env, DATABASE_URL: forIngestor.url, DATA_DIR: folder })]
  for (const command of commands) expect(await eventually(() => command.output().includes('cannot be reached yet'), 10_000)).toBe(true)
  await Promise.all([forApi.open(), forIngestor.open()])
  expect([await signInStatus(env), await deliveryStatus(env)]).toEqual([503, 503])
  for (const database of [forApi, forIngestor]) database.answer()
  expect(await eventually(async () => (await readyStatus(env.API_PORT)) === 200, 10_000)).toBe(true)
  expect(await signInStatus(env)).toBe(401)
  expect(await eventually(async () => (await deliveryStatus(env)) === 204, 10_000)).toBe(true)
  for (const command of commands) expect(await command.stop()).toBe(0)
  for (const database of [forApi, forIngestor]) database.stop()
}, 40_000)
