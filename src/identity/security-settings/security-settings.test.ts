import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock, nowMs } from '../../core/clock'
import { limits } from '../../core/limits'
import { listen } from '../../core/signals'
import { password, withPassword } from '../../testing/account'
import { type Client, newTenant, problem, send, signedIn, within } from '../../testing/api'
import { auditOf, owner } from '../../testing/owner'
import { codeOf, stepAt } from '../../core/totp'
import { memberships } from '../users/schema'
import { bareUser } from '../../core/scope'
import { writeRefreshToken } from '../../core/refresh'
import { switchTenant } from '../auth/service'

beforeAll(() => listen())
afterEach(() => moveClock(0))

const path = '/api/v1/settings/security'
const minute = 60_000
const standard = { require_mfa: false, session_idle_minutes: null, session_hours: null }
const put = ({ headers }: Pick<Client, 'headers'>, change: object, more: Record<string, string> = {}) =>
  send('PUT', path, { headers: { ...headers, ...more }, body: { ...standard, ...change } })
const get = ({ headers }: Pick<Client, 'headers'>) => send('GET', path, { headers })
const me = async ({ headers }: Pick<Client, 'headers'>) => (await send('GET', '/api/v1/me', { headers })).status
const refresh = ({ tenant_id, sid }: Client, generation = 1) =>
  send('POST', '/api/v1/auth/refresh', {
    body: {},
    headers: { cookie: `monozu_refresh=${writeRefreshToken({ tenant_id, session_id: sid, generation })}` },
  })
const post = (to: string, body: object, headers: Record<string, string> = {}) => send('POST', `/api/v1${to}`, { body, headers })
const login = (email: string) => post('/auth/login', { email, password })
const codeNow = (secret: string) => codeOf(secret, stepAt(nowMs()))

/** Switches the second factor on for somebody who is signed in. */
async function enrol(client: Client): Promise<string> {
  const { secret } = (await (await post('/me/mfa/enrol', { password }, client.headers)).json()) as { secret: string }
  expect((await post('/me/mfa/confirm', { totp_code: codeNow(secret) }, client.headers)).status).toBe(200)
  return secret
}

/** An administrator with a second factor whose tenant requires one, and a colleague who has none. */
async function requiring() {
  const admin = await withPassword()
  await enrol(admin)
  const colleague = await withPassword(undefined, { tenant_id: admin.tenant_id })
  return { admin, colleague, reply: await put(admin, { require_mfa: true }) }
}

test('the settings are read and changed within the limits of the platform, and that is in the audit log', async () => {
  const client = await signedIn()
  const platform = { session_idle_minutes: limits.sessionIdleMs / minute, session_hours: 7 * 24 }
  expect(await (await get(client)).json()).toMatchObject({ ...standard, platform, members_without_mfa: 1 })
  const reply = await put(client, { session_idle_minutes: 30, session_hours: 12 })
  expect([reply.status, await reply.json()]).toMatchObject([200, { session_idle_minutes: 30, session_hours: 12 }])
  expect([...(await auditOf(client.tenant_id, 'security_settings.update'))]).toMatchObject([
    { actor_id: client.user_id, before: { session_idle_minutes: null }, after: { session_idle_minutes: 30, session_hours: 12 } },
  ])
  for (const [change, field] of [
    [{ session_idle_minutes: 14 }, '/session_idle_minutes'],
    [{ session_idle_minutes: platform.session_idle_minutes + 1 }, '/session_idle_minutes'],
    [{ session_hours: 0 }, '/session_hours'],
    [{ session_hours: platform.session_hours + 1 }, '/session_hours'],
    [{ require_mfa: 'yes' }, '/require_mfa'],
  ] as const) {
    const refused = await put(client, change)
    expect([refused.status, (await problem(refused)).errors?.[0]?.path]).toEqual([422, field])
  }
})

test('a change that was made on an older version is refused, and another tenant is not concerned', async () => {
  const [client, other] = [await signedIn(), await signedIn()]
  const etag = (await get(client)).headers.get('etag')!
  expect((await put(client, { session_hours: 8 }, { 'if-match': etag })).status).toBe(200)
  expect((await put(client, { session_hours: 9 }, { 'if-match': etag })).status).toBe(412)
  expect(await (await get(other)).json()).toMatchObject(standard)
})

