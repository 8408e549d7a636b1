import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { limits } from '../../core/limits'
import { listen } from '../../core/signals'
import { auditOf, owner, setTenantStatus } from '../../testing/owner'
import { eventually } from '../../testing/eventually'
import { newTenant, problem, send, signedIn, within } from '../../testing/api'
import { memberships, users } from '../users/schema'
import { hashPassword } from '../../core/passwords'
import { writeRefreshToken } from '../../core/refresh'
import { sessions } from './schema'

const password = 'correct horse battery staple'
const passwordHash = hashPassword(password)
const second = 1000
const hour = 3_600_000

beforeAll(() => listen())
afterEach(() => moveClock(0))

/** Somebody who can sign in with `password`, in each of the tenants. */
async function registered(...tenants: string[]) {
  const user_id = Bun.randomUUIDv7()
  const email = `${user_id}@test.example`
  const tenant_ids = tenants.length ? tenants : [await newTenant()]
  for (const [index, tenant_id] of tenant_ids.entries()) {
    await within(tenant_id, async ({ tx, owned }) => {
      if (index === 0) await tx.insert(users).values({ id: user_id, email })
      await tx.insert(memberships).values(owned({ user_id, name: 'Somebody', whole_tenant: true }))
    })
  }
  await owner`insert into identity (id, user_id, kind, password_hash, created_at) values (${Bun.randomUUIDv7()}, ${user_id}, 'password', ${await passwordHash}, now())`
  return { user_id, email, tenant_id: tenant_ids[0]! }
}

const login = (body: object) => send('POST', '/api/v1/auth/login', { body })
const me = (token: string) => send('GET', '/api/v1/me', { headers: { authorization: `Bearer ${token}` } })
const setCookie = (reply: Response) => reply.headers.getSetCookie().find((cookie) => cookie.startsWith('monozu_refresh=')) ?? ''
const cookieOf = (reply: Response) => setCookie(reply).match(/^monozu_refresh=([^;]+)/)?.[1] ?? ''
const withCookie = (path: string, cookie: string, headers: Record<string, string> = {}) =>
  send('POST', `/api/v1/auth/${path}`, { body: {}, headers: { cookie: `monozu_refresh=${cookie}`, ...headers } })
const refresh = (cookie: string, headers?: Record<string, string>) => withCookie('refresh', cookie, headers)
const logout = (cookie: string, headers?: Record<string, string>) => withCookie('logout', cookie, headers)
const tokenOf = async (reply: Response) => ((await reply.json()) as { access_token: string }).access_token

/** The answer without what differs in each: two refusals that must tell the same. */
async function told(reply: Response) {
  const { request_id: _, ...rest } = await problem(reply)
  return { ...rest, headers: [...reply.headers.keys()].sort() }
}

/** A session as a browser holds it, without paying for bcrypt. */
async function browser() {
  const client = await signedIn()
  return { ...client, cookie: writeRefreshToken({ tenant_id: client.tenant_id, session_id: client.sid, generation: 1 }) }
}

const sessionRow = async (sid: string) =>
  (await owner`select generation, grace_uses, ended_at, end_reason from session where id = ${sid}`)[0]!

