import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { type KeyObject, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { moveClock } from '../../core/clock'
import { config } from '../../core/config'
import { type Client, problem, send, signedIn, within } from '../../testing/api'
import { type Tokens, browse } from '../../testing/entra'
import { type Person, clientOfIssuer, issuer } from '../../testing/issuer'
import { auditOf, owner } from '../../testing/owner'
import { atProvider, bearer, comeBack, enterThrough, goThrough, ssoCookieIn } from '../../testing/sso'
import { domains } from '../domains/schema'

type Peer = Awaited<ReturnType<typeof issuer>>
const peers: Peer[] = []

beforeAll(() => Object.assign(config, { FEATURE_OIDC: true, OIDC_PRIVATE_NETWORKS: ['127.0.0.1/32'] }))
afterEach(() => {
  moveClock(0)
  Object.assign(config, { FEATURE_OIDC: true, OIDC_PRIVATE_NETWORKS: ['127.0.0.1/32'] })
})
afterAll(() => {
  Object.assign(config, { FEATURE_OIDC: false, OIDC_PRIVATE_NETWORKS: [] })
  for (const peer of peers) peer.close()
})

const path = '/api/v1/settings/sso'
const put = ({ headers }: Client, body: object) => send('PUT', path, { headers, body })
const errorOf = async (reply: Response) => [reply.status, reply.status < 400 ? '' : (await problem(reply)).error]
const redirectOf = (tenant_id: string) => `${config.API_PUBLIC_URL}/api/v1/auth/oidc/${tenant_id}/callback`

async function peerFor(tenant_id: string, options?: Parameters<typeof issuer>[0]) {
  const peer = await issuer(options)
  peers.push(peer)
  peer.redirect_uris.push(redirectOf(tenant_id))
  return peer
}

/** A tenant with a proven domain and a provider of its own. */
async function equipped(options?: Parameters<typeof issuer>[0]) {
  const client = await signedIn()
  const peer = await peerFor(client.tenant_id, options)
  const domain = `${Bun.randomUUIDv7()}.example`
  const email = `ada@${domain}`
  await owner`update app_user set email = ${email} where id = ${client.user_id}`
  await within(client.tenant_id, ({ tx, owned }) => tx.insert(domains).values(owned({ domain, challenge: 'x', verified_at: new Date() })))
  expect((await put(client, { issuer: peer.origin, ...clientOfIssuer })).status).toBe(200)
  const sit = (person: Partial<Person> = {}) =>
    (peer.person = { sub: crypto.randomUUID(), email, email_verified: true, name: 'Ada', ...person })
  sit()
  return { ...client, peer, domain, email, sit }
}
const identitiesOf = async (user_id: string) =>
  [...(await owner`select issuer, directory, subject, provider_tenant_id from identity where user_id = ${user_id}`)].map((row) => ({
    ...row,
  }))

describe('another issuer than Entra', () => {
  test('is there only where it is switched on', async () => {
    const home = await equipped()
    expect((await enterThrough(home.email)).user.id).toBe(home.user_id)
    config.FEATURE_OIDC = false
    expect(await errorOf(await put(home, { issuer: home.peer.origin, ...clientOfIssuer }))).toEqual([404, 'feature_disabled'])
    const method = await send('POST', '/api/v1/auth/check-method', { body: { email: home.email } })
    expect(await method.json()).toEqual({ method: 'password' })
    expect(await errorOf(await send('GET', `/api/v1/auth/microsoft/login?email=${home.email}`))).toEqual([404, 'sso_not_configured'])
    expect(await errorOf(await send('POST', `${path}/check`, { headers: home.headers, body: {} }))).toEqual([409, 'sso_not_configured'])
  })

  test('is named by an https address without query, alone', async () => {
    const client = await signedIn()
    config.OIDC_PRIVATE_NETWORKS = []
    const wrong = [
      'http://idp.example',
      'ftp://idp.example',
      'https://',
      'https://u:p@idp.example',
      'https://idp.example?x=1',
      'https://idp.example#x',
      'idp.example',
    ]
    for (const text of wrong)
      expect([text, ...(await errorOf(await put(client, { issuer: text, ...clientOfIssuer })))]).toEqual([text, 422, 'invalid'])
    for (const body of [{}, { issuer: 'https://idp.example', directory: crypto.randomUUID() }])
      expect(await errorOf(await put(client, { ...body, ...clientOfIssuer }))).toEqual([422, 'invalid'])
    const saved = await (await put(client, { issuer: 'https://idp.example', ...clientOfIssuer })).json()
    expect(saved).toMatchObject({ issuer: 'https://idp.example', directory: null, issuer_redirect_uri: redirectOf(client.tenant_id) })
    expect(await errorOf(await put(client, { issuer: 'https://other.example', client_id: clientOfIssuer.client_id }))).toEqual([
      422,
      'invalid',
    ])
  })

  test('is checked by asking it', async () => {
    const { headers, peer, ...client } = await equipped()
    const check = async () => ((await (await send('POST', `${path}/check`, { headers, body: {} })).json()) as { outcome: string }).outcome
    expect(await check()).toBe('accepted')
    const set = (body: object) => put({ ...client, headers }, { ...clientOfIssuer, ...body })
    await set({ issuer: peer.origin, client_secret: 'wrong' })
    expect(await check()).toBe('refused')
    await set({ issuer: `${peer.origin}/` })
    expect(await check()).toBe('other_issuer')
    peer.say = (told) => ({ ...told, issuer: 'https://other.example' })
    await set({ issuer: peer.origin, client_secret: 'yet another' })
    expect(await check()).toBe('other_issuer')
    config.OIDC_PRIVATE_NETWORKS = []
    const asked = peer.asked.length
    await set({ issuer: peer.origin.replace('http:', 'https:') })
    expect([await check(), peer.asked.length]).toEqual(['unreachable', asked])
  })

  // ASVS 10.5.3
  test.each<[string, (told: Record<string, unknown>, peer: Peer) => unknown]>([
    ['its token endpoint lies inside', (told) => ({ ...told, token_endpoint: 'http://127.0.0.2/token' })],
    ['its keys lie inside', (told) => ({ ...told, jwks_uri: 'http://[::1]/keys' })],
    ['it sends browsers to a script', (told) => ({ ...told, authorization_endpoint: 'javascript:alert(1)' })],
    ['what it says of itself is too long', (told) => ({ ...told, more: 'x'.repeat(300_000) })],
    ['it names itself otherwise', (told, peer) => ({ ...told, issuer: `${peer.origin}/other` })],
  ])('is not followed where %s', async (_, say) => {
    const { email, peer } = await equipped()
    peer.say = (told) => say(told, peer)
    const begun = await send('GET', `/api/v1/auth/microsoft/login?email=${email}`)
    if (begun.status === 503) return expect((await problem(begun)).error).toBe('sso_unavailable')
    const back = await browse(begun.headers.get('location')!, config.API_PUBLIC_URL)
    expect((await comeBack(back, ssoCookieIn(begun))).to.searchParams.get('error')).toBe('sso_failed')
  })
})

describe('a person of another issuer', () => {
  test('is who its subject says, joined once by a verified address of a proven domain', async () => {
    const { email, user_id, tenant_id, peer, sit, ...client } = await equipped()
    const { sub } = sit()
    const entered = await enterThrough(email)
    expect(entered).toMatchObject({ user: { id: user_id }, tenant: { id: tenant_id } })
    expect(await identitiesOf(user_id)).toEqual([{ issuer: peer.origin, directory: '', subject: sub, provider_tenant_id: tenant_id }])
    sit({ sub, email: 'renamed@elsewhere.example', email_verified: false })
    expect((await enterThrough(email)).user.id).toBe(user_id)
    expect((await send('DELETE', path, { headers: client.headers })).status).toBe(204)
    expect((await send('GET', '/api/v1/me', { headers: bearer(entered) })).status).toBe(401)
  })

  test('whose address is told only to who asks for it is asked for it', async () => {
    const { email, user_id, peer } = await equipped({ accessOnly: true })
    expect((await enterThrough(email)).user.id).toBe(user_id)
    expect(peer.asked).toContain('/me')
  })

  // ASVS 6.8.1, 10.5.2
  test('is not taken for another by an address that is unverified, of a domain that is not proven, or a member of no account here', async () => {
    const { email, domain, tenant_id, sit } = await equipped()
    const other = await signedIn(undefined, { tenant_id })
    await owner`update app_user set verified_at = now() where id = ${other.user_id}`
    const odd = 'true' as unknown as boolean
    for (const person of [
      { email_verified: false },
      { email_verified: undefined },
      { email_verified: odd },
      { email: undefined },
      { email: other.email },
      { email: `nobody@${domain}` },
      { email: `a@b@${domain}` },
    ]) {
      sit(person)
      expect([person, (await goThrough(email)).page.get('error')]).toEqual([person, 'sso_unknown'])
    }
    await owner`update email_domain set verified_at = null where tenant_id = ${tenant_id}`
    expect(await errorOf(await send('GET', `/api/v1/auth/microsoft/login?email=${email}`))).toEqual([404, 'sso_not_configured'])
  })

  test('accepts an invitation by signing in', async () => {
    const { headers, tenant_id, domain, sit } = await equipped()
    const email = `grace@${domain}`
    expect((await send('POST', '/api/v1/invitations', { headers, body: { email, group_ids: [], org_unit_scope: 'all' } })).status).toBe(201)
    sit({ email, email_verified: false })
    expect((await goThrough(email)).page.get('error')).toBe('sso_unknown')
    sit({ email, name: 'Grace' })
    expect(await enterThrough(email)).toMatchObject({ user: { email, name: 'Grace' }, tenant: { id: tenant_id } })
  })

  test('with the same subject at another issuer is somebody else', async () => {
    const [one, two] = [await equipped(), await equipped()]
    const { sub } = one.sit()
    await enterThrough(one.email)
    two.sit({ sub, email: one.email })
    expect((await goThrough(two.email)).page.get('error')).toBe('sso_unknown')
  })
})

describe('is refused', () => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const parts = (token: string) =>
    token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object)
  const signed = (token: string, change: object, key: KeyObject, header: object = {}) => {
    const [head, claims] = parts(token)
    const body = `${encode({ ...head, ...header })}.${encode({ ...claims, ...change })}`
    return `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`
  }
  const shared = (token: string, secret: string) => {
    const body = `${encode({ ...parts(token)[0], alg: 'HS256' })}.${token.split('.')[1]}`
    return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
  }
  const now = () => Math.floor(Date.now() / 1000)

  // ASVS 6.8.2, 10.5.1, 10.5.3, 10.5.4
  test('a token of another key, audience, nonce, issuer, person, algorithm or time', async () => {
    const { email, peer } = await equipped()
    const own = peer.privateKey
    const forgeries: [string, (token: string) => string][] = [
      ['another key', (token) => signed(token, {}, stranger)],
      ['a key it carries', (token) => signed(token, {}, stranger, { jwk: stranger.export({ format: 'jwk' }) })],
      ['another audience', (token) => signed(token, { aud: 'somebody else' }, own)],
      ['another nonce', (token) => signed(token, { nonce: 'another' }, own)],
      ['no nonce', (token) => signed(token, { nonce: undefined }, own)],
      ['another issuer', (token) => signed(token, { iss: 'https://other.example' }, own)],
      ['nobody', (token) => signed(token, { sub: undefined }, own)],
      ['no signature', (token) => `${encode({ alg: 'none' })}.${token.split('.')[1]}.`],
      ['the secret of the client', (token) => shared(token, clientOfIssuer.client_secret)],
      ['the past', (token) => signed(token, { exp: now() - 600 }, own)],
    ]
    for (const [name, make] of forgeries) {
      peer.forge = (tokens: Tokens) => ({ ...tokens, id_token: make(tokens.id_token) })
      const { page } = await goThrough(email)
      expect([name, page.get('error'), page.get('code')]).toEqual([name, 'sso_failed', null])
    }
    // The same key over the same words is taken: it is the one change that is refused.
    peer.forge = (tokens: Tokens) => ({ ...tokens, id_token: signed(tokens.id_token, {}, own) })
    expect((await goThrough(email)).page.get('code')).toBeTruthy()
  })

  const begin = async (email: string) => {
    const begun = await send('GET', `/api/v1/auth/microsoft/login?email=${email}`)
    return { url: begun.headers.get('location')!, cookie: ssoCookieIn(begun) }
  }

  // ASVS 10.1.2, 10.2.1
  test('an answer with another state, in another browser, with a code that was used, or an error', async () => {
    const { email } = await equipped()
    const error = async (back: URL, cookie: string) => (await comeBack(back, cookie)).to.searchParams.get('error')
    const [mine, other, third, fourth] = [await begin(email), await begin(email), await begin(email), await begin(email)]
    const back = await atProvider(mine.url)
    expect(await error(back, other.cookie)).toBe('sso_expired')
    const wrong = new URL(back)
    wrong.searchParams.set('state', 'another')
    expect(await error(wrong, third.cookie)).toBe('sso_expired')
    expect(await error(back, mine.cookie)).toBe(null)
    expect(await error(back, mine.cookie)).toBe('sso_expired')
    const used = await atProvider(fourth.url)
    used.searchParams.set('code', back.searchParams.get('code')!)
    expect(await error(used, fourth.cookie)).toBe('sso_failed')
    const denied = await begin(email)
    const refusal = new URL(await atProvider(denied.url))
    refusal.searchParams.delete('code')
    refusal.searchParams.set('error', 'access_denied')
    expect(await error(refusal, denied.cookie)).toBe('sso_denied')
  })

  // ASVS 10.2.2
  test('an answer of one provider where another was asked (mix-up): by its iss, and by where it came to', async () => {
    const [honest, evil] = [await equipped(), await equipped()]
    const error = async (back: URL, cookie: string) => (await comeBack(back, cookie)).to.searchParams.get('error')
    const tokensAsked = () => [honest, evil].map(({ peer }) => peer.asked.filter((at) => at === '/token').length)
    const before = tokensAsked()
    // The evil provider was asked; the browser was led to the honest one, and comes back to where that sends it.
    for (const iss of [true, false]) {
      const [asked, led] = [await begin(evil.email), await begin(honest.email)]
      const back = await atProvider(led.url)
      back.searchParams.set('state', new URL(asked.url).searchParams.get('state')!)
      if (!iss) back.searchParams.delete('iss')
      expect(await error(back, asked.cookie)).toBe('sso_failed')
    }
    // The same, brought to where the evil one's answers belong.
    const [asked, led] = [await begin(evil.email), await begin(honest.email)]
    const back = await atProvider(led.url)
    back.searchParams.set('state', new URL(asked.url).searchParams.get('state')!)
    back.pathname = new URL(redirectOf(evil.tenant_id)).pathname
    expect(await error(back, asked.cookie)).toBe('sso_failed')
    // Nobody was shown the honest one's code.
    expect(tokensAsked()).toEqual(before)
    const lone = await begin(honest.email)
    const answer = await atProvider(lone.url)
    answer.searchParams.set('iss', evil.peer.origin)
    expect(await error(answer, lone.cookie)).toBe('sso_failed')
  })

  test('who comes back after the provider was changed or removed', async () => {
    const home = await equipped()
    const [first, second] = [await begin(home.email), await begin(home.email)]
    const [back, again] = [await atProvider(first.url), await atProvider(second.url)]
    const { to } = await comeBack(back, first.cookie)
    expect((await put(home, { issuer: home.peer.origin, ...clientOfIssuer, client_id: 'another' })).status).toBe(200)
    expect((await comeBack(again, second.cookie)).to.searchParams.get('error')).toBe('sso_expired')
    const code = to.searchParams.get('code')
    const exchanged = await send('POST', '/api/v1/auth/exchange', { body: { code }, headers: { cookie: `monozu_sso=${first.cookie}` } })
    expect(await errorOf(exchanged)).toEqual([401, 'exchange_ended'])
    expect((await auditOf(home.tenant_id, 'sso_settings.update')).length).toBe(2)
  })
})