describe('a session', () => {
  // ASVS 7.3.1
  test('left alone for longer than the tenant allows is over, though the platform would allow it', async () => {
    const [client, elsewhere] = [await signedIn(), await signedIn()]
    await put(client, { session_idle_minutes: 30 })
    const answer = (await (await refresh(client)).json()) as object
    expect(answer).toMatchObject({ expires_in: 15 * 60, idle_seconds: 30 * 60 })
    moveClock(20 * minute)
    expect((await refresh(client, 2)).status).toBe(200)
    moveClock(20 * minute)
    expect([await me(client), await me(elsewhere)]).toEqual([200, 200])
    moveClock(11 * minute)
    expect([await me(client), (await refresh(client, 3)).status]).toEqual([401, 401])
    expect(await me(elsewhere)).toBe(200)
  })

  // ASVS 7.3.2
  test('ends after the hours of the tenant however busy it is, and so does one that began before', async () => {
    const client = await signedIn()
    await put(client, { session_hours: 1 })
    moveClock(40 * minute)
    expect((await refresh(client)).status).toBe(200)
    moveClock(21 * minute)
    expect([await me(client), (await refresh(client, 2)).status]).toEqual([401, 401])
  })

  test('is no younger for having gone through another tenant, and one that ended goes nowhere', async () => {
    const client = await signedIn()
    const other = await newTenant()
    await within(other, ({ tx, owned }) =>
      tx.insert(memberships).values(owned({ user_id: client.user_id, name: 'Guest', whole_tenant: true })),
    )
    await put(client, { session_hours: 1 })
    const switchTo = async (tenant_id: string, headers: Record<string, string>) => {
      const reply = await post('/auth/switch-tenant', { tenant_id }, headers)
      const { access_token } = (await reply.clone().json()) as { access_token: string }
      return { status: reply.status, reply, headers: { authorization: `Bearer ${access_token}` } }
    }
    moveClock(10 * minute)
    const there = await switchTo(other, client.headers)
    moveClock(20 * minute)
    const back = await switchTo(client.tenant_id, there.headers)
    const again = await switchTo(other, back.headers)
    expect([there.status, back.status, again.status]).toEqual([200, 200, 200])
    moveClock(61 * minute)
    const { sid } = JSON.parse(Buffer.from(again.headers.authorization.split('.')[1]!, 'base64url').toString()) as { sid: string }
    const [session] = await owner`select created_at from session where id = ${sid}`
    expect((session!.created_at as Date).getTime()).toBeLessThan(Date.now() + minute)
    const { access_token } = (await (
      await send('POST', '/api/v1/auth/refresh', {
        body: {},
        headers: { cookie: `monozu_refresh=${writeRefreshToken({ tenant_id: other, session_id: sid, generation: 1 })}` },
      })
    ).json()) as { access_token: string }
    const late = await switchTo(client.tenant_id, { authorization: `Bearer ${access_token}` })
    expect([late.status, (await problem(late.reply)).error]).toEqual([403, 'session_too_old'])
    const { tenant_id, user_id, sid: ended } = client
    const stillKnown = {
      actor: bareUser(tenant_id, user_id),
      tenant_status: 'active',
      session: { sid: ended, tenant_id, user_id },
      endsAt: Number.POSITIVE_INFINITY,
    }
    await expect(switchTenant(stillKnown, other, {})).rejects.toMatchObject({ status: 401 })
  })

  test('that breaks a rule as it is made ends at once and is listed no more', async () => {
    const [client, late] = await (async () => {
      const first = await signedIn()
      return [first, await signedIn(undefined, { tenant_id: first.tenant_id })] as const
    })()
    await owner`update session set created_at = created_at - interval '3 hours' where id = ${late.sid}`
    expect(await me(late)).toBe(200)
    await put(client, { session_hours: 2 })
    expect([await me(client), await me(late)]).toEqual([200, 401])
    expect((await owner`select end_reason from session where id = ${late.sid}`)[0]).toMatchObject({ end_reason: 'policy' })
  })
})