describe('signing in', () => {
  // ASVS 3.3.4, 7.2.4, 7.2.2
  test('the right password opens a session, told to the browser in a cookie that no script reads', async () => {
    const { email, user_id, tenant_id } = await registered()
    const reply = await login({ email: email.toUpperCase(), password })
    expect(reply.status).toBe(200)
    const body = (await reply.json()) as Record<string, unknown>
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'idle_seconds', 'tenant', 'token_type', 'user'])
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      user: { id: user_id, email, name: 'Somebody' },
      tenant: { id: tenant_id, name: 'Test' },
    })
    const [, ...attributes] = setCookie(reply).split('; ')
    expect(attributes.map((attribute) => attribute.split('=')[0]).sort()).toEqual(['Expires', 'HttpOnly', 'Path', 'SameSite'])
    expect(attributes).toContain('SameSite=Strict')
    expect(attributes).toContain('Path=/')
    expect(reply.headers.get('cache-control')).toBe('no-store')
    expect((await me(String(body.access_token))).status).toBe(200)
  })

  // ASVS 16.3.1
  test('a successful sign-in is in the audit log and shows as the last one', async () => {
    const { email, user_id, tenant_id } = await registered()
    const token = await tokenOf(await login({ email, password }))
    const { session } = (await (await me(token)).json()) as { session: { id: string } }
    expect([...(await auditOf(tenant_id, 'sessions.create'))]).toMatchObject([{ actor_id: user_id, entity_id: session.id }])
    const { api } = await signedIn(['settings.users.read'], { tenant_id })
    const user = await api.users({ id: user_id }).get()
    expect(user.data!.last_sign_in_at).toBeInstanceOf(Date)
  })

  test('a wrong password, an unknown user, a disabled one and one without a password get the same answer', async () => {
    const [right, disabled] = [await registered(), await registered()]
    await owner`update membership set disabled = true where user_id = ${disabled.user_id}`
    const { email: passwordless } = await signedIn()
    const replies = await Promise.all([
      login({ email: right.email, password: 'not the password' }),
      login({ email: `${Bun.randomUUIDv7()}@nowhere.example`, password }),
      login({ email: disabled.email, password }),
      login({ email: passwordless, password }),
    ])
    const [first, ...others] = await Promise.all(replies.map(told))
    expect(first).toMatchObject({ status: 401, error: 'invalid_credentials' })
    for (const other of others) expect(other).toEqual(first!)
    expect(replies.map(setCookie)).toEqual(['', '', '', ''])
  })

  // ASVS 16.3.1
  test('refused attempts are in the audit log of the tenant, those of a disabled user too', async () => {
    const [right, disabled] = [await registered(), await registered()]
    await owner`update membership set disabled = true where user_id = ${disabled.user_id}`
    await Promise.all([login({ email: right.email, password: 'not the password' }), login({ email: disabled.email, password })])
    for (const { tenant_id, user_id } of [right, disabled]) {
      expect(await eventually(async () => (await auditOf(tenant_id, 'sessions.refuse')).length === 1)).toBe(true)
      expect((await auditOf(tenant_id, 'sessions.refuse'))[0]).toMatchObject({ actor_id: user_id })
    }
  })

  test.each([
    ['pending', 'tenant_pending'],
    ['suspended', 'tenant_suspended'],
    ['offboarding', 'tenant_suspended'],
  ])('a tenant that is %s says so, but only to who knows the password', async (status, word) => {
    const { email, tenant_id } = await registered()
    await setTenantStatus(tenant_id, status)
    const [right, wrong] = await Promise.all([login({ email, password }), login({ email, password: 'not the password' })])
    expect([right.status, (await problem(right)).error]).toEqual([403, word])
    expect([wrong.status, (await problem(wrong)).error]).toEqual([401, 'invalid_credentials'])
    expect(setCookie(right)).toBe('')
    expect(await eventually(async () => (await auditOf(tenant_id, 'sessions.refuse')).length === 2)).toBe(true)
  })

  test('a tenant in its days of grace is entered', async () => {
    const { email, tenant_id } = await registered()
    await setTenantStatus(tenant_id, 'grace')
    expect((await login({ email, password })).status).toBe(200)
  })

  test('a user of several tenants is asked which one, and enters no other', async () => {
    const tenants = [await newTenant(), await newTenant()]
    const { email } = await registered(...tenants)
    const [asked, chosen, foreign] = await Promise.all([
      login({ email, password }),
      login({ email, password, tenant_id: tenants[1] }),
      login({ email, password, tenant_id: await newTenant() }),
    ])
    const choice = (await asked.json()) as { tenants: { id: string }[] }
    expect(choice).toMatchObject({ tenant_required: true })
    expect(choice.tenants.map(({ id }) => id).sort()).toEqual(tenants.sort())
    expect(setCookie(asked)).toBe('')
    expect(await chosen.json()).toMatchObject({ tenant: { id: tenants[1] } })
    expect((await problem(foreign)).error).toBe('invalid_credentials')
  })

  /** Somebody of two tenants who gave the password and is asked which one. */
  async function choosing() {
    const tenants = [await newTenant(), await newTenant()]
    const user = await registered(...tenants)
    const asked = (await (await login({ email: user.email, password })).json()) as { session_token: string }
    return { ...user, tenants, session_token: asked.session_token }
  }

  // ASVS 2.3.1
  test('the answer to which tenant needs no password again, within 5 minutes and once', async () => {
    const { tenants, session_token, user_id } = await choosing()
    expect(JSON.stringify(await owner`select * from tenant_choice where user_id = ${user_id}`)).not.toContain(session_token)
    const replies = await Promise.all(Array.from({ length: 20 }, () => login({ session_token, tenant_id: tenants[1] })))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 401)])
    const opened = replies.find(({ status }) => status === 200)!
    expect(cookieOf(opened)).not.toBe('')
    expect(await opened.json()).toMatchObject({ tenant: { id: tenants[1] }, user: { id: user_id } })
    expect((await problem(await login({ session_token, tenant_id: tenants[1] }))).error).toBe('choice_ended')
    const late = await choosing()
    moveClock(limits.tenantChoiceMs + second)
    const ended = await problem(await login({ session_token: late.session_token, tenant_id: late.tenants[0] }))
    expect([ended.status, ended.error]).toEqual([401, 'choice_ended'])
  })

  test('a tenant that is not the chooser’s is refused, as is one that is closed, and a token together with a password', async () => {
    const { session_token } = await choosing()
    expect((await problem(await login({ session_token, tenant_id: await newTenant() }))).error).toBe('invalid_credentials')
    const { tenants, session_token: other } = await choosing()
    await setTenantStatus(tenants[0]!, 'suspended')
    expect((await problem(await login({ session_token: other, tenant_id: tenants[0] }))).error).toBe('tenant_suspended')
    for (const [body, path] of [
      [{ session_token, email: 'a@b.example', tenant_id: tenants[0] }, '/session_token'],
      [{ session_token }, '/tenant_id'],
      [{ email: 'a@b.example' }, '/password'],
      [{ password }, '/email'],
    ] as const)
      expect((await problem(await login(body))).errors?.[0]?.path).toBe(path)
  })

  test('somebody of several tenants switches: a new session begins and the one before ends', async () => {
    const client = await browser()
    const [other, foreign] = [await newTenant(), await newTenant()]
    const { user_id } = client
    await within(other, ({ tx, owned }) => tx.insert(memberships).values(owned({ user_id, name: 'Elsewhere', whole_tenant: true })))
    const listed = await client.api.me.tenants.get()
    expect(listed.data!.items.map(({ id, current }) => [id, current]).sort()).toEqual(
      [
        [client.tenant_id, true],
        [other, false],
      ].sort(),
    )
    const to = (tenant_id: string, headers: Record<string, string> = client.headers) =>
      send('POST', '/api/v1/auth/switch-tenant', { headers, body: { tenant_id } })
    const [unknown, refused] = [await to(Bun.randomUUIDv7()), await to(foreign)]
    expect(await told(refused)).toEqual(await told(unknown))
    expect(refused.status).toBe(404)
    expect((await to(other, { ...client.headers, origin: 'https://evil.example' })).status).toBe(403)
    const opened = await to(other)
    expect(await opened.clone().json()).toMatchObject({ tenant: { id: other }, user: { id: user_id, name: 'Elsewhere' } })
    expect((await refresh(cookieOf(opened))).status).toBe(200)
    expect((await me(await tokenOf(opened))).status).toBe(200)
    expect((await me(client.token)).status).toBe(401)
    expect(await sessionRow(client.sid)).toMatchObject({ end_reason: 'signed_out' })
  })

  test('a session without the second factor is asked for it as it switches', async () => {
    const client = await browser()
    const other = await newTenant()
    const { user_id } = client
    await within(other, ({ tx, owned }) => tx.insert(memberships).values(owned({ user_id, name: 'Elsewhere', whole_tenant: true })))
    await owner`insert into mfa_factor (user_id, secret, confirmed_at) values (${user_id}, 'sealed', now())`
    const reply = await send('POST', '/api/v1/auth/switch-tenant', { headers: client.headers, body: { tenant_id: other } })
    expect(await reply.json()).toMatchObject({ mfa_required: true })
    expect((await me(client.token)).status).toBe(200)
  })

  // ASVS 3.5.1
  test('a session of a foreign site is not begun', async () => {
    const reply = await send('POST', '/api/v1/auth/login', {
      body: { email: 'a@b.example', password },
      headers: { origin: 'https://evil.example' },
    })
    expect((await problem(reply)).error).toBe('forbidden_origin')
    const form = await send('POST', '/api/v1/auth/login', { headers: { 'content-type': 'text/plain' } })
    expect(form.status).toBeGreaterThanOrEqual(400)
  })
})

