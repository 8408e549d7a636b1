import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock, nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { password, withPassword } from '../../testing/account'
import { type Client, newTenant, problem, send, signedIn, within } from '../../testing/api'
import { type Account, browse, entra } from '../../testing/entra'
import { mailOf, tokenIn } from '../../testing/mail'
import { auditOf, owner } from '../../testing/owner'
import { codeOf, stepAt } from '../../core/totp'
import { domains } from '../domains/schema'
import { memberships } from '../users/schema'

const callback = '/api/v1/auth/microsoft/callback'
const secret = 'what the app keeps'
let peer: Awaited<ReturnType<typeof entra>>
beforeAll(async () => {
  peer = await entra(`${config.API_PUBLIC_URL}${callback}`)
  Object.assign(config, { MS_AUTHORITY: peer.origin, MS_CLIENT_ID: 'monozu', MS_CLIENT_SECRET: secret })
})
afterEach(() => {
  moveClock(0)
  config.AUTH_POLICY = 'standard'
})
afterAll(() => {
  Object.assign(config, { MS_AUTHORITY: 'https://login.microsoftonline.com', MS_CLIENT_ID: '', MS_CLIENT_SECRET: '' })
  peer.close()
})

const path = '/api/v1/settings/sso'
const put = ({ headers }: Client, body: object) => send('PUT', path, { headers, body })
const errorOf = async (reply: Response) => [reply.status, reply.status < 400 ? '' : (await problem(reply)).error]

/** A tenant with a proven domain and its own app, and its administrator at an address there. */
async function equipped(given?: Client) {
  const client = given ?? (await signedIn())
  const [domain, directory] = [`${Bun.randomUUIDv7()}.example`, crypto.randomUUID()]
  const email = `ada@${domain}`
  await owner`update app_user set email = ${email} where id = ${client.user_id}`
  await within(client.tenant_id, ({ tx, owned }) => tx.insert(domains).values(owned({ domain, challenge: 'x', verified_at: new Date() })))
  expect((await put(client, { directory, client_id: 'monozu', client_secret: secret })).status).toBe(200)
  return { ...client, domain, directory, email }
}

async function signInAs(account: Account, email = account.email!) {
  peer.account = account
  const reply = await send('GET', `/api/v1/auth/microsoft/login?email=${encodeURIComponent(email)}`)
  const cookie = reply.headers.get('set-cookie')?.match(/monozu_sso=([^;]+)/)?.[1] ?? ''
  const start = reply.headers.get('location')!
  const back = await browse(start, config.API_PUBLIC_URL)
  // For the platform's app Entra names no issuer beside the code.
  if (start.includes('/common/')) back.searchParams.delete('iss')
  const end = await send('GET', `${callback}${back.search}`, { headers: { cookie: `monozu_sso=${cookie}` } })
  const page = new URL(end.headers.get('location')!).searchParams
  return { start, page, cookie }
}
async function enter(account: Account) {
  const { page, cookie } = await signInAs(account)
  expect(page.get('error')).toBeNull()
  const body = { code: page.get('code')! }
  const reply = await send('POST', '/api/v1/auth/exchange', { body, headers: { cookie: `monozu_sso=${cookie}` } })
  return (await reply.json()) as { access_token: string; user: { id: string }; tenant: { id: string } }
}
const bearer = ({ access_token }: { access_token: string }) => ({ authorization: `Bearer ${access_token}` })

