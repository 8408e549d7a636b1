import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { type KeyObject, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { moveClock } from '../../core/clock'
import { config } from '../../core/config'
import { readConfiguration } from '../../core/configuration'
import { domainOf } from '../../core/email-domain'
import { limits } from '../../core/limits'
import { nobody } from '../../core/scope'
import { type Tokens, browse, entra } from '../../testing/entra'
import { type Client, newTenant, problem, send, signedIn, within } from '../../testing/api'
import { auditOf, owner } from '../../testing/owner'
import { memberships } from '../users/schema'

const callback = '/api/v1/auth/microsoft/callback'
let peer: Awaited<ReturnType<typeof entra>>

beforeAll(async () => {
  peer = await entra(`${config.API_PUBLIC_URL}${callback}`)
  Object.assign(config, { MS_AUTHORITY: peer.origin, MS_CLIENT_ID: 'monozu', MS_CLIENT_SECRET: 'what the app keeps' })
})
afterEach(() => {
  moveClock(0)
  peer.forge = (tokens) => tokens
  Object.assign(config, { AUTH_POLICY: 'standard', AUTH_ALLOWED_EMAIL_DOMAINS: [] })
})
afterAll(() => {
  Object.assign(config, { MS_AUTHORITY: 'https://login.microsoftonline.com', MS_CLIENT_ID: '', MS_CLIENT_SECRET: '' })
  peer.close()
})

const cookieIn = (reply: Response) => reply.headers.get('set-cookie')?.match(/monozu_sso=([^;]+)/)?.[1] ?? ''

/** With the address as a hint: this provider does not know the prompt to choose an account, which is sent without one. */
async function begin(query = '') {
  const reply = await send('GET', `/api/v1/auth/microsoft/login?email=somebody@test.example${query}`)
  expect(reply.status).toBe(302)
  return { reply, cookie: cookieIn(reply), url: reply.headers.get('location')! }
}

/** Entra names no issuer beside the code for the platform's app. */
async function atProvider(start: string): Promise<URL> {
  const back = await browse(start, config.API_PUBLIC_URL)
  back.searchParams.delete('iss')
  return back
}

const comeBack = async (back: URL, cookie: string) => {
  const reply = await send('GET', `${callback}${back.search}`, { headers: { cookie: `monozu_sso=${cookie}` } })
  expect(reply.status).toBe(302)
  return new URL(reply.headers.get('location')!).searchParams
}
const exchange = (code: string, cookie: string) =>
  send('POST', '/api/v1/auth/exchange', { body: { code }, headers: { cookie: `monozu_sso=${cookie}` } })

async function signInAs(account: typeof peer.account) {
  peer.account = account
  const { url, cookie } = await begin()
  return { page: await comeBack(await atProvider(url), cookie), cookie }
}

/** Somebody with an account here, and one in a directory that is linked to it. */
async function linked(client?: Client) {
  const someone = client ?? (await signedIn())
  const account = { tid: crypto.randomUUID(), oid: crypto.randomUUID() }
  await owner`insert into identity (id, user_id, kind, issuer, directory, subject, created_at)
    values (${crypto.randomUUID()}, ${someone.user_id}, 'oidc', ${`${peer.origin}/${account.tid}/v2.0`}, ${account.tid}, ${account.oid}, now())`
  return { ...someone, account }
}
const identitiesOf = async (user_id: string) =>
  [...(await owner`select issuer, directory, subject from identity where user_id = ${user_id}`)].map((row) => ({ ...row }))

describe('signing in with Microsoft', () => {
  test('leads through the provider to a session', async () => {
    const { account, user_id, tenant_id, email } = await linked()
    peer.account = account
    const { reply, url, cookie } = await begin('&return_to=/devices')
    expect(reply.headers.get('set-cookie')).toMatch(/HttpOnly/)
    expect(reply.headers.get('set-cookie')).toMatch(/SameSite=Lax/)
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' })
    const page = await comeBack(await atProvider(url), cookie)
    expect(page.get('return_to')).toBe('/devices')
    const answer = await exchange(page.get('code')!, cookie)
    expect(await answer.json()).toMatchObject({ user: { id: user_id, email }, tenant: { id: tenant_id } })
    expect(answer.headers.get('set-cookie')).toContain('monozu_refresh=')
    expect([...(await owner`select id from session where user_id = ${user_id} and amr = '{sso}'`)]).toHaveLength(1)
    expect(await auditOf(tenant_id, 'sessions.create')).toHaveLength(1)
  })

  // ASVS 7.6.2, 2.3.1
  test('the code works once, within a minute, in the browser that began', async () => {
    const { account } = await linked()
    const first = await signInAs(account)
    expect((await exchange(first.page.get('code')!, first.cookie)).status).toBe(200)
    expect((await exchange(first.page.get('code')!, first.cookie)).status).toBe(401)
    const [second, other] = [await signInAs(account), await begin()]
    expect((await problem(await exchange(second.page.get('code')!, other.cookie))).error).toBe('exchange_ended')
    expect((await exchange(second.page.get('code')!, second.cookie)).status).toBe(401)
    const third = await signInAs(account)
    moveClock(limits.ssoHandoffMs + 1000)
    expect((await exchange(third.page.get('code')!, third.cookie)).status).toBe(401)
  })

  // ASVS 3.7.2
  test('a return path that leaves the console is dropped', async () => {
    const { account } = await linked()
    for (const path of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/a%0d%0ab']) {
      peer.account = account
      const { url, cookie } = await begin(`&return_to=${path.includes('%') ? path : encodeURIComponent(path)}`)
      expect([path, (await comeBack(await atProvider(url), cookie)).get('return_to')]).toEqual([path, '/'])
    }
  })

  test('is told of where there is an app, and refused where there is none', async () => {
    expect(await (await send('GET', '/api/v1/auth/methods')).json()).toEqual({ microsoft: true })
    config.MS_CLIENT_ID = ''
    const replies = await Promise.all([send('GET', '/api/v1/auth/methods'), send('GET', '/api/v1/auth/microsoft/login')])
    config.MS_CLIENT_ID = 'monozu'
    expect(await replies[0].json()).toEqual({ microsoft: false })
    expect((await problem(replies[1])).error).toBe('sso_not_configured')
  })
})

describe('what the page gets', () => {
  afterEach(() => void (config.SSO_HANDOFF = 'code'))
  const arrive = async (account: typeof peer.account) => {
    peer.account = account
    const { url, cookie } = await begin()
    const back = await atProvider(url)
    const reply = await send('GET', `${callback}${back.search}`, { headers: { cookie: `monozu_sso=${cookie}` } })
    return { reply, page: new URL(reply.headers.get('location')!).searchParams, cookie }
  }

  // ASVS 14.3.2
  test('is a code that opens nothing by itself; no cache keeps it and no other site is told', async () => {
    const { reply, page } = await arrive((await linked()).account)
    expect([page.has('code'), page.has('token'), reply.headers.get('set-cookie')]).toEqual([true, false, null])
    expect([reply.headers.get('cache-control'), reply.headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer'])
  })

  test('is with SSO_HANDOFF=token an access token of a minute beside the cookie, and nothing to exchange', async () => {
    config.SSO_HANDOFF = 'token'
    const { account, user_id } = await linked()
    const { reply, page } = await arrive(account)
    expect([page.has('code'), reply.headers.get('cache-control'), reply.headers.get('referrer-policy')]).toEqual([
      false,
      'no-store',
      'no-referrer',
    ])
    expect(reply.headers.get('set-cookie')).toContain('monozu_refresh=')
    const headers = { authorization: `Bearer ${page.get('token')}` }
    expect(await (await send('GET', '/api/v1/me', { headers })).json()).toMatchObject({ user: { id: user_id } })
    moveClock(limits.ssoHandoffMs + 10_000)
    expect((await send('GET', '/api/v1/me', { headers })).status).toBe(401)
  })

  test('is a code all the same where more is to be shown first', async () => {
    config.SSO_HANDOFF = 'token'
    const { account, user_id } = await linked()
    await within(await newTenant(), ({ tx, owned }) =>
      tx.insert(memberships).values(owned({ user_id, name: 'Elsewhere', whole_tenant: true })),
    )
    const { reply, page, cookie } = await arrive(account)
    expect([page.has('token'), reply.headers.get('set-cookie')]).toEqual([false, null])
    expect(await (await exchange(page.get('code')!, cookie)).json()).toMatchObject({ tenant_required: true })
  })

  test('is nothing else: another word is refused at the start', () => {
    expect(() => readConfiguration({ SSO_HANDOFF: 'url' })).toThrow('SSO_HANDOFF must be one of code, token')
  })
})

describe('an account is linked', () => {
  const account = (email: string, xms_edov?: boolean) => ({ tid: crypto.randomUUID(), oid: crypto.randomUUID(), email, xms_edov })
  const verified = async () => {
    const client = await signedIn()
    await owner`update app_user set verified_at = now() where id = ${client.user_id}`
    return client
  }

  test('by an address that both sides have proven, and from then on by the key of the directory', async () => {
    const client = await verified()
    const known = account(client.email, true)
    expect((await signInAs(known)).page.get('code')).toBeTruthy()
    expect(await identitiesOf(client.user_id)).toEqual([
      { issuer: `${peer.origin}/${known.tid}/v2.0`, directory: known.tid, subject: known.oid },
    ])
    expect((await signInAs({ ...known, email: 'renamed@other.example', xms_edov: false })).page.get('code')).toBeTruthy()
  })

  // ASVS 6.8.1, 10.5.2
  test('never by an address that a directory only claims', async () => {
    const client = await verified()
    for (const edov of [false, undefined]) expect((await signInAs(account(client.email, edov))).page.get('error')).toBe('sso_unknown')
    expect(await identitiesOf(client.user_id)).toEqual([])
  })

  test('never to an address that was not confirmed here', async () => {
    const { email, user_id } = await signedIn()
    expect((await signInAs(account(email, true))).page.get('error')).toBe('sso_unknown')
    expect(await identitiesOf(user_id)).toEqual([])
  })

  test('only in allowed domains under the restricted policy', async () => {
    const client = await verified()
    Object.assign(config, { AUTH_POLICY: 'restricted', AUTH_ALLOWED_EMAIL_DOMAINS: ['other.example'] })
    const mine = account(client.email, true)
    expect((await signInAs(mine)).page.get('error')).toBe('sso_domain')
    expect(await identitiesOf(client.user_id)).toEqual([])
    config.AUTH_ALLOWED_EMAIL_DOMAINS = ['test.example']
    const { page, cookie } = await signInAs(mine)
    expect((await exchange(page.get('code')!, cookie)).status).toBe(200)
  })
})

describe('an invitation is accepted by signing in', () => {
  const account = (email: string, xms_edov: boolean) => ({
    tid: crypto.randomUUID(),
    oid: crypto.randomUUID(),
    email,
    xms_edov,
    name: 'Ada',
  })
  const invited = async (client: Client) => {
    const email = `${Bun.randomUUIDv7()}@test.example`
    const body = { email, group_ids: [], org_unit_scope: 'all' as const }
    expect((await send('POST', '/api/v1/invitations', { headers: client.headers, body })).status).toBe(201)
    return email
  }

  test('by who has no account, at an address that Microsoft says is proven; once', async () => {
    const client = await signedIn()
    const email = await invited(client)
    const mine = account(email, true)
    const { page, cookie } = await signInAs(mine)
    const entered = (await (await exchange(page.get('code')!, cookie)).json()) as { user: { id: string } }
    expect(entered).toMatchObject({ user: { email, name: 'Ada' }, tenant: { id: client.tenant_id } })
    expect(await identitiesOf(entered.user.id)).toMatchObject([{ directory: mine.tid, subject: mine.oid }])
    expect([...(await auditOf(client.tenant_id, 'invitations.accept'))]).toMatchObject([{ actor_id: entered.user.id }])
    expect((await signInAs(account(email, false))).page.get('error')).toBe('sso_unknown')
  })

  test('not at an address that is only claimed, not by an inviter who lost the right, not outside the allowed domains', async () => {
    const client = await signedIn()
    const email = await invited(client)
    expect((await signInAs(account(email, false))).page.get('error')).toBe('sso_unknown')
    Object.assign(config, { AUTH_POLICY: 'restricted', AUTH_ALLOWED_EMAIL_DOMAINS: ['other.example'] })
    expect((await signInAs(account(email, true))).page.get('error')).toBe('sso_unknown')
    config.AUTH_POLICY = 'standard'
    await owner`update membership set disabled = true where user_id = ${client.user_id}`
    expect((await signInAs(account(email, true))).page.get('error')).toBe('sso_unknown')
    expect([...(await owner`select id from app_user where email = ${email}`)]).toEqual([])
  })
})

describe('is refused', () => {
  const parts = (token: string) =>
    token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const signed = (token: string, change: object, key: KeyObject = peer.privateKey, header: object = {}) => {
    const [head, claims] = parts(token)
    const body = `${encode({ ...head, ...header })}.${encode({ ...claims, ...change })}`
    return `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`
  }
  const publicPem = () => peer.publicKey.export({ format: 'pem', type: 'spki' }) as string
  const shared = (token: string, secret: string) => {
    const body = `${encode({ ...parts(token)[0], alg: 'HS256' })}.${token.split('.')[1]}`
    return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
  }
  const withToken = (make: (token: string) => string) => (tokens: Tokens) => ({ ...tokens, id_token: make(tokens.id_token) })

  // ASVS 6.8.2, 10.5.1, 10.5.4
  test.each<[string, (token: string) => string]>([
    ['signed with another key', (token) => signed(token, {}, stranger)],
    ['altered', (token) => `${token.split('.')[0]}.${encode({ ...parts(token)[1], oid: crypto.randomUUID() })}.${token.split('.')[2]}`],
    ['of another audience', (token) => signed(token, { aud: 'somebody else' })],
    ['of another nonce', (token) => signed(token, { nonce: 'another' })],
    ['of an issuer that is not its directory', (token) => signed(token, { tid: crypto.randomUUID() })],
    ['of no directory', (token) => signed(token, { tid: undefined })],
    ['unsigned', (token) => `${encode({ alg: 'none' })}.${token.split('.')[1]}.`],
    ['signed with the secret of the app', (token) => shared(token, 'what the app keeps')],
    ['signed with the public key as if it were a secret', (token) => shared(token, publicPem())],
    ['that carries the key it was signed with', (token) => signed(token, {}, stranger, { jwk: stranger.export({ format: 'jwk' }) })],
    ['that is over', (token) => signed(token, { exp: Math.floor(Date.now() / 1000) - 600 })],
  ])('a token %s', async (_, make) => {
    const { account } = await linked()
    peer.forge = withToken(make)
    const { page } = await signInAs(account)
    expect([page.get('error'), page.get('code')]).toEqual(['sso_failed', null])
    // The same key over the same words is taken: it is the one change that is refused.
    peer.forge = withToken((token) => signed(token, {}))
    expect((await signInAs(account)).page.get('code')).toBeTruthy()
  })

  // ASVS 10.1.2, 10.2.1
  test('an answer with another state, in another browser, a second time, or too late; and that is on record', async () => {
    const { account } = await linked()
    peer.account = account
    const [mine, other] = [await begin(), await begin()]
    const back = await atProvider(mine.url)
    const before = (await auditOf(nobody, 'sso.refuse')).length
    expect((await comeBack(back, other.cookie)).get('error')).toBe('sso_expired')
    const wrong = new URL(back)
    wrong.searchParams.set('state', 'another')
    expect((await comeBack(wrong, (await begin()).cookie)).get('error')).toBe('sso_expired')
    expect((await comeBack(back, mine.cookie)).get('code')).toBeTruthy()
    expect((await comeBack(back, mine.cookie)).get('error')).toBe('sso_expired')
    const late = await begin()
    const lateBack = await atProvider(late.url)
    moveClock(limits.ssoTransactionMs + 1000)
    expect((await comeBack(lateBack, late.cookie)).get('error')).toBe('sso_expired')
    expect(await auditOf(nobody, 'sso.refuse')).toHaveLength(before + 4)
  })

  test("a code that was used already, or another browser's code", async () => {
    const { account } = await linked()
    peer.account = account
    const [first, second] = [await begin(), await begin()]
    const used = await atProvider(first.url)
    expect((await comeBack(used, first.cookie)).get('code')).toBeTruthy()
    const back = await atProvider(second.url)
    back.searchParams.set('code', used.searchParams.get('code')!)
    expect((await comeBack(back, second.cookie)).get('error')).toBe('sso_failed')
  })

  // ASVS 6.8.1, 10.5.2
  test('the same person of another directory, and a disabled one', async () => {
    const { account, user_id } = await linked()
    expect((await signInAs({ ...account, tid: crypto.randomUUID() })).page.get('error')).toBe('sso_unknown')
    await owner`update membership set disabled = true where user_id = ${user_id}`
    const { page, cookie } = await signInAs(account)
    expect((await exchange(page.get('code')!, cookie)).status).toBe(401)
  })
})

test('the domain of an address is read in one way alone', () => {
  expect(['a@Example.COM', 'a@münchen.example', 'a@ｅxample.com'].map(domainOf)).toEqual([
    'example.com',
    'xn--mnchen-3ya.example',
    'example.com',
  ])
  for (const address of [
    'a@b@example.com',
    'example.com',
    '@example.com',
    'a@',
    'a@example',
    'a@example.com.',
    'a@1.2.3.4',
    'a@exam ple.com',
  ])
    expect([address, domainOf(address)]).toEqual([address, undefined])
})
