import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import { cookieValue, openCanary } from '../testing/canary'
import { startCollector } from '../testing/collector'
import { browse, entra } from '../testing/entra'
import { eventually } from '../testing/eventually'
import { newStaff } from '../testing/management'
import { owner } from '../testing/owner'
import { startApi, startCommand, startManagement } from '../testing/process'

setDefaultTimeout(60_000)

const { secrets, refusals, keep, made, strays, ask } = openCanary()
const collector = startCollector()
const home = 'http://localhost:8080'
const callback = '/api/v1/auth/microsoft/callback'
const directoryId = crypto.randomUUID()
const { SECRET_KEY, ENCRYPTION_KEYS } = Bun.env as Record<string, string>

let cloud: Awaited<ReturnType<typeof startApi>>
let plane: Awaited<ReturnType<typeof startManagement>>
let directory: Awaited<ReturnType<typeof entra>>
beforeAll(async () => {
  directory = await entra(`${home}${callback}`)
  const between = { INTERNAL_TOKEN: made('internal token'), CLOUD_WEBHOOK_HMAC_SECRET: made('webhook secret') }
  const both = {
    ...collector.environment,
    ...between,
    SECRET_KEY: keep('SECRET_KEY', SECRET_KEY),
    ENCRYPTION_KEYS: keep('ENCRYPTION_KEYS', ENCRYPTION_KEYS),
  }
  cloud = await startApi(both)
  plane = await startManagement({
    ...both,
    CLOUD_URL: cloud.url,
    API_PUBLIC_URL: home,
    MS_AUTHORITY: directory.origin,
    MS_CLIENT_ID: 'monozu',
    MS_CLIENT_SECRET: keep('client secret', 'what the app keeps'),
    MS_TENANT_ID: directoryId,
  })
}, 30_000)
afterAll(async () => {
  await Promise.all([cloud?.stop(), plane?.stop()])
  directory?.close()
  await collector.stop()
}, 30_000)

const at = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  ask(method, `${plane.url}/api/v1${path}`, body, headers)

/** Signing in with the directory, with what somebody made up and then rightly. */
async function withDirectory(email: string) {
  directory.account = { tid: directoryId, oid: crypto.randomUUID(), email }
  const begin = async () => {
    const begun = await at('GET', `/auth/microsoft/login?email=${email}`)
    keep('cookie of a sign-in elsewhere', cookieValue(begun.cookie))
    return { cookie: begun.cookie.split(';')[0]!, where: begun.location }
  }
  const forged = await begin()
  const query = `code=${made('forged code')}&state=${made('forged state')}`
  await at('GET', `/auth/microsoft/callback?${query}`, undefined, { cookie: forged.cookie })
  const begun = await begin()
  const back = await browse(begun.where, home)
  for (const name of ['code', 'state']) keep(`${name} of a directory`, back.searchParams.get(name))
  const done = await ask('GET', `${plane.url}${callback}${back.search}`, undefined, { cookie: begun.cookie })
  keep('refresh token', done.cookie.match(/monozu_staff_refresh=([^;]+)/)?.[1])
}

/** From an invitation to a session, with everything done wrongly once. */
async function joining(boss: Record<string, string>) {
  const email = keep('address', `${Bun.randomUUIDv7()}@platform.example`)
  const invited = await at('POST', '/staff-invitations', { email, role: 'owner' }, boss)
  const token = keep('link of an invitation', new URL(String(invited.answer.link)).searchParams.get('token'))
  const password = made('password')
  await at('POST', '/auth/invitations/accept', { token: made('forged link'), name: 'Grace', password })
  expect((await at('POST', '/auth/invitations/accept', { token, name: 'Grace', password })).status).toBe(200)
  await at('POST', '/auth/login', { email, password: made('wrong password') })
  await at('POST', '/auth/login', `{"email":"${email}","password":"${made('password in broken JSON')}"`)
  await at('POST', '/auth/login', { email, password: { [made('field name')]: made('nested password') } })
  const half = await at('POST', '/auth/login', { email, password })
  const session_token = keep('half a sign-in', half.answer.session_token)
  const enrolment = await at('POST', '/auth/mfa/enrol', { session_token })
  const totp = new TOTP({ secret: Secret.fromBase32(keep('authenticator secret', enrolment.answer.secret)) })
  const confirmed = await at('POST', '/auth/mfa/enrol/confirm', { session_token, totp_code: totp.generate() })
  const codes = confirmed.answer.recovery_codes as string[]
  for (const code of codes) keep('recovery code', code)
  const again = keep('half a sign-in', (await at('POST', '/auth/login', { email, password })).answer.session_token)
  await at('POST', '/auth/mfa/verify', { session_token: again, recovery_code: made('wrong recovery code') })
  const inside = await at('POST', '/auth/mfa/verify', { session_token: again, recovery_code: codes[0] })
  keep('refresh token', cookieValue(inside.cookie))
  const refreshed = await at('POST', '/auth/refresh', {}, { cookie: inside.cookie.split(';')[0]! })
  keep('refresh token', cookieValue(refreshed.cookie))
  await at('POST', '/auth/refresh', {}, { cookie: `monozu_staff_refresh=${made('forged cookie')}` })
  return { authorization: `Bearer ${keep('access token', refreshed.answer.access_token)}` }
}

