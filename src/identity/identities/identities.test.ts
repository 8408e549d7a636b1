import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock, nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { password, withPassword } from '../../testing/account'
import { type Client, problem, send, signedIn } from '../../testing/api'
import { entra } from '../../testing/entra'
import { auditOf, owner } from '../../testing/owner'
import { atProvider, bearer, comeBack, enterThrough, goThrough, ssoCookieIn } from '../../testing/sso'
import { codeOf, stepAt } from '../../core/totp'

const secret = 'what the app keeps'
let peer: Awaited<ReturnType<typeof entra>>
beforeAll(async () => {
  peer = await entra(`${config.API_PUBLIC_URL}/api/v1/auth/microsoft/callback`)
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

type Headers = Record<string, string>
const waysOf = async (headers: Headers) =>
  ((await (await send('GET', '/api/v1/me/identities', { headers })).json()) as { items: Record<string, unknown>[] }).items
const startLink = (headers: Headers, body: object) => send('POST', '/api/v1/me/identities/link', { headers, body })
const unlink = (headers: Headers, id: unknown, body: object = { password }) =>
  send('POST', `/api/v1/me/identities/${String(id)}/unlink`, { headers, body })
const errorOf = async (reply: Response) => [reply.status, reply.status < 400 ? '' : (await problem(reply)).error]

/** Somebody of a fresh directory sits at the browser. */
const somebody = () => (peer.account = { tid: crypto.randomUUID(), oid: crypto.randomUUID() })

/** Begun by the caller, at the provider, and back: what the account page is told. */
async function link({ headers }: Pick<Client, 'headers'>, provider = 'platform') {
  const begun = await startLink(headers, { provider, password })
  expect(begun.status).toBe(200)
  const { url } = (await begun.json()) as { url: string }
  const back = await comeBack(await atProvider(url), ssoCookieIn(begun))
  expect(back.to.pathname).toBe('/account/ways')
  return Object.fromEntries(back.to.searchParams)
}
async function linked() {
  const client = await withPassword()
  const account = somebody()
  expect(await link(client)).toEqual({ linked: '1' })
  const [, way] = await waysOf(client.headers)
  return { ...client, account, way: way! }
}

describe('the ways of signing in', () => {
  test('are the password and what was linked, with when each was used last', async () => {
    const { headers, account, email, user_id, tenant_id } = await linked()
    expect(await waysOf(headers)).toMatchObject([
      { kind: 'password', issuer: null, directory: null, tenant: null, last_used_at: null },
      { kind: 'oidc', issuer: `${peer.origin}/${account.tid}/v2.0`, directory: account.tid, tenant: null, last_used_at: null },
    ])
    expect((await enterThrough('x@test.example')).user.id).toBe(user_id)
    expect((await send('POST', '/api/v1/auth/login', { body: { email, password } })).status).toBe(200)
    for (const way of await waysOf(headers)) expect(Date.parse(String(way.last_used_at))).toBeGreaterThan(Date.now() - 60_000)
    expect(await auditOf(tenant_id, 'identities.link')).toHaveLength(1)
  })

  test('that can be linked are those that are set up', async () => {
    const { headers } = await signedIn()
    const linkable = async () => (await send('GET', '/api/v1/me/identities/linkable', { headers })).json()
    expect(await linkable()).toEqual({ items: ['platform'] })
    const own = { directory: crypto.randomUUID(), client_id: 'monozu', client_secret: secret }
    expect((await send('PUT', '/api/v1/settings/sso', { headers, body: own })).status).toBe(200)
    expect(await linkable()).toEqual({ items: ['platform', 'organization'] })
    config.MS_CLIENT_ID = ''
    expect(await linkable()).toEqual({ items: ['organization'] })
    config.MS_CLIENT_ID = 'monozu'
  })
})

describe('linking', () => {
  // ASVS 7.5.1
  test('needs the password or a code of the second factor, just now', async () => {
    const client = await withPassword()
    const refusals = await Promise.all([
      startLink(client.headers, { provider: 'platform' }),
      startLink(client.headers, { provider: 'platform', password: 'not the one it is' }),
      startLink(client.headers, { provider: 'platform', password, totp_code: '123456' }),
      startLink(client.headers, { provider: 'platform', totp_code: '123456' }),
      startLink(client.headers, { provider: 'organization', password }),
    ])
    expect(await Promise.all(refusals.map(errorOf))).toEqual([
      [422, 'invalid'],
      [422, 'wrong_password'],
      [422, 'invalid'],
      [409, 'mfa_not_enabled'],
      [404, 'sso_not_configured'],
    ])
    const post = (to: string, body: object) => send('POST', `/api/v1/me/mfa/${to}`, { headers: client.headers, body })
    const { secret: key } = (await (await post('enrol', { password })).json()) as { secret: string }
    expect((await post('confirm', { totp_code: codeOf(key, stepAt(nowMs())) })).status).toBe(200)
    moveClock(60_000)
    const totp_code = codeOf(key, stepAt(nowMs()))
    expect((await startLink(client.headers, { provider: 'platform', totp_code })).status).toBe(200)
    expect(await errorOf(await startLink(client.headers, { provider: 'platform', totp_code }))).toEqual([422, 'wrong_code'])
    config.AUTH_POLICY = 'restricted'
    expect(await errorOf(await startLink(client.headers, { provider: 'platform', password }))).toEqual([403, 'auth_restricted'])
  })

  // ASVS 10.2.1
  test('ends in the browser and in the session that began it, never by an address', async () => {
    const client = await withPassword()
    peer.account = { ...somebody(), email: 'somebody.else@test.example' }
    const begin = async () => {
      const begun = await startLink(client.headers, { provider: 'platform', password })
      return { back: await atProvider(((await begun.json()) as { url: string }).url), cookie: ssoCookieIn(begun) }
    }
    const [mine, other] = [await begin(), await begin()]
    expect((await comeBack(mine.back, other.cookie)).to.searchParams.get('error')).toBe('sso_expired')
    const third = await begin()
    expect((await send('DELETE', `/api/v1/me/sessions/${client.sid}`, { headers: client.headers })).status).toBe(204)
    expect((await comeBack(third.back, third.cookie)).to.searchParams.get('error')).toBe('link_ended')
    expect([...(await owner`select id from identity where user_id = ${client.user_id} and kind = 'oidc'`)]).toEqual([])
  })

  test('of somebody who is linked already is refused, and changes nothing', async () => {
    const first = await linked()
    const second = await withPassword()
    expect(await link(second)).toEqual({ error: 'identity_taken' })
    expect(await link(first)).toEqual({ error: 'identity_taken' })
    expect([await waysOf(second.headers), await waysOf(first.headers)].map((ways) => ways.length)).toEqual([1, 2])
    expect((await enterThrough('x@test.example')).user.id).toBe(first.user_id)
    expect(await auditOf(second.tenant_id, 'identities.refuse')).toHaveLength(1)
  })
})

describe('unlinking', () => {
  // ASVS 7.4.3, 7.5.1
  test('needs proof, ends the sessions that were opened through it and no other, and is on record', async () => {
    const { headers, way, tenant_id } = await linked()
    const through = await enterThrough('x@test.example')
    const under = await goThrough('x@test.example')
    expect(await errorOf(await unlink(headers, way.id, { password: 'not the one it is' }))).toEqual([422, 'wrong_password'])
    expect(await errorOf(await unlink(headers, (await waysOf(headers))[0]!.id))).toEqual([404, 'not_found'])
    expect((await unlink(headers, way.id)).status).toBe(204)
    expect((await send('GET', '/api/v1/me', { headers: bearer(through) })).status).toBe(401)
    expect((await send('GET', '/api/v1/me', { headers })).status).toBe(200)
    const { code } = Object.fromEntries(under.page)
    const exchanged = await send('POST', '/api/v1/auth/exchange', { body: { code }, headers: { cookie: `monozu_sso=${under.cookie}` } })
    expect(exchanged.status).toBe(401)
    expect((await goThrough('x@test.example')).page.get('error')).toBe('sso_unknown')
    expect([...(await auditOf(tenant_id, 'identities.unlink'))]).toMatchObject([{ entity_id: way.id, after: { sessions_ended: 1 } }])
  })

  test('never takes the last way in', async () => {
    const client = await linked()
    somebody()
    expect(await link(client)).toEqual({ linked: '1' })
    const [, first, second] = await waysOf(client.headers)
    // Without a password: two ways are left, and both are given up at once.
    const proof = async () => {
      const begun = await send('POST', '/api/v1/me/mfa/enrol', { headers: client.headers, body: { password } })
      const { secret: key } = (await begun.json()) as { secret: string }
      const body = { totp_code: codeOf(key, stepAt(nowMs())) }
      const confirmed = await send('POST', '/api/v1/me/mfa/confirm', { headers: client.headers, body })
      return ((await confirmed.json()) as { recovery_codes: string[] }).recovery_codes
    }
    const [one, two, three] = await proof()
    await owner`delete from identity where user_id = ${client.user_id} and kind = 'password'`
    const replies = await Promise.all([
      unlink(client.headers, first!.id, { recovery_code: one }),
      unlink(client.headers, second!.id, { recovery_code: two }),
    ])
    expect((await Promise.all(replies.map(errorOf))).sort()).toEqual([
      [204, ''],
      [409, 'last_way_in'],
    ])
    expect(await waysOf(client.headers)).toHaveLength(1)
    const [left] = await waysOf(client.headers)
    expect(await errorOf(await unlink(client.headers, left!.id, { recovery_code: three }))).toEqual([409, 'last_way_in'])
  })

  test('does not count a password where none is taken', async () => {
    const { headers, way, user_id } = await linked()
    const post = (to: string, body: object) => send('POST', `/api/v1/me/mfa/${to}`, { headers, body })
    const { secret: key } = (await (await post('enrol', { password })).json()) as { secret: string }
    const confirmed = await post('confirm', { totp_code: codeOf(key, stepAt(nowMs())) })
    const { recovery_codes } = (await confirmed.json()) as { recovery_codes: string[] }
    config.AUTH_POLICY = 'restricted'
    expect(await errorOf(await unlink(headers, way.id, { recovery_code: recovery_codes[0] }))).toEqual([409, 'last_way_in'])
    expect([...(await owner`select id from identity where user_id = ${user_id}`)]).toHaveLength(2)
  })
})

test("a session that rests on a tenant's provider sees that way alone, and neither links nor unlinks", async () => {
  const client = await withPassword()
  const directory = crypto.randomUUID()
  const body = { directory, client_id: 'monozu', client_secret: secret }
  expect((await send('PUT', '/api/v1/settings/sso', { headers: client.headers, body })).status).toBe(200)
  peer.account = { tid: directory, oid: crypto.randomUUID() }
  expect(await link(client, 'organization')).toEqual({ linked: '1' })
  const domain = `${Bun.randomUUIDv7()}.example`
  await owner`insert into email_domain (tenant_id, id, domain, challenge, verified_at) values (${client.tenant_id}, gen_random_uuid(), ${domain}, 'x', now())`
  const entered = await enterThrough(`ada@${domain}`)
  expect(entered.user.id).toBe(client.user_id)
  const ways = await waysOf(bearer(entered))
  expect(ways).toMatchObject([{ kind: 'oidc', tenant: { id: client.tenant_id, name: 'Test' } }])
  expect(await (await send('GET', '/api/v1/me/identities/linkable', { headers: bearer(entered) })).json()).toEqual({ items: [] })
  const refused = [await startLink(bearer(entered), { provider: 'platform', password }), await unlink(bearer(entered), ways[0]!.id)]
  for (const reply of refused) expect(await errorOf(reply)).toEqual([403, 'bound_to_provider'])
})

describe('who has neither password nor factor', () => {
  /** Signed in through the platform's provider, which is his only way in. */
  async function alone() {
    const client = await linked()
    await owner`delete from identity where user_id = ${client.user_id} and kind = 'password'`
    const headers = bearer(await enterThrough('x@test.example'))
    return { ...client, headers }
  }
  const startProof = (headers: Headers, next = 'link:platform') => send('POST', '/api/v1/me/identities/prove', { headers, body: { next } })
  /** Begun by the caller, at the provider, and back with what the account page is told. */
  async function show(headers: Headers, { next, at = (url) => url }: { next?: string; at?: (url: URL) => URL } = {}) {
    const begun = await startProof(headers, next)
    const { url } = (await begun.json()) as { url: string }
    const cookie = ssoCookieIn(begun)
    const { to } = await comeBack(await atProvider(at(new URL(url)).href), cookie)
    return { asked: new URL(url).searchParams, cookie, to, told: Object.fromEntries(to.searchParams) }
  }
  const linkWith = (headers: Headers, provider_code: string, cookie: string) =>
    send('POST', '/api/v1/me/identities/link', {
      headers: { ...headers, cookie: `monozu_sso=${cookie}` },
      body: { provider: 'platform', provider_code },
    })

  // ASVS 7.5.1
  test('shows himself by signing in anew at his provider; that is good once, for a minute, in that browser', async () => {
    const { headers, user_id, tenant_id } = await alone()
    const { asked, to, told, cookie } = await show(headers, { next: 'link:platform' })
    expect([asked.get('prompt'), asked.get('max_age')]).toEqual(['login', '0'])
    expect([to.pathname, told]).toEqual(['/account/ways', { proof: expect.stringContaining('mzx_'), next: 'link:platform' }])
    const begun = await linkWith(headers, told.proof!, cookie)
    expect(begun.status).toBe(200)
    expect(await errorOf(await linkWith(headers, told.proof!, cookie))).toEqual([422, 'wrong_code'])
    const other = await show(headers)
    expect(await errorOf(await linkWith(headers, other.told.proof!, cookie))).toEqual([422, 'wrong_code'])
    const late = await show(headers)
    moveClock(61_000)
    expect(await errorOf(await linkWith(headers, late.told.proof!, late.cookie))).toEqual([422, 'wrong_code'])
    moveClock(0)
    somebody()
    const { url } = (await begun.json()) as { url: string }
    const back = await comeBack(await atProvider(url), ssoCookieIn(begun))
    expect(Object.fromEntries(back.to.searchParams)).toEqual({ linked: '1' })
    expect(await waysOf(headers)).toHaveLength(2)
    expect([...(await auditOf(tenant_id, 'identities.prove'))]).toMatchObject(Array.from({ length: 3 }, () => ({ actor_id: user_id })))
    expect(await auditOf(tenant_id, 'identities.begin_proof')).toHaveLength(3)
  }, 20_000)

  test('gives up a way in like this, too', async () => {
    const { headers, way } = await alone()
    const first = await show(headers)
    somebody()
    const begun = await linkWith(headers, first.told.proof!, first.cookie)
    const { url } = (await begun.json()) as { url: string }
    expect((await comeBack(await atProvider(url), ssoCookieIn(begun))).to.searchParams.get('linked')).toBe('1')
    const again = await show(headers, { next: `unlink:${String(way.id)}` })
    expect(again.told.next).toBe(`unlink:${String(way.id)}`)
    const body = { provider_code: again.told.proof }
    const given = await send('POST', `/api/v1/me/identities/${String(way.id)}/unlink`, {
      headers: { ...headers, cookie: `monozu_sso=${again.cookie}` },
      body,
    })
    expect(given.status).toBe(204)
  }, 20_000)

  // ASVS 7.5.1
  test('proves nothing with somebody else at the browser, with a sign-in that is old or says not when, or out of a session that ended', async () => {
    const { headers, account, user_id } = await alone()
    const stranger = await linked()
    expect((await show(headers)).told).toEqual({ error: 'sso_unknown' })
    peer.account = account
    const silent = (url: URL) => (['prompt', 'max_age'].forEach((name) => url.searchParams.delete(name)), url)
    expect((await show(headers, { at: silent })).told).toEqual({ error: 'sso_stale' })
    const begun = await startProof(headers)
    const back = await atProvider(((await begun.json()) as { url: string }).url)
    moveClock(5 * 60_000 + 2000)
    expect(Object.fromEntries((await comeBack(back, ssoCookieIn(begun))).to.searchParams)).toEqual({ error: 'sso_stale' })
    moveClock(0)
    const own = await show(headers)
    expect(await errorOf(await linkWith(stranger.headers, own.told.proof!, own.cookie))).toEqual([422, 'wrong_code'])
    const ending = await startProof(headers)
    const late = await atProvider(((await ending.json()) as { url: string }).url)
    await owner`update session set ended_at = now(), end_reason = 'revoked' where user_id = ${user_id}`
    expect((await comeBack(late, ssoCookieIn(ending))).to.searchParams.get('error')).toBe('link_ended')
  }, 20_000)

  test('has no use of a sign-in as proof, nor of a proof as a sign-in', async () => {
    const { headers } = await alone()
    const signIn = await goThrough('x@test.example')
    expect(await errorOf(await linkWith(headers, signIn.page.get('code')!, signIn.cookie))).toEqual([422, 'wrong_code'])
    const { told, cookie } = await show(headers)
    const exchanged = await send('POST', '/api/v1/auth/exchange', {
      body: { code: told.proof },
      headers: { cookie: `monozu_sso=${cookie}` },
    })
    expect(await errorOf(exchanged)).toEqual([401, 'exchange_ended'])
    const both = { provider: 'platform', password, provider_code: told.proof }
    expect(await errorOf(await startLink(headers, both))).toEqual([422, 'invalid'])
    const unlinked = await withPassword()
    expect(await errorOf(await startProof(unlinked.headers))).toEqual([404, 'sso_not_configured'])
  }, 20_000)
})
