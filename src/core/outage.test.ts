import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { eventually } from '../testing/eventually'
import { startApi } from '../testing/process'
import { type RunningPostgres, freePort, startPostgres } from './embedded-postgres'
import { migrateDatabase } from './migrate'
import { hashPassword } from './passwords'

// A database of its own, stopped and started beneath a server that is never restarted.
const folder = join(tmpdir(), `monozu-outage-${process.pid}`)
const port = freePort()
const password = 'a password of nobody else'
const start = () => startPostgres({ folder, port, password: 'postgres', settings: ['fsync=off'] })
const [tenant_id, user_id, group_id, membership_id] = Array.from({ length: 4 }, () => Bun.randomUUIDv7()) as [
  string,
  string,
  string,
  string,
]

let database: RunningPostgres
let api: Awaited<ReturnType<typeof startApi>>

beforeAll(async () => {
  database = await start()
  await migrateDatabase(database.url, { monozu_app: 'app' })
  const sql = postgres(database.url, { max: 1, onnotice: () => {} })
  await sql`insert into tenant (id, name, created_at, updated_at) values (${tenant_id}, 'Test', now(), now())`
  await sql`insert into app_user (id, email, created_at) values (${user_id}, 'somebody@test.example', now())`
  await sql`insert into identity (id, user_id, kind, password_hash, created_at) values (${Bun.randomUUIDv7()}, ${user_id}, 'password', ${await hashPassword(password)}, now())`
  await sql`insert into membership (tenant_id, id, user_id, name, whole_tenant) values (${tenant_id}, ${membership_id}, ${user_id}, 'Somebody', true)`
  await sql`insert into access_group (tenant_id, id, name, permissions) values (${tenant_id}, ${group_id}, 'All', '{*}')`
  await sql`insert into membership_group (tenant_id, id, membership_id, group_id) values (${tenant_id}, ${Bun.randomUUIDv7()}, ${membership_id}, ${group_id})`
  await sql.end()
  api = await startApi({ DATABASE_URL: database.url.replace('postgres:postgres@', 'monozu_app:app@'), LOG_LEVEL: 'info' })
}, 30_000)

afterAll(async () => {
  await api?.stop()
  await database?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const ask = (path: string, init: RequestInit = {}) => fetch(`${api.url}${path}`, { ...init, signal: AbortSignal.timeout(8000) })
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  ask(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })
const statusOf = (reply: Promise<Response>) => reply.then(({ status }) => status)

async function signIn() {
  const reply = await post('/api/v1/auth/login', { email: 'somebody@test.example', password })
  const { access_token } = (await reply.json()) as { access_token: string }
  return {
    status: reply.status,
    cookie: reply.headers.get('set-cookie')?.split(';')[0] ?? '',
    headers: { authorization: `Bearer ${access_token}` },
  }
}

/** Signs out elsewhere in the world: the session ends in the database, and the notification is all that this server hears of it. */
async function endSessions() {
  const sql = postgres(database.url, { max: 1, onnotice: () => {} })
  await sql`update session set ended_at = now(), end_reason = 'revoked'`
  await sql`select pg_notify('monozu', ${`sessions ${tenant_id}`})`
  await sql.end()
}

// ASVS 16.5.2
test('a database that goes away and comes back is survived without a restart', async () => {
  const { status, headers, cookie } = await signIn()
  expect(status).toBe(200)
  expect(await statusOf(ask('/readyz'))).toBe(200)
  expect(await statusOf(ask('/api/v1/groups', { headers }))).toBe(200)

  await database.stop()
  const started = performance.now()
  const refused = await Promise.all([
    ...Array.from({ length: 25 }, () => ask('/api/v1/groups', { headers })),
    ask('/api/v1/me', { headers: { authorization: headers.authorization } }),
    post('/api/v1/groups', { name: 'Lost', permissions: [] }, headers),
    post('/api/v1/auth/refresh', {}, { cookie }),
    post('/api/v1/auth/login', { email: 'somebody@test.example', password }),
    ask('/readyz'),
  ])
  expect(performance.now() - started).toBeLessThan(7000)
  expect(refused.map((reply) => reply.status)).toEqual(refused.map(() => 503))
  for (const reply of refused.slice(0, -1)) {
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await reply.json()).toMatchObject({ error: 'unavailable' })
  }
  expect(await statusOf(ask('/healthz'))).toBe(200)

  database = await start()
  expect(await eventually(async () => (await statusOf(ask('/readyz'))) === 200, 10_000)).toBe(true)
  // A connection may first tell the last words of the server it had before: whoever hears them tries again.
  const manyAtOnce = () => Promise.all(Array.from({ length: 40 }, () => statusOf(ask('/api/v1/groups', { headers }))))
  expect(await eventually(async () => (await manyAtOnce()).every((status) => status === 200), 10_000)).toBe(true)
  expect(await statusOf(post('/api/v1/groups', { name: 'Kept', permissions: [] }, headers))).toBe(201)

  // Heard again: a session that ends elsewhere is out within a second, not when the cache of five seconds runs out.
  const isListening = async () => {
    const sql = postgres(database.url, { max: 1 })
    const rows = await sql`select from pg_stat_activity where query ilike 'listen%' and usename = 'monozu_app'`
    await sql.end()
    return rows.length > 0
  }
  expect(await eventually(isListening, 10_000)).toBe(true)
  expect(await statusOf(ask('/api/v1/me', { headers }))).toBe(200)
  await endSessions()
  expect(await eventually(async () => (await statusOf(ask('/api/v1/me', { headers }))) === 401, 1000)).toBe(true)
  expect((await signIn()).status).toBe(200)
  expect(api.child.exitCode).toBeNull()
}, 40_000)

