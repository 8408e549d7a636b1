import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import { withPassword } from './testing/account'
import { mailOf, tokenIn } from './testing/mail'
import { startApi } from './testing/process'
import { owner } from './testing/world'

// Unique secrets go through every flow of a real process, right and wrong; then none of them may be found where they do not belong.

setDefaultTimeout(60_000)

let api: Awaited<ReturnType<typeof startApi>>
beforeAll(async () => {
  api = await startApi()
}, 30_000)
afterAll(async () => void (await api?.stop()))

const secrets = new Map<string, string>()
/** Remembers a secret by what it is, and gives it back. */
const keep = (what: string, secret: unknown) => {
  if (typeof secret !== 'string' || secret.length < 6) throw new Error(`there is no ${what}`)
  secrets.set(`${what} ${secrets.size}`, secret)
  return secret
}
const made = (what: string) => keep(what, `Lantern.${Bun.randomUUIDv7('base64url')}`)

const refusals: string[] = []
/** A request to the process; what it refuses is kept, to be looked through. */
async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const reply = await fetch(`${api.url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await reply.text()
  if (reply.status >= 400) refusals.push(`${method} ${reply.status} ${text}`)
  const answer = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
  return { status: reply.status, answer, cookie: reply.headers.get('set-cookie') ?? '' }
}
const cookieValue = (cookie: string) => cookie.match(/^[^=]+=([^;]+)/)?.[1]

// ASVS 16.2.5, 16.5.1, 14.2.4, 13.3.2
test('no secret of any flow is in the log, the audit log, an error, or in the clear in the database', async () => {
  const client = await withPassword()
  const { tenant_id, email } = client
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

  // A forgotten password: the link is in the one mail that is meant for it.
  await ask('POST', '/api/v1/auth/password/forgot', { email })
  let link = ''
  for (let tries = 0; !link && tries < 100; tries += 1) {
    link = tokenIn((await mailOf(tenant_id)).find(({ kind }) => kind === 'password_reset')?.text ?? '')
    if (!link) await Bun.sleep(20)
  }
  const reset = { token: keep('reset link', link), new_password: made('password') }
  expect((await ask('POST', '/api/v1/auth/password/reset', reset)).status).toBeLessThan(300)
  await ask('POST', '/api/v1/auth/password/reset', reset)
  await ask('POST', '/api/v1/auth/logout', {}, { cookie: refreshed.cookie.split(';')[0]! })

  // Written after the answers of the last requests.
  await ask('GET', '/healthz')
  const log = api.output()
  expect(log).toContain('/api/v1/auth/login')
  const audited = await owner`select t::text as row from audit_log t where tenant_id = ${tenant_id}`
  const tables = await owner<{ name: string }[]>`
    select relname as name from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace`
  const kept = await Promise.all(tables.map(({ name }) => owner`select t::text as row from ${owner(name)} t`))
  const places = {
    log,
    'audit log': audited.map(({ row }) => row as string).join('\n'),
    errors: refusals.join('\n'),
    database: kept.flatMap((rows) => rows.map(({ row }) => row as string)).join('\n'),
  }
  // That is to say: they would be seen there.
  expect(places.database).toContain(email)
  expect(audited.length).toBeGreaterThan(8)
  expect(refusals.length).toBeGreaterThan(10)
  expect(secrets.size).toBeGreaterThan(30)
  const found = [...secrets].flatMap(([what, secret]) =>
    Object.entries(places)
      .filter(([place, text]) => text.includes(secret) && !(what.startsWith('address') && place === 'database'))
      .map(([place]) => `${what} in the ${place}`),
  )
  expect(found).toEqual([])
})