describe('guessing', () => {
  const guess = (email: string) => login({ email, password: 'not the password' })

  // ASVS 6.3.1
  test('after five failures an account waits, longer each time, and is let in again when it has waited', async () => {
    const { email } = await registered()
    for (let failure = 0; failure < limits.failuresBeforeDelay; failure += 1) expect((await guess(email)).status).toBe(401)
    const refused = await login({ email, password })
    expect([refused.status, (await problem(refused)).error, refused.headers.get('retry-after')]).toEqual([429, 'rate_limited', '1'])
    moveClock(1.1 * second)
    expect((await guess(email)).status).toBe(401)
    expect((await login({ email, password })).headers.get('retry-after')).toBe('2')
    moveClock(2.1 * second)
    expect((await login({ email, password })).status).toBe(200)
    expect((await guess(email)).status).toBe(401)
  })

  // ASVS 6.3.1, 2.4.1
  test('guesses sent all at once are no way around', async () => {
    const { email } = await registered()
    const replies = await Promise.all(Array.from({ length: 12 }, () => guess(email)))
    const statuses = replies.map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(limits.failuresBeforeDelay)
    expect(statuses.filter((status) => status === 429)).toHaveLength(12 - limits.failuresBeforeDelay)
  })

  test('an account that does not exist is counted like one that does', async () => {
    const email = `${Bun.randomUUIDv7()}@nowhere.example`
    await Promise.all(Array.from({ length: limits.failuresBeforeDelay }, () => guess(email)))
    expect((await guess(email)).status).toBe(429)
    moveClock(limits.failureWindowMs)
    expect((await guess(email)).status).toBe(401)
  })
})