test('a server that is started while the database is away serves as soon as it is there', async () => {
  await database.stop()
  const second = await startApi({ DATABASE_URL: database.url.replace('postgres:postgres@', 'monozu_app:app@'), LOG_LEVEL: 'info' })
  try {
    expect(await statusOf(fetch(`${second.url}/readyz`))).toBe(503)
    database = await start()
    expect(await eventually(async () => (await statusOf(fetch(`${second.url}/readyz`))) === 200, 10_000)).toBe(true)
    const reply = await fetch(`${second.url}/api/v1/auth/login`, {
      method: 'POST',
      body: JSON.stringify({ email: 'somebody@test.example', password }),
      headers: { 'content-type': 'application/json' },
    })
    expect(reply.status).toBe(200)
  } finally {
    expect(await second.stop()).toBe(0)
  }
}, 40_000)

// ASVS 16.5.2, 1.4.3
test('a database that freezes holds nobody for long, and what was asked meanwhile goes on when it thaws', async () => {
  const { headers } = await signIn()
  const { pid } = database.process
  const family = Bun.spawnSync(['ps', '-o', 'pid=', '--ppid', String(pid)])
    .stdout.toString()
    .split('\n')
    .map(Number)
    .filter(Boolean)
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => [pid, ...family].forEach((each) => process.kill(each, name))
  signal('SIGSTOP')
  try {
    const [request, readiness] = await Promise.all([
      fetch(`${api.url}/api/v1/groups`, { headers, signal: AbortSignal.timeout(20_000) }),
      fetch(`${api.url}/readyz`),
    ])
    expect([request.status, readiness.status]).toEqual([503, 503])
    expect(request.headers.get('retry-after')).toBeTruthy()
    expect(await statusOf(ask('/healthz'))).toBe(200)
  } finally {
    signal('SIGCONT')
  }
  expect(await eventually(async () => (await statusOf(ask('/api/v1/groups', { headers }))) === 200, 10_000)).toBe(true)
  expect(await statusOf(ask('/readyz'))).toBe(200)
}, 40_000)

test('SIGTERM ends it in order, with code 0', async () => {
  expect(await api.stop()).toBe(0)
  expect(api.output()).toContain('draining')
})