describe("a tenant's own app", () => {
  test('is kept without giving its secret back, and that is on record', async () => {
    const client = await signedIn()
    expect(await (await send('GET', path, { headers: client.headers })).json()).toMatchObject({ directory: null, version: 0 })
    const [directory, client_secret] = [crypto.randomUUID(), `kept ${crypto.randomUUID()}`]
    expect(await errorOf(await put(client, { directory, client_id: 'ours' }))).toEqual([422, 'invalid'])
    const saved = await (await put(client, { directory, client_id: 'ours', client_secret })).text()
    const shown = await (await send('GET', path, { headers: client.headers })).text()
    expect(JSON.parse(shown)).toMatchObject({ directory, client_id: 'ours', redirect_uri: `${config.API_PUBLIC_URL}${callback}` })
    expect((await put(client, { directory, client_id: 'ours' })).status).toBe(200)
    expect(await errorOf(await put(client, { directory: crypto.randomUUID(), client_id: 'ours' }))).toEqual([422, 'invalid'])
    const kept = JSON.stringify(await owner`select * from sso_provider where tenant_id = ${client.tenant_id}`)
    const recorded = JSON.stringify(await auditOf(client.tenant_id, 'sso_settings.update'))
    for (const text of [saved, shown, kept, recorded]) expect(text).not.toContain(client_secret)
    expect((await send('DELETE', path, { headers: client.headers })).status).toBe(204)
    expect((await send('DELETE', path, { headers: client.headers })).status).toBe(404)
  })

  test('is checked against its directory', async () => {
    const client = await equipped()
    const check = async () => (await send('POST', `${path}/check`, { headers: client.headers, body: {} })).json()
    expect(await check()).toEqual({ outcome: 'accepted' })
    await put(client, { directory: client.directory, client_id: 'monozu', client_secret: 'wrong' })
    expect(await check()).toEqual({ outcome: 'refused' })
    expect(await auditOf(client.tenant_id, 'sso_settings.check')).toHaveLength(2)
  })

  test('is where addresses of its proven domain are sent, whether they have an account or not', async () => {
    const { domain, directory, tenant_id } = await equipped()
    const method = async (email: string) => (await send('POST', '/api/v1/auth/check-method', { body: { email } })).json()
    const asked = { method: 'sso', sso_url: `${config.API_PUBLIC_URL}/api/v1/auth/microsoft/login?email=nobody%40${domain}` }
    expect(await method(`nobody@${domain}`)).toEqual(asked)
    for (const email of [`nobody@sub.${domain}`, 'nobody@test.example', 'no address'])
      expect(await method(email)).toEqual({ method: 'password' })
    const reply = await send('GET', `/api/v1/auth/microsoft/login?email=x@${domain.toUpperCase()}`)
    expect(reply.headers.get('location')).toStartWith(`${peer.origin}/${directory}/`)
    await owner`update email_domain set verified_at = null where tenant_id = ${tenant_id}`
    expect(await method(`nobody@${domain}`)).toEqual({ method: 'password' })
    config.AUTH_POLICY = 'restricted'
    expect(await errorOf(await send('POST', '/api/v1/auth/check-method', { body: { email: 'a@b.example' } }))).toEqual([
      403,
      'auth_restricted',
    ])
  })

  test('signs its members in by an address of its proven domain, of no other', async () => {
    const { email, directory, tenant_id, user_id } = await equipped()
    const account = { tid: directory, oid: crypto.randomUUID(), email }
    expect(await enter(account)).toMatchObject({ user: { id: user_id }, tenant: { id: tenant_id } })
    const other = await signedIn(undefined, { tenant_id })
    const { page } = await signInAs({ tid: directory, oid: crypto.randomUUID(), email: other.email, xms_edov: true }, email)
    expect(page.get('error')).toBe('sso_unknown')
  })

  test('takes nobody of another directory', async () => {
    const { email, domain, directory } = await equipped()
    const own = await signInAs({ tid: directory, oid: crypto.randomUUID(), email }, `x@${domain}`)
    expect(own.page.get('code')).toBeTruthy()
    const elsewhere = await equipped()
    const { page } = await signInAs({ tid: elsewhere.directory, oid: crypto.randomUUID(), email }, elsewhere.email)
    expect(page.get('error')).toBe('sso_unknown')
  })
})

describe("a session that rests on a tenant's own provider opens that tenant alone", () => {
  /** A member of two tenants, one of which has its own provider. */
  async function shared(given?: Client) {
    const home = await equipped(given)
    const other_id = await newTenant()
    await within(other_id, ({ tx, owned }) =>
      tx.insert(memberships).values(owned({ user_id: home.user_id, name: 'Guest', whole_tenant: true })),
    )
    const account = { tid: home.directory, oid: crypto.randomUUID(), email: home.email }
    return { home, other_id, account }
  }

  test('it is not asked which tenant, does not see the others, and does not switch', async () => {
    const { home, other_id, account } = await shared()
    const entered = await enter(account)
    expect(entered).toMatchObject({ tenant: { id: home.tenant_id } })
    const own = await (await send('GET', '/api/v1/me/tenants', { headers: bearer(entered) })).json()
    expect(own).toMatchObject({ items: [{ id: home.tenant_id }] })
    const switched = await send('POST', '/api/v1/auth/switch-tenant', { headers: bearer(entered), body: { tenant_id: other_id } })
    expect(await errorOf(switched)).toEqual([403, 'bound_to_provider'])
  })

  test('the second factor does not lead it into another one', async () => {
    const client = await withPassword()
    const post = (to: string, body: object) => send('POST', `/api/v1${to}`, { headers: client.headers, body })
    const begun = (await (await post('/me/mfa/enrol', { password })).json()) as { secret: string }
    const code = () => codeOf(begun.secret, stepAt(nowMs()))
    expect((await post('/me/mfa/confirm', { totp_code: code() })).status).toBe(200)
    const { account, other_id, home } = await shared(client)
    moveClock(60_000)
    const { session_token } = (await enter(account)) as unknown as { session_token: string }
    const verify = (tenant_id: string) => send('POST', '/api/v1/auth/mfa/verify', { body: { session_token, tenant_id, totp_code: code() } })
    expect(await errorOf(await verify(other_id))).toEqual([403, 'bound_to_provider'])
    const entered = (await (await verify(home.tenant_id)).json()) as { access_token: string }
    const switched = await send('POST', '/api/v1/auth/switch-tenant', { headers: bearer(entered), body: { tenant_id: other_id } })
    expect(await errorOf(switched)).toEqual([403, 'bound_to_provider'])
  })

  test("what its provider said of a person means nothing to the platform's app", async () => {
    const { home, account } = await shared()
    await enter(account)
    await owner`update email_domain set verified_at = null where tenant_id = ${home.tenant_id}`
    const { start, page } = await signInAs(account)
    expect(start).toContain('/common/')
    expect(page.get('error')).toBe('sso_unknown')
  })

  test('it does not accept invitations of others by being signed in', async () => {
    const { home, account } = await shared()
    const entered = await enter(account)
    const inviting = await signedIn()
    const body = { email: home.email, group_ids: [], org_unit_scope: 'all' }
    expect((await send('POST', '/api/v1/invitations', { headers: inviting.headers, body })).status).toBe(201)
    const token = tokenIn((await mailOf(inviting.tenant_id)).at(-1)!.text)
    const accepted = await send('POST', '/api/v1/auth/invitations/accept', { headers: bearer(entered), body: { token } })
    expect([accepted.status, (await problem(accepted)).errors?.[0]?.path]).toEqual([422, '/password'])
  })
})
