import { afterEach, expect, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { config } from '../../core/config'
import { limits } from '../../core/limits'
import { withPassword } from '../../testing/account'
import { problem, send, signedIn } from '../../testing/api'
import { mailOf, tokenIn } from '../../testing/mail'
import { owner } from '../../testing/owner'

afterEach(() => {
  moveClock(0)
  config.AUTH_POLICY = 'standard'
  config.REGISTRATION = 'open'
})

const password = 'seven blue lanterns over water'
const address = () => `${Bun.randomUUIDv7()}@test.example`
const register = (email: string, more: object = {}) =>
  send('POST', '/api/v1/auth/register', { body: { email, password, name: 'Ada', tenant_name: 'Engines', ...more } })
const verify = (token: string) => send('POST', '/api/v1/auth/verify-email', { body: { token } })
const login = (email: string, typed = password) => send('POST', '/api/v1/auth/login', { body: { email, password: typed } })
const verifiedAt = async (email: string) =>
  (await owner`select verified_at from app_user where email = ${email}`)[0]!.verified_at as unknown

/** Registered and signed in for the first time. */
async function registered() {
  const email = address()
  expect((await register(email)).status).toBe(201)
  const session = (await (await login(email)).json()) as { access_token: string; tenant: { id: string; name: string } }
  const [mail] = await mailOf(session.tenant.id)
  return { email, ...session, mail: mail!, token: tokenIn(mail!.text) }
}

test('an organization begins with its administrator, who is asked by mail to confirm the address', async () => {
  const { email, access_token, tenant, mail, token } = await registered()
  expect(tenant.name).toBe('Engines')
  const me = await send('GET', '/api/v1/me', { headers: { authorization: `Bearer ${access_token}` } })
  expect(await me.json()).toMatchObject({ user: { email, name: 'Ada' }, tenant: { status: 'active' }, org_units: 'all' })
  expect(mail).toMatchObject({ kind: 'verification', recipient: email })
  expect(await verifiedAt(email)).toBeNull()
  const replies = await Promise.all(Array.from({ length: 20 }, () => verify(token)))
  expect(replies.map(({ status }) => status).sort()).toEqual([204, ...Array.from({ length: 19 }, () => 422)])
  expect(await verifiedAt(email)).not.toBeNull()
})

test('an address that has an account gets the same answer, and its owner a mail', async () => {
  const client = await withPassword()
  const fresh = address()
  const [known, unknown] = [await register(client.email), await register(fresh)]
  const told = async (reply: Response, email: string) => [
    reply.status,
    (await reply.text()).replace(email, '?'),
    [...reply.headers.keys()].sort(),
  ]
  expect(await told(known, client.email)).toEqual(await told(unknown, fresh))
  expect(await mailOf(client.tenant_id)).toMatchObject([{ kind: 'already_registered', recipient: client.email }])
  expect((await login(client.email)).status).toBe(401)
  expect(await owner`select from tenant t join membership m on m.tenant_id = t.id where m.user_id = ${client.user_id}`).toHaveLength(1)
})

test('one address registers once, of several at the same moment too', async () => {
  const email = address()
  const replies = await Promise.all(Array.from({ length: 4 }, () => register(email)))
  expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  expect(await owner`select from membership m join app_user u on u.id = m.user_id where u.email = ${email}`).toHaveLength(1)
})

test('a link that is too old, or was never made, confirms nothing', async () => {
  const { token, email } = await registered()
  moveClock(limits.addressCheckMs + 1000)
  for (const text of [token, 'x', token.replace('mzv', 'mzr')]) {
    const reply = await verify(text)
    expect([reply.status, (await problem(reply)).error]).toEqual([422, 'link_ended'])
  }
  expect(await verifiedAt(email)).toBeNull()
})

test('a weak password is refused, and so is everything where registration is closed or passwords are', async () => {
  expect((await problem(await register(address(), { password: 'short' }))).errors?.[0]?.path).toBe('/password')
  config.REGISTRATION = 'closed'
  expect((await problem(await register(address()))).error).toBe('registration_closed')
  config.AUTH_POLICY = 'restricted'
  expect((await problem(await register(address()))).error).toBe('auth_restricted')
})

test('who has not confirmed the address asks for another link; the one before is gone, and it shows when it is done', async () => {
  const client = await signedIn()
  const resend = () => send('POST', '/api/v1/auth/verify-email/resend', { headers: client.headers })
  const verified = async () => (await client.api.me.get()).data!.user.verified_at
  expect(await verified()).toBeNull()
  expect([(await resend()).status, (await resend()).status]).toEqual([204, 204])
  const [first, second] = await mailOf(client.tenant_id)
  expect([first, second]).toMatchObject([
    { kind: 'verification', recipient: client.email },
    { kind: 'verification', recipient: client.email },
  ])
  const use = async (text: string) => (await send('POST', '/api/v1/auth/verify-email', { body: { token: tokenIn(text) } })).status
  expect([await use(first!.text), await use(second!.text)]).toEqual([422, 204])
  expect(await verified()).toBeInstanceOf(Date)
  const again = await resend()
  expect([again.status, (await problem(again)).error]).toEqual([409, 'already_verified'])
  for (let more = 0; more < limits.failuresBeforeDelay - 3; more += 1) await resend()
  expect((await resend()).status).toBe(429)
})
