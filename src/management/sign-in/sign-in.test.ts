import { afterEach, describe, expect, test } from 'bun:test'
import { moveClock, nowMs } from '../../core/clock'
import { limits } from '../../core/limits'
import { codeOf, stepAt } from '../../core/totp'
import { password } from '../../testing/account'
import { problem } from '../../testing/api'
import { askManagement, codeNow, newStaff, staffSignedIn } from '../../testing/management'
import { owner } from '../../testing/owner'

afterEach(() => moveClock(0))

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  askManagement('POST', `/api/v1${path}`, { body, headers })
const login = (email: string, given = password) => post('/auth/login', { email, password: given })
interface Said {
  session_token: string
  access_token?: string
  mfa_enrolment_required?: boolean
  secret: string
  recovery_codes: string[]
  error?: string
}
const said = async (reply: Response) => ({ ...((await reply.json()) as Said), status: reply.status })
const tokenFor = async (email: string) => (await said(await login(email))).session_token

describe('signing in', () => {
  // ASVS 6.3.3, 6.3.4
  test('takes the password and then a code, and never the password alone', async () => {
    const { email, id } = await newStaff('support')
    const first = await said(await login(email))
    expect(first).toMatchObject({ status: 200, mfa_required: true })
    expect(first.access_token).toBeUndefined()
    const reply = await post('/auth/mfa/verify', { session_token: first.session_token, totp_code: codeNow() })
    const cookie = reply.headers.getSetCookie().join()
    const { access_token } = await said(reply)
    expect(cookie).toMatch(/^monozu_staff_refresh=[\w-]{91};.*HttpOnly.*SameSite=Strict/i)
    const me = await said(await askManagement('GET', '/api/v1/me', { headers: { authorization: `Bearer ${access_token}` } }))
    expect(me).toMatchObject({ status: 200, id, email, role: 'support' })
    const entries = await owner`select action, actor_kind from management.audit_entry where actor_id = ${id}`
    expect([...entries]).toEqual([{ action: 'sessions.create', actor_kind: 'staff' }])
  })

  test('sets up the second factor where there is none; its recovery codes are used once', async () => {
    const { email, id } = await newStaff('operator')
    await owner`update management.staff set mfa_secret = null, mfa_confirmed_at = null where id = ${id}`
    const { session_token, mfa_enrolment_required } = await said(await login(email))
    expect(mfa_enrolment_required).toBeTruthy()
    expect((await post('/auth/mfa/verify', { session_token, totp_code: '123456' })).status).toBe(401)
    const { secret } = await said(await post('/auth/mfa/enrol', { session_token }))
    const code = codeOf(secret, stepAt(nowMs()))
    const wrong = code === '000000' ? '000001' : '000000'
    expect((await said(await post('/auth/mfa/enrol/confirm', { session_token, totp_code: wrong }))).error).toBe('wrong_code')
    const done = await said(await post('/auth/mfa/enrol/confirm', { session_token, totp_code: code }))
    expect(done.recovery_codes).toHaveLength(limits.recoveryCodes)
    const recovery_code = done.recovery_codes[0]
    expect((await post('/auth/mfa/verify', { session_token: await tokenFor(email), recovery_code })).status).toBe(200)
    expect((await post('/auth/mfa/verify', { session_token: await tokenFor(email), recovery_code })).status).toBe(401)
    // An enrolment cannot be had again by the password alone.
    expect((await post('/auth/mfa/enrol', { session_token: await tokenFor(email) })).status).toBe(401)
  })

  // ASVS 6.5.1, 6.5.5
  test('takes a code once, also of many at the same moment, and five tries at most', async () => {
    const { email } = await newStaff('owner')
    const tokens = await Promise.all([1, 2, 3].map(() => tokenFor(email)))
    const replies = await Promise.all(tokens.map((session_token) => post('/auth/mfa/verify', { session_token, totp_code: codeNow() })))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401, 401])
    const session_token = await tokenFor(email)
    const wrong = codeNow(1) === '000000' ? '000001' : '000000'
    for (let index = 0; index < limits.mfaTries; index += 1) await post('/auth/mfa/verify', { session_token, totp_code: wrong })
    moveClock(limits.mfaStepMs)
    expect((await said(await post('/auth/mfa/verify', { session_token, totp_code: codeNow() }))).error).toBe('mfa_session_ended')
  })

  // ASVS 6.3.1
  test('says the same for whoever it is, and slows down', async () => {
    const { email, id } = await newStaff('owner')
    const strange = `${Bun.randomUUIDv7()}@platform.example`
    await owner`update management.staff set disabled = true where id = ${id}`
    const replies = [await login(email), await login(strange), await login(strange, 'not the right one')]
    const told = await Promise.all(replies.map(async (reply) => ({ ...(await problem(reply)), request_id: '' })))
    expect(told[0]).toMatchObject({ status: 401, error: 'invalid_credentials' })
    for (const one of told) expect(one).toEqual(told[0]!)
    for (let index = 0; index < limits.failuresBeforeDelay; index += 1) await login(strange)
    expect((await login(strange)).status).toBe(429)
  })
})

describe('a session', () => {
  const refresh = (cookie: string) => post('/auth/refresh', {}, { cookie })
  const cookieOf = (reply: Response) => reply.headers.getSetCookie()[0]!.split(';')[0]!

  // ASVS 7.2.4, 7.4.1
  test('is refreshed by its cookie; an old one ends it', async () => {
    const { cookie, headers } = await staffSignedIn()
    const first = await refresh(cookie)
    const second = await refresh(cookieOf(first))
    expect([first.status, second.status]).toEqual([200, 200])
    moveClock(limits.refreshGraceMs + 1000)
    expect((await refresh(cookie)).status).toBe(401)
    expect((await refresh(cookieOf(second))).status).toBe(401)
    expect((await askManagement('GET', '/api/v1/me', { headers })).status).toBe(401)
  })

  test('ends by signing out, idling, and with the access of its owner', async () => {
    const [left, unseen, idle] = [await staffSignedIn(), await staffSignedIn(), await staffSignedIn()]
    const barred = await staffSignedIn('support')
    const me = async ({ headers }: { headers: Record<string, string> }) => (await askManagement('GET', '/api/v1/me', { headers })).status
    expect((await post('/auth/logout', {}, { cookie: left.cookie })).status).toBe(204)
    expect(await me(left)).toBe(401)
    expect(await (await refresh(unseen.cookie)).json()).toMatchObject({ idle_seconds: limits.sessionIdleMs / 1000 })
    expect((await post('/auth/logout', { idle: true }, { cookie: unseen.cookie })).status).toBe(204)
    expect(await me(unseen)).toBe(401)
    const ends = await owner`select after from management.audit_entry where actor_id = ${unseen.id} and action = 'sessions.end'`
    expect(ends).toMatchObject([{ after: { end_reason: 'idle' } }])
    expect((await idle.api.staff({ id: barred.id }).patch({ disabled: true })).status).toBe(200)
    expect(await me(barred)).toBe(401)
    moveClock(limits.sessionIdleMs + 1000)
    expect((await refresh(idle.cookie)).status).toBe(401)
  })

  test('is not for pages of other origins', async () => {
    const { cookie } = await staffSignedIn()
    const reply = await post('/auth/refresh', {}, { cookie, origin: 'https://evil.example' })
    expect([reply.status, (await problem(reply)).error]).toEqual([403, 'forbidden_origin'])
  })
})