describe('where a second factor is required', () => {
  test('nobody requires what he does not have himself', async () => {
    const client = await withPassword()
    const refused = await put(client, { require_mfa: true })
    expect([refused.status, (await problem(refused)).error]).toEqual([409, 'mfa_not_enabled'])
    expect(await (await get(client)).json()).toMatchObject({ require_mfa: false })
  })

  // ASVS 10.3.4
  test('sessions without it end at once, and the one that it was set up in goes on', async () => {
    const { admin, colleague, reply } = await requiring()
    expect(await reply.json()).toMatchObject({ require_mfa: true, members_without_mfa: 1 })
    expect([await me(admin), await me(colleague), (await refresh(colleague)).status]).toEqual([200, 401, 401])
    expect((await refresh(admin)).status).toBe(200)
  })

  // ASVS 6.3.3
  test('who has none sets it up as he signs in: there is no session before', async () => {
    const { colleague } = await requiring()
    const reply = await login(colleague.email)
    expect(reply.headers.getSetCookie()).toEqual([])
    const asked = (await reply.json()) as Record<string, unknown>
    expect(Object.keys(asked).sort()).toEqual(['mfa_enrolment_required', 'session_token'])
    const { session_token } = asked as { session_token: string }
    expect((await problem(await post('/auth/mfa/verify', { session_token, totp_code: '000000' }))).error).toBe('mfa_session_ended')
    const begun = (await (await post('/auth/mfa/enrol', { session_token })).json()) as { secret: string; qr_svg: string }
    expect(begun.qr_svg).toStartWith('<svg')
    const confirm = (totp_code: string) => post('/auth/mfa/enrol/confirm', { session_token, totp_code })
    const wrong = await confirm('000000' === codeNow(begun.secret) ? '000001' : '000000')
    expect([wrong.status, (await problem(wrong)).error]).toEqual([422, 'wrong_code'])
    const done = await confirm(codeNow(begun.secret))
    const opened = (await done.json()) as { access_token: string; recovery_codes: string[] }
    expect([done.status, new Set(opened.recovery_codes).size]).toEqual([200, limits.recoveryCodes])
    expect(done.headers.getSetCookie().map((cookie) => cookie.split('=')[0])).toEqual(['monozu_refresh', 'monozu_device'])
    expect(await me({ headers: { authorization: `Bearer ${opened.access_token}` } })).toBe(200)
    expect((await problem(await confirm(codeNow(begun.secret)))).error).toBe('mfa_session_ended')
    expect(await (await login(colleague.email)).json()).toMatchObject({ mfa_required: true })
    expect([...(await auditOf(colleague.tenant_id, 'mfa.enable'))].map(({ actor_id }) => actor_id as string)).toContain(colleague.user_id)
  })

  test('the token for it ends with its time, its tries, and means nothing where a factor is in use', async () => {
    const { admin, colleague } = await requiring()
    const token = async () => ((await (await login(colleague.email)).json()) as { session_token: string }).session_token
    const tried = await token()
    await post('/auth/mfa/enrol', { session_token: tried })
    for (let n = 0; n < limits.mfaTries; n += 1) {
      await post('/auth/mfa/enrol/confirm', { session_token: tried, totp_code: '000000' })
      moveClock(minute)
    }
    expect((await problem(await post('/auth/mfa/enrol/confirm', { session_token: tried, totp_code: '000000' }))).error).toBe(
      'mfa_session_ended',
    )
    const late = await token()
    moveClock(limits.mfaPendingMs + minute)
    expect((await problem(await post('/auth/mfa/enrol', { session_token: late }))).error).toBe('mfa_session_ended')
    const verifying = ((await (await login(admin.email)).json()) as { session_token: string }).session_token
    expect((await problem(await post('/auth/mfa/enrol', { session_token: verifying }))).error).toBe('mfa_session_ended')
  })

  // ASVS 6.3.4
  test('nobody comes in through another tenant without it', async () => {
    const { admin } = await requiring()
    const guest = await withPassword(undefined, { tenant_id: await newTenant() })
    await within(admin.tenant_id, ({ tx, owned }) =>
      tx.insert(memberships).values(owned({ user_id: guest.user_id, name: 'Guest', whole_tenant: true })),
    )
    const switched = await post('/auth/switch-tenant', { tenant_id: admin.tenant_id }, guest.headers)
    expect([switched.status, (await problem(switched)).error]).toEqual([403, 'mfa_enrolment_required'])
    expect(await me(guest)).toBe(200)
    const { session_token } = (await (await login(guest.email)).json()) as { session_token: string }
    expect(await (await post('/auth/login', { session_token, tenant_id: admin.tenant_id })).json()).toMatchObject({
      mfa_enrolment_required: true,
    })
    await enrol(guest)
    expect(await (await post('/auth/switch-tenant', { tenant_id: admin.tenant_id }, guest.headers)).json()).toMatchObject({
      tenant: { id: admin.tenant_id },
    })
  })

  test('whoever has one keeps it, and having switched it off elsewhere he is no longer who showed it', async () => {
    const { admin } = await requiring()
    const guest = await withPassword(undefined, { tenant_id: await newTenant() })
    await within(admin.tenant_id, ({ tx, owned }) =>
      tx.insert(memberships).values(owned({ user_id: guest.user_id, name: 'Guest', whole_tenant: true })),
    )
    const factor = await enrol(guest)
    moveClock(minute)
    expect((await post('/me/mfa/disable', { password, totp_code: codeNow(factor) }, guest.headers)).status).toBe(204)
    const switched = await post('/auth/switch-tenant', { tenant_id: admin.tenant_id }, guest.headers)
    expect([switched.status, (await problem(switched)).error]).toEqual([403, 'mfa_enrolment_required'])
    expect(await me(guest)).toBe(200)
    const again = await enrol(guest)
    expect((await put(guest, { require_mfa: true })).status).toBe(200)
    moveClock(3 * minute)
    const refused = await post('/me/mfa/disable', { password, totp_code: codeNow(again) }, guest.headers)
    expect([refused.status, (await problem(refused)).error]).toEqual([409, 'mfa_required_here'])
  })
})
