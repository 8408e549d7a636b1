import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import { telemetry } from '../ingestor/testing'
import { freePort } from './core/embedded-postgres'
import { signWebhook } from './core/webhook'
import { withPassword } from './testing/account'
import type { Client } from './testing/api'
import { cookieValue, openCanary } from './testing/canary'
import { startCollector } from './testing/collector'
import { browse, entra } from './testing/entra'
import { eventually } from './testing/eventually'
import { mailOf, tokenIn } from './testing/mail'
import { startApi, startCommand } from './testing/process'
import { openDoor } from './testing/tcp-door'
import { owner } from './testing/world'

setDefaultTimeout(60_000)

const { secrets, refusals, keep, made, strays, ...canary } = openCanary()
const collector = startCollector()
const folder = mkdtempSync(join(tmpdir(), 'monozu-canary-'))
const home = 'http://localhost:8000'
const callback = '/api/v1/auth/microsoft/callback'
const webhookSecret = Buffer.from(made('webhook secret'))
const metricsToken = made('metrics token')
const collectorKey = made('key of the collector')
const { DATABASE_URL, DATABASE_INGEST_URL, SECRET_KEY, ENCRYPTION_KEYS } = Bun.env as Record<string, string>

let api: Awaited<ReturnType<typeof startApi>>
let worker: ReturnType<typeof startCommand>
let ingestor: typeof worker
let ingestUrl: string
let directory: Awaited<ReturnType<typeof entra>>
let database: ReturnType<typeof openDoor>
beforeAll(async () => {
  directory = await entra(`${home}${callback}`)
  database = openDoor(DATABASE_INGEST_URL!)
  const everywhere = {
    ...collector.environment,
    OTEL_EXPORTER_OTLP_HEADERS: `x-key=${collectorKey}`,
    LOG_LEVEL: 'trace',
    SECRET_KEY: keep('SECRET_KEY', SECRET_KEY),
    ENCRYPTION_KEYS: keep('ENCRYPTION_KEYS', ENCRYPTION_KEYS),
    INTERNAL_TOKEN: made('internal token'),
    CLOUD_WEBHOOK_HMAC_SECRET: webhookSecret.toString(),
    MS_AUTHORITY: directory.origin,
    MS_CLIENT_ID: 'monozu',
    MS_CLIENT_SECRET: keep('client secret', 'what the app keeps'),
  }
  const port = freePort()
  ingestUrl = `http://127.0.0.1:${port}`
  ingestor = startCommand(['ingestor'], {
    ...everywhere,
    DATABASE_URL: database.url,
    PORT: String(port),
    METRICS_TOKEN: metricsToken,
    DRAIN_SECONDS: '0',
    SPOOL_DIR: folder,
  })
  worker = startCommand(['worker'], { ...everywhere, DATABASE_URL: DATABASE_URL! })
  api = await startApi(everywhere)
  const isReady = () =>
    fetch(`${ingestUrl}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  if (!(await eventually(isReady, 15_000))) throw new Error(`the ingestor did not start: ${ingestor.output()}`)
}, 30_000)
afterAll(async () => {
  await Promise.all([api?.stop(), worker?.stop(), ingestor?.stop()])
  database?.shut()
  directory?.close()
  await collector.stop()
  rmSync(folder, { recursive: true })
}, 30_000)

const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>, at = api.url) =>
  canary.ask(method, at + path, body, headers)

/** The token in the one mail that is meant for it. */
async function mailed(tenant_id: string, kind: string) {
  const find = async () => tokenIn((await mailOf(tenant_id)).find((mail) => mail.kind === kind)?.text ?? '')
  await eventually(find, 5_000)
  return keep(`link of ${kind}`, await find())
}

/** The Management plane tells of a licence, and somebody who is not it. */
async function licensing({ tenant_id }: Client) {
  const body = JSON.stringify({ tenant_id, plan: 'standard', features: { security: true }, limits: {}, expires_at: null })
  const timestamp = Math.floor(Date.now() / 1000)
  for (const [secret, status] of [
    [Buffer.from(made('forged webhook secret')), 401],
    [webhookSecret, 200],
  ] as const) {
    const id = `msg_${Bun.randomUUIDv7()}`
    const signature = keep('signature', signWebhook(secret, { id, timestamp, body: Buffer.from(body) }))
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
    expect((await ask('POST', '/internal/license/refresh', body, headers)).status).toBe(status)
  }
}

/** Signing in at a directory, and an app of the tenant's own in it, of a right and a wrong secret. */
async function directories(bearer: Record<string, string>) {
  const email = keep('address', `${Bun.randomUUIDv7()}@test.example`)
  directory.account = { tid: crypto.randomUUID(), oid: crypto.randomUUID(), email }
  const begun = await ask('GET', `/api/v1/auth/microsoft/login?email=${email}`)
  const cookie = `monozu_sso=${keep('cookie of a sign-in elsewhere', cookieValue(begun.cookie))}`
  const back = await browse(begun.location, home)
  back.searchParams.delete('iss')
  for (const name of ['code', 'state']) keep(`${name} of a directory`, back.searchParams.get(name))
  await ask('GET', `${callback}?code=${made('forged code')}&state=${made('forged state')}`, undefined, { cookie })
  expect((await ask('GET', `${callback}${back.search}`, undefined, { cookie })).location).toContain('error=')
  await ask('POST', '/api/v1/auth/exchange', { code: made('forged hand-off') }, { cookie })
  const app = { directory: crypto.randomUUID(), client_id: 'monozu' }
  for (const client_secret of [made('wrong client secret'), 'what the app keeps'])
    await ask('PUT', '/api/v1/settings/sso', { ...app, client_secret }, bearer)
}

/** Every door of the ingestor, with a living key, a forged one and one that was revoked, and while the database is away. */
async function deliveries(device: { id: unknown; key: string }, bearer: Record<string, string>) {
  const doors: [string, (key: string) => Record<string, string>][] = [
    ['/v1/ingest', (key) => ({ 'x-device-key': key })],
    ['/api/v1/write', (key) => ({ authorization: `Bearer ${key}` })],
    ['/write?u=edge', (key) => ({ authorization: `Basic ${btoa(`edge:${key}`)}` })],
    ['/api/v2/write', (key) => ({ authorization: `Token ${key}` })],
    ['/v1/metrics', (key) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' })],
    ['/v1/logs', (key) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' })],
  ]
  const knock = async (key: string) => {
    for (const [path, headers] of doors) {
      await ask('POST', path, `{"${made('what cannot be read')}"`, headers(key), ingestUrl)
      await ask('POST', `${path}${path.includes('?') ? '&' : '?'}p=${made('key in a URL')}`, '', headers(key), ingestUrl)
    }
  }
  const deliver = (key: string, n: number) => ask('POST', '/v1/ingest', [telemetry({ n }, n)], { 'x-device-key': key }, ingestUrl)
  expect((await deliver(device.key, 1)).status).toBe(204)
  await knock(device.key)
  await knock(made('forged device key'))
  await ask('GET', '/metrics', undefined, { authorization: `Bearer ${made('forged metrics token')}` }, ingestUrl)
  database.shut()
  expect((await deliver(device.key, 2)).status).toBe(204)
  const spooled = readdirSync(folder, { recursive: true, withFileTypes: false }).map((name) => join(folder, String(name)))
  const spool = spooled.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, 'latin1'))
  await knock(made('device key that nobody can look up'))
  database.open()
  await ask('DELETE', `/api/v1/devices/${String(device.id)}`, undefined, bearer)
  expect(await eventually(async () => (await deliver(device.key, 3)).status === 401, 5_000)).toBe(true)
  await knock(device.key)
  const metrics = await ask('GET', '/metrics', undefined, { authorization: `Bearer ${metricsToken}` }, ingestUrl)
  expect(metrics.text).toContain('monozu_ingestor_requests_total')
  return { spool: spool.join('\n'), metrics: metrics.text }
}

// ASVS 16.2.5, 16.5.1, 14.2.4, 13.3.2
test('no secret of any flow is in a log, a span, the audit log, another mail, an error, the spool, or in the clear in the database', async () => {
  const client = await withPassword()
  const { tenant_id, email } = client
  await licensing(client)
  const first = 'correct horse battery staple'
  keep('address', email)

  // Signing in, rightly and wrongly.
  await ask('POST', '/api/v1/auth/login', { email, password: made('wrong password') })
  await ask('POST', '/api/v1/auth/login', { email: `${made('strange address')}@test.example`, password: made('wrong password') })
  const login = await ask('POST', '/api/v1/auth/login', { email, password: first })
  expect(login.status).toBe(200)
  const bearer = { authorization: `Bearer ${keep('access token', login.answer.access_token)}` }
  keep('refresh token', cookieValue(login.cookie))
  const refreshed = await ask('POST', '/api/v1/auth/refresh', {}, { cookie: login.cookie.split(';')[0]! })
  expect(refreshed.status).toBe(200)
  keep('refresh token', cookieValue(refreshed.cookie))
  await ask('POST', '/api/v1/auth/refresh', {}, { cookie: `refresh_token=${made('forged cookie')}` })
  await ask('GET', '/api/v1/me', undefined, { authorization: `Bearer ${made('forged token')}` })

  // A new password, a second factor and its codes.
  const password = made('password')
  const change = { current_password: first, new_password: password }
  expect((await ask('POST', '/api/v1/auth/password/change', change, bearer)).status).toBeLessThan(300)
  const enrolled = await ask('POST', '/api/v1/me/mfa/enrol', { password }, bearer)
  const totp = new TOTP({ secret: Secret.fromBase32(keep('authenticator secret', enrolled.answer.secret)) })
  const confirmed = await ask('POST', '/api/v1/me/mfa/confirm', { totp_code: totp.generate() }, bearer)
  for (const code of confirmed.answer.recovery_codes as string[]) keep('recovery code', code)
  const half = await ask('POST', '/api/v1/auth/login', { email, password })
  const session_token = keep('half a sign-in', half.answer.session_token)
  await ask('POST', '/api/v1/auth/mfa/verify', { session_token, recovery_code: made('wrong recovery code') })
  const [code] = confirmed.answer.recovery_codes as string[]
  expect((await ask('POST', '/api/v1/auth/mfa/verify', { session_token, recovery_code: code })).status).toBe(200)

  // Machines.
  const key = await ask('POST', '/api/v1/settings/edge-registration-keys', { label: 'Site' }, bearer)
  const provisioning = { 'x-provisioning-key': keep('provisioning key', key.answer.provisioning_key) }
  const device = await ask('POST', '/api/v1/devices/register', { name: 'edge', hardware_id: Bun.randomUUIDv7() }, provisioning)
  const deviceKey = { 'x-device-key': keep('device key', device.answer.device_key) }
  expect((await ask('GET', '/api/v1/commands', undefined, deviceKey)).status).toBe(200)
  await ask('GET', '/api/v1/commands', undefined, { 'x-device-key': made('forged device key') })
  await ask('POST', '/api/v1/devices/register', { name: 'edge', registration_key: made('forged provisioning key') })
  const expires_at = new Date(Date.now() + 86_400_000).toISOString()
  const token = await ask('POST', '/api/v1/api-tokens', { name: 'nightly', scopes: ['devices.read'], expires_at }, bearer)
  const program = { authorization: `Bearer ${keep('API token', token.answer.token)}` }
  expect((await ask('GET', '/api/v1/devices', undefined, program)).status).toBe(200)
  const ticket = await ask('POST', '/api/v1/ws/ticket', {}, bearer)
  await ask('GET', `/api/ws/security?ticket=${keep('ticket', ticket.answer.ticket)}&token=${made('token in a URL')}`)

  // What does not fit, with a secret wherever one can be.
  await ask('POST', '/api/v1/auth/login', `{"email":"${email}","password":"${made('password in broken JSON')}"`)
  await ask('POST', '/api/v1/auth/login', { email: made('no address'), password: { [made('field name')]: made('nested password') } })
  await ask('GET', `/api/v1/devices/${made('id')}?limit=${made('limit')}`, undefined, bearer)
  await ask('GET', `/api/v1/${made('path')}`, undefined, bearer)
  await ask('POST', '/api/v1/groups', { name: made('name'), permissions: [made('permission')] }, bearer)

  // Machines at the ingestor, and people from elsewhere.
  await directories(bearer)
  const { spool, metrics } = await deliveries({ id: device.answer.device_id, key: deviceKey['x-device-key'] }, bearer)
  const invited = keep('address of a guest', `${Bun.randomUUIDv7()}@test.example`)
  const invitation = { email: invited, group_ids: [], org_unit_scope: 'all' }
  expect((await ask('POST', '/api/v1/invitations', invitation, bearer)).status).toBe(201)
  const accepted = { token: await mailed(tenant_id, 'invitation'), name: 'Guest', password: made('password') }
  await ask('POST', '/api/v1/auth/invitations/accept', { ...accepted, token: made('forged link') })
  expect(await ask('POST', '/api/v1/auth/invitations/accept', accepted)).toMatchObject({ status: 200 })

  // A forgotten password.
  await ask('POST', '/api/v1/auth/password/forgot', { email })
  const reset = { token: await mailed(tenant_id, 'password_reset'), new_password: made('password') }
  expect((await ask('POST', '/api/v1/auth/password/reset', reset)).status).toBeLessThan(300)
  await ask('POST', '/api/v1/auth/password/reset', reset)
  await ask('POST', '/api/v1/auth/logout', {}, { cookie: refreshed.cookie.split(';')[0]! })

  // As they end, the processes send what they have left.
  expect(await Promise.all([api.stop(), worker.stop(), ingestor.stop()])).toEqual([0, 0, 0])
  const log = [api, worker, ingestor].map(({ output }) => output()).join('\n')
  const pushed = collector.bodies.map(({ path, text, headers }) => JSON.stringify([path, text, { ...headers, 'x-key': '' }])).join('\n')
  expect(log).toContain('/api/v1/auth/login')
  for (const service of ['monozu-api', 'monozu-worker', 'monozu-ingestor'])
    expect(collector.spans.filter((span) => span.service === service).length).toBeGreaterThan(5)
  const mails = (await mailOf(tenant_id)).map(({ kind, text }) => ({ kind, text }))
  const audited = await owner`select t::text as row from audit_log t where tenant_id = ${tenant_id}`
  const tables = await owner<{ name: string }[]>`
    select relname as name from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace`
  const kept = await Promise.all(tables.map(({ name }) => owner`select t::text as row from ${owner(name)} t`))
  const places: Record<string, string> = {
    log,
    spool,
    metrics,
    'spans and metrics': pushed,
    ...Object.fromEntries(mails.map(({ kind, text }, n) => [`mail ${n} ${kind}`, text])),
    'audit log': audited.map(({ row }) => row as string).join('\n'),
    errors: refusals.join('\n'),
    database: kept.flatMap((rows) => rows.map(({ row }) => row as string)).join('\n'),
  }
  // That is to say: they would be seen there.
  expect(pushed).toContain(tenant_id)
  expect(pushed).toContain('monozu_ingestor_requests')
  expect(spool.length).toBeGreaterThan(100)
  expect(mails.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['invitation', 'password_reset']))
  expect(places.database).toContain(email)
  expect(audited.length).toBeGreaterThan(8)
  expect(refusals.length).toBeGreaterThan(10)
  expect(secrets.size).toBeGreaterThan(100)
  /** Addresses are kept where they are needed, and who was invited is on record; lines that cannot be read are kept whole; a link is in the mail it is for. */
  const belongs = (what: string, place: string) =>
    (what.startsWith('address') && (place === 'database' || place.startsWith('mail'))) ||
    (what.startsWith('address of a guest') && place === 'audit log') ||
    (what.startsWith('what cannot be read') && place === 'database') ||
    (what.startsWith('link of') && place.startsWith('mail') && place.endsWith(what.split(' ')[2]!))
  expect(strays(places, belongs)).toEqual([])
})