describe('refreshing', () => {
  test('the current token gives the next one, and an access token that works', async () => {
    const { cookie, sid } = await browser()
    const reply = await refresh(cookie)
    expect(reply.status).toBe(200)
    expect(cookieOf(reply)).not.toBe(cookie)
    expect(setCookie(reply)).toContain('HttpOnly')
    expect((await me(await tokenOf(reply))).status).toBe(200)
    expect(await sessionRow(sid)).toMatchObject({ generation: 2, grace_uses: 0 })
  })

  test('one behind gives the same current token again, however late, and is counted', async () => {
    const { cookie, sid } = await browser()
    const next = cookieOf(await refresh(cookie))
    moveClock(hour)
    for (const uses of [1, 2]) {
      expect(cookieOf(await refresh(cookie))).toBe(next)
      expect(await sessionRow(sid)).toMatchObject({ generation: 2, grace_uses: uses })
    }
    expect(cookieOf(await refresh(next))).not.toBe(next)
    expect(await sessionRow(sid)).toMatchObject({ generation: 3, grace_uses: 0 })
  })

  test('one behind is given again only so often: then the session ends', async () => {
    const { cookie, sid, token } = await browser()
    await refresh(cookie)
    moveClock(hour / 2)
    for (let use = 0; use < limits.refreshGraceUses; use += 1) expect((await refresh(cookie)).status).toBe(200)
    expect((await refresh(cookie)).status).toBe(401)
    expect(await sessionRow(sid)).toMatchObject({ end_reason: 'reused' })
    expect((await me(token)).status).toBe(401)
  })

  test('two behind within ten seconds of a rotation still gives the current token', async () => {
    const { cookie } = await browser()
    const current = cookieOf(await refresh(cookieOf(await refresh(cookie))))
    moveClock(9 * second)
    expect(cookieOf(await refresh(cookie))).toBe(current)
  })

  // ASVS 10.4.5
  test('an older one ends the session for thief and owner, at once, and is told in the audit log', async () => {
    const { cookie, sid, token, tenant_id, user_id } = await browser()
    const current = cookieOf(await refresh(cookieOf(await refresh(cookie))))
    moveClock(limits.refreshGraceMs + second)
    expect((await me(token)).status).toBe(200)
    const reply = await refresh(cookie)
    expect([reply.status, (await problem(reply)).error]).toEqual([401, 'unauthenticated'])
    expect((await me(token)).status).toBe(401)
    expect((await refresh(current)).status).toBe(401)
    expect(await sessionRow(sid)).toMatchObject({ end_reason: 'reused' })
    expect([...(await auditOf(tenant_id, 'sessions.reuse_detected'))]).toMatchObject([{ actor_id: user_id, entity_id: sid }])
  })

  test('one that was never issued is refused and changes nothing', async () => {
    const { cookie, sid, tenant_id } = await browser()
    const before = await sessionRow(sid)
    const forged = Buffer.from(cookie, 'base64url')
    forged[35]! += 1
    const ofNobody = writeRefreshToken({ tenant_id, session_id: Bun.randomUUIDv7(), generation: 1 })
    const ahead = writeRefreshToken({ tenant_id, session_id: sid, generation: 7 })
    for (const never of [
      forged.toString('base64url'),
      ofNobody,
      `${cookie}x`,
      cookie.slice(1),
      '',
      'x',
      '%00',
      'null',
      'j:{}',
      '{"a":1}',
      '[1]',
    ]) {
      expect((await refresh(never)).status).toBe(401)
    }
    expect((await send('POST', '/api/v1/auth/refresh', { body: {} })).status).toBe(401)
    expect(await sessionRow(sid)).toEqual(before)
    expect((await refresh(ahead)).status).toBe(401)
  })

  test('fifty at once with one cookie give one new generation, and all go on', async () => {
    const { cookie, sid } = await browser()
    const replies = await Promise.all(Array.from({ length: 50 }, () => refresh(cookie)))
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200))
    expect(new Set(replies.map(cookieOf)).size).toBe(1)
    expect(await sessionRow(sid)).toMatchObject({ generation: 2, ended_at: null })
  })

  // ASVS 7.3.1
  test('a session left alone for a day is over', async () => {
    const { cookie, token } = await browser()
    moveClock(limits.sessionIdleMs - second)
    const kept = await refresh(cookie)
    expect(kept.status).toBe(200)
    moveClock(limits.sessionIdleMs + second)
    expect((await refresh(cookieOf(kept))).status).toBe(401)
    expect((await me(token)).status).toBe(401)
  })

  // ASVS 7.3.2, 10.4.8
  test('a session ends after its absolute life however busy it was', async () => {
    const { email } = await registered()
    const first = await login({ email, password })
    let cookie = cookieOf(first)
    const expires = setCookie(first).match(/Expires=([^;]+)/)![1]
    for (let half = 1; half < 14; half += 1) {
      moveClock(12 * hour)
      const reply = await refresh(cookie)
      expect([half, reply.status, setCookie(reply).match(/Expires=([^;]+)/)?.[1]]).toEqual([half, 200, expires])
      cookie = cookieOf(reply)
    }
    moveClock(12 * hour + second)
    expect((await refresh(cookie)).status).toBe(401)
  })

  test('a foreign origin is refused, our own and programs are not', async () => {
    const { cookie, sid } = await browser()
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://localhost.evil.example' },
      { 'sec-fetch-site': 'cross-site' },
    ]
    for (const headers of foreign) {
      const reply = await refresh(cookie, headers)
      expect([reply.status, (await problem(reply)).error]).toEqual([403, 'forbidden_origin'])
      expect((await logout(cookie, headers)).status).toBe(403)
    }
    expect(await sessionRow(sid)).toMatchObject({ generation: 1, ended_at: null })
    const own = await refresh(cookie, { origin: 'http://localhost:8000', 'sec-fetch-site': 'same-origin' })
    expect(own.status).toBe(200)
    expect((await refresh(cookieOf(own), { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })

  test('only JSON is read where the cookie is the credential', async () => {
    const { cookie, sid } = await browser()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      for (const path of ['refresh', 'logout']) {
        const reply = await send('POST', `/api/v1/auth/${path}`, { headers: { cookie: `monozu_refresh=${cookie}`, 'content-type': type } })
        expect(reply.status).toBe(415)
      }
    }
    expect(await sessionRow(sid)).toMatchObject({ generation: 1, ended_at: null })
  })

  test('a suspended tenant or a disabled user refreshes nothing', async () => {
    const [suspended, disabled] = [await browser(), await browser()]
    await setTenantStatus(suspended.tenant_id, 'suspended')
    const reply = await refresh(suspended.cookie)
    expect([reply.status, (await problem(reply)).error]).toEqual([403, 'tenant_suspended'])
    await owner`update membership set disabled = true where user_id = ${disabled.user_id}`
    expect((await refresh(disabled.cookie)).status).toBe(401)
    expect(await sessionRow(suspended.sid)).toMatchObject({ generation: 1, ended_at: null })
  })
})