// ASVS 16.2.5, 16.5.1, 14.2.4, 13.3.2
test('no secret of staff or between the planes is in a log, a span, an audit entry, an error, or in the clear in the database', async () => {
  await owner`update management.staff set disabled = true where role = 'owner'`
  const email = keep('address', `${Bun.randomUUIDv7()}@platform.example`)
  const bootstrap = startCommand(['management', 'bootstrap', '--email', email], {
    DATABASE_URL: Bun.env.MANAGEMENT_DATABASE_URL!,
    SECRET_KEY: SECRET_KEY!,
    ENCRYPTION_KEYS: ENCRYPTION_KEYS!,
    BOOTSTRAP_PASSWORD: made('first password'),
  })
  expect((await bootstrap.ended()).code).toBe(0)
  expect(bootstrap.output()).not.toContain('Lantern')
  const password = [...secrets].find(([what]) => what.startsWith('first password'))![1]
  const session_token = keep('half a sign-in', (await at('POST', '/auth/login', { email, password })).answer.session_token)
  const enrolment = await at('POST', '/auth/mfa/enrol', { session_token })
  const totp = new TOTP({ secret: Secret.fromBase32(keep('authenticator secret', enrolment.answer.secret)) })
  await at('POST', '/auth/mfa/enrol/confirm', { session_token, totp_code: '000000' })
  const first = await at('POST', '/auth/mfa/enrol/confirm', { session_token, totp_code: totp.generate() })
  const boss = await joining({ authorization: `Bearer ${keep('access token', first.answer.access_token)}` })
  const known = await newStaff('support')
  await withDirectory(keep('address', known.email))

  // What is decided, told to the Cloud and asked for by it.
  const terms = { features: [], max_users: 1, max_devices: 1, grace_days: 14 }
  const plan = await at('POST', '/plans', { name: `Plan ${Bun.randomUUIDv7()}`, ...terms }, boss)
  const administrator = { email: keep('address', `${Bun.randomUUIDv7()}@new.example`), language: 'en' }
  const tenant = await at('POST', '/tenants', { name: 'Canary', administrator }, boss)
  const licence = { plan_id: plan.answer.id, expires_at: null, reason: 'agreed by contract' }
  expect((await at('POST', `/tenants/${String(tenant.answer.id)}/licences`, licence, boss)).status).toBe(201)
  const delivered = async () => {
    const { answer } = await at('GET', `/deliveries?tenant_id=${String(tenant.answer.id)}`, undefined, boss)
    return (answer.items as { state: string }[]).every(({ state }) => state === 'delivered')
  }
  expect(await eventually(delivered, 10_000)).toBe(true)
  const pull = (token: string) =>
    ask('GET', `${plane.url}/internal/v1/tenants/${String(tenant.answer.id)}/license`, undefined, { 'x-internal-token': token })
  expect((await pull(made('forged internal token'))).status).toBe(401)
  expect((await pull([...secrets].find(([what]) => what.startsWith('internal token'))![1])).status).toBe(200)
  await ask(
    'POST',
    `${cloud.url}/internal/license/refresh`,
    { tenant_id: tenant.answer.id },
    { 'webhook-signature': made('forged signature') },
  )

  // What does not fit, with a secret wherever one can be.
  await at('GET', `/tenants/${made('id')}?limit=${made('limit')}`, undefined, boss)
  await at('GET', `/${made('path')}`, undefined, boss)
  await at('GET', '/me', undefined, { authorization: `Bearer ${made('forged token')}` })
  await at('POST', '/plans', { name: made('name'), features: [made('feature')] }, boss)
  await at('POST', '/auth/logout', {}, { cookie: `monozu_staff_refresh=${made('forged cookie')}` })

  // As they end, the processes send what they have left.
  expect(await Promise.all([plane.stop(), cloud.stop()])).toEqual([0, 0])
  const tables = await owner<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c where relkind in ('r', 'p') and not relispartition
      and relnamespace in ('public'::regnamespace, 'management'::regnamespace)`
  const rowsOf = async (name: string) => (await owner.unsafe(`select t::text as row from ${name} t`)).map(({ row }) => row as string)
  const places: Record<string, string> = {
    log: [plane, cloud].map(({ output }) => output()).join('\n'),
    spans: collector.bodies.map(({ path, text, headers }) => JSON.stringify([path, text, headers])).join('\n'),
    'audit log': (await rowsOf('management.audit_entry')).join('\n'),
    errors: refusals.join('\n'),
    database: (await Promise.all(tables.map(({ name }) => rowsOf(name)))).flat().join('\n'),
  }
  // That is to say: they would be seen there.
  expect(places.log).toContain('/api/v1/auth/login')
  expect(places['audit log']).toContain('tenants.create')
  expect(places.database).toContain(email)
  const mine = collector.spans.filter(({ service }) => service === 'monozu-management')
  expect(mine.filter(({ attributes }) => attributes['http.route'] === '/api/v1/tenants')).not.toEqual([])
  expect(mine.filter(({ attributes }) => attributes['monozu.peer'] === 'cloud')).not.toEqual([])
  expect(mine.filter(({ attributes }) => attributes['monozu.peer'] === 'microsoft')).not.toEqual([])
  expect([refusals.length > 12, secrets.size > 40]).toEqual([true, true])
  /** Addresses are kept where they are needed, and whom one invited is on record. */
  const belongs = (what: string, place: string) => what.startsWith('address') && ['database', 'audit log'].includes(place)
  expect(strays(places, belongs)).toEqual([])
})