describe('signing out', () => {
  // ASVS 7.4.1
  test('ends the access token at once, clears the cookie as it was set, and may be repeated', async () => {
    const { cookie, token, sid, tenant_id } = await browser()
    expect((await me(token)).status).toBe(200)
    const reply = await logout(cookie)
    expect((await me(token)).status).toBe(401)
    expect(reply.status).toBe(204)
    expect(await reply.text()).toBe('')
    expect(setCookie(reply)).toMatch(/^monozu_refresh=;/)
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=0']) expect(setCookie(reply)).toContain(attribute)
    expect((await refresh(cookie)).status).toBe(401)
    for (const again of [cookie, 'nonsense', '']) expect((await logout(again)).status).toBe(204)
    expect((await send('POST', '/api/v1/auth/logout', { body: {} })).status).toBe(204)
    expect((await send('POST', '/api/v1/auth/logout')).status).toBe(204)
    expect(await auditOf(tenant_id, 'sessions.end')).toHaveLength(1)
    expect(await sessionRow(sid)).toMatchObject({ end_reason: 'signed_out' })
  })

  // ASVS 7.3.1
  test('by a console that has seen nobody for as long as it was told is recorded as such', async () => {
    const { cookie, token, sid, tenant_id } = await browser()
    const told = (await (await refresh(cookie)).json()) as { idle_seconds: number }
    expect(told.idle_seconds).toBe(limits.sessionIdleMs / second)
    const headers = { cookie: `monozu_refresh=${cookie}` }
    expect((await send('POST', '/api/v1/auth/logout', { body: { idle: true }, headers })).status).toBe(204)
    expect((await me(token)).status).toBe(401)
    expect(await auditOf(tenant_id, 'sessions.end')).toMatchObject([{ after: { end_reason: 'idle' } }])
    expect(await sessionRow(sid)).toMatchObject({ end_reason: 'idle' })
  })

  test('several tabs that sign out together leave one record', async () => {
    const { cookie, tenant_id } = await browser()
    const replies = await Promise.all(Array.from({ length: 5 }, () => logout(cookie)))
    expect(replies.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204])
    expect(await auditOf(tenant_id, 'sessions.end')).toHaveLength(1)
  })

  test('leaves the other sessions of the same user', async () => {
    const first = await browser()
    const other = await within(first.tenant_id, async ({ tx, owned }) => {
      const at = new Date()
      const row = owned({ user_id: first.user_id, rotated_at: at, expires_at: new Date(at.getTime() + hour), amr: ['pwd'] })
      return (await tx.insert(sessions).values(row).returning())[0]!.id
    })
    await logout(first.cookie)
    expect((await refresh(writeRefreshToken({ tenant_id: first.tenant_id, session_id: other, generation: 1 }))).status).toBe(200)
  })
})

describe('who am I', () => {
  test('tells user, tenant, permissions, units and session, and the parts that are switched on', async () => {
    const { api, user_id, email, tenant_id, sid } = await signedIn(['devices.read', 'alerts.read'])
    const { data } = await api.me.get()
    expect(data).toMatchObject({
      user: { id: user_id, email, name: 'Somebody' },
      tenant: { id: tenant_id, name: 'Test', status: 'active' },
      org_units: 'all',
      session: { id: sid },
    })
    expect(data!.permissions.sort()).toEqual(['alerts.read', 'devices.read'])
    expect((await api.me.features.get()).data).toEqual({
      security: true,
      vpn: true,
      backup: true,
      cmdb: true,
      itsm: true,
      iot: true,
      oidc: false,
    })
  })

  test('a tenant that is suspended shuts out who is signed in', async () => {
    const { token, tenant_id } = await browser()
    await setTenantStatus(tenant_id, 'suspended')
    moveClock(limits.sessionCacheMs + second)
    expect((await me(token)).status).toBe(403)
  })
})
