import { afterEach, describe, expect, test } from 'bun:test'
import { moveClock, nowMs } from '../../core/clock'
import { limits } from '../../core/limits'
import { codeOf, stepAt } from '../../core/totp'
import { password } from '../../testing/account'
import { problem } from '../../testing/api'
import { type StaffClient, askManagement, codeNow, staffSignedIn } from '../../testing/management'
import { owner } from '../../testing/owner'
import { housekeep } from '../housekeeping'

afterEach(() => moveClock(0))

type Headers = Record<string, string>
const ask = (method: string, path: string, headers: Headers, body?: unknown) =>
  askManagement(method, `/api/v1${path}`, { headers, body: body ?? (method === 'GET' ? undefined : {}) })
const word = async (reply: Response) => [reply.status, (await problem(reply)).error]
const isIn = async ({ headers }: { headers: Headers }) => (await ask('GET', '/me', headers)).status === 200
const login = (email: string, secret: string) => ask('POST', '/auth/login', {}, { email, password: secret })
const actionsOf = async (id: string) =>
  (await owner`select action from management.audit_entry where actor_id = ${id} order by id`).map(({ action }) => action as string)

/** Signs in once more, as another browser does. */
async function again({ email }: StaffClient) {
  const { session_token } = (await (await login(email, password)).json()) as { session_token: string }
  const reply = await ask('POST', '/auth/mfa/verify', { 'user-agent': 'Another browser' }, { session_token, totp_code: codeNow() })
  expect(reply.status).toBe(200)
  return { headers: { authorization: `Bearer ${((await reply.json()) as { access_token: string }).access_token}` } }
}

describe('sessions', () => {
  // ASVS 7.5.2
  test('are seen by their owner alone, and ended one by one or all others at once', async () => {
    const [me, stranger] = [await staffSignedIn('support'), await staffSignedIn('owner')]
    const other = await again(me)
    const listed = (await me.api.me.sessions.get()).data!.items
    expect(listed.map(({ current, user_agent }) => [current, user_agent])).toEqual([
      [false, 'Another browser'],
      [true, null],
    ])
    for (const id of [listed[0]!.id, Bun.randomUUIDv7()])
      expect(await word(await ask('DELETE', `/me/sessions/${id}`, stranger.headers))).toEqual([404, 'not_found'])
    expect((await ask('DELETE', `/me/sessions/${listed[0]!.id}`, me.headers)).status).toBe(204)
    expect([await isIn(other), await isIn(me)]).toEqual([false, true])
    expect(await word(await ask('DELETE', `/me/sessions/${listed[0]!.id}`, me.headers))).toEqual([404, 'not_found'])
    moveClock(limits.mfaStepMs)
    const third = await again(me)
    expect((await ask('POST', '/me/sessions/end-others', me.headers)).status).toBe(204)
    expect([await isIn(third), await isIn(me), await isIn(stranger)]).toEqual([false, true, true])
    expect(await actionsOf(me.id)).toEqual([
      'sessions.create',
      'sessions.create',
      'sessions.revoke',
      'sessions.create',
      'sessions.revoke_others',
    ])
  })
})

describe('the password', () => {
  const fresh = 'a vessel of nine lanterns'

  // ASVS 6.2.2, 6.2.3, 7.4.3
  test('is changed with the one there is, a good one is asked for, and all other sessions end', async () => {
    const me = await staffSignedIn('operator')
    const other = await again(me)
    const change = (current_password: string, new_password: string) =>
      ask('POST', '/me/password', me.headers, { current_password, new_password })
    expect(await word(await change('not the one it is', fresh))).toEqual([422, 'wrong_password'])
    expect((await change(password, 'short')).status).toBe(422)
    expect(await isIn(other)).toBe(true)
    expect((await change(password, fresh)).status).toBe(204)
    expect([await isIn(other), await isIn(me)]).toEqual([false, true])
    expect([(await login(me.email, password)).status, (await login(me.email, fresh)).status]).toEqual([401, 200])
    expect(await actionsOf(me.id)).toEqual(expect.arrayContaining(['passwords.refuse', 'passwords.change']))
  })

  // ASVS 6.3.1
  test('is not guessed with a session that was left open: failures count as those of signing in', async () => {
    const me = await staffSignedIn('operator')
    const guess = () => ask('POST', '/me/mfa/recovery-codes', me.headers, { password: 'not the one it is' })
    for (let index = 0; index < limits.failuresBeforeDelay; index += 1) expect((await guess()).status).toBe(422)
    expect((await guess()).status).toBe(429)
    expect((await login(me.email, password)).status).toBe(429)
  })

  test('of two changes at the same moment one is made', async () => {
    const me = await staffSignedIn('support')
    const change = (new_password: string) => ask('POST', '/me/password', me.headers, { current_password: password, new_password })
    const replies = await Promise.all([change(`${fresh} one`), change(`${fresh} two`)])
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 422])
  })

  test('is none of who signs in with Microsoft alone', async () => {
    const me = await staffSignedIn('support')
    await owner`update management.staff set password_hash = null where id = ${me.id}`
    const replies = [
      await ask('POST', '/me/password', me.headers, { current_password: password, new_password: fresh }),
      await ask('POST', '/me/mfa/enrol', me.headers, { password }),
      await ask('POST', '/me/mfa/recovery-codes', me.headers, { password }),
    ]
    for (const reply of replies) expect(await word(reply)).toEqual([409, 'no_password'])
    expect((await me.api.me.mfa.get()).data).toMatchObject({ password: false })
  })
})

describe('the second factor', () => {
  const begin = async (me: StaffClient) =>
    ((await (await ask('POST', '/me/mfa/enrol', me.headers, { password })).json()) as { secret: string }).secret
  const confirm = (me: StaffClient, totp_code: string) => ask('POST', '/me/mfa/confirm', me.headers, { totp_code })
  const wrongFor = (code: string) => (code === '000000' ? '000001' : '000000')

  // ASVS 6.3.3, 7.4.3
  test('is replaced by one whose code is shown; until then the old one works, afterwards only the new one', async () => {
    const me = await staffSignedIn('owner')
    expect(await word(await ask('POST', '/me/mfa/enrol', me.headers, { password: 'not the one it is' }))).toEqual([422, 'wrong_password'])
    const secret = await begin(me)
    const other = await again(me)
    const code = codeOf(secret, stepAt(nowMs()))
    expect(await word(await confirm(me, wrongFor(code)))).toEqual([422, 'wrong_code'])
    const { recovery_codes } = (await (await confirm(me, code)).json()) as { recovery_codes: string[] }
    expect(recovery_codes).toHaveLength(limits.recoveryCodes)
    expect([await isIn(other), await isIn(me)]).toEqual([false, true])
    const half = async () => ((await (await login(me.email, password)).json()) as { session_token: string }).session_token
    const verify = async (given: object) => (await ask('POST', '/auth/mfa/verify', {}, { session_token: await half(), ...given })).status
    moveClock(2 * limits.mfaStepMs)
    expect(await verify({ totp_code: codeNow() })).toBe(401)
    expect(await verify({ totp_code: codeOf(secret, stepAt(nowMs())) })).toBe(200)
    expect(await verify({ recovery_code: recovery_codes[0] })).toBe(200)
    expect((await me.api.me.mfa.get()).data).toMatchObject({ password: true, recovery_codes_left: limits.recoveryCodes - 1 })
    // What was confirmed waits no longer.
    expect(await word(await confirm(me, codeOf(secret, stepAt(nowMs()))))).toEqual([409, 'nothing_pending'])
    const kept = await owner`select mfa_secret, mfa_pending_secret from management.staff where id = ${me.id}`
    expect([kept[0]!.mfa_pending_secret, String(kept[0]!.mfa_secret).includes(secret)]).toEqual([null, false])
  })

  // ASVS 16.3.3
  test('leaves what was begun, refused and replaced in the audit log', async () => {
    const me = await staffSignedIn('support')
    const code = codeOf(await begin(me), stepAt(nowMs()))
    await confirm(me, wrongFor(code))
    await confirm(me, code)
    expect((await actionsOf(me.id)).slice(-3)).toEqual(['mfa.enrol', 'mfa.refuse', 'mfa.replace'])
  })

  test('that was begun takes five tries and a quarter of an hour, and the old one stays', async () => {
    const me = await staffSignedIn('owner')
    const secret = await begin(me)
    const wrong = wrongFor(codeOf(secret, stepAt(nowMs())))
    for (let index = 0; index < limits.mfaTries; index += 1) expect((await confirm(me, wrong)).status).toBe(422)
    expect(await word(await confirm(me, codeOf(secret, stepAt(nowMs()))))).toEqual([409, 'nothing_pending'])
    const later = await begin(me)
    moveClock(limits.mfaPendingMs + 1000)
    expect(await word(await confirm(me, codeOf(later, stepAt(nowMs()))))).toEqual([409, 'nothing_pending'])
    expect(await isIn(await again(me))).toBe(true)
  })

  test('has new recovery codes when asked for, and those before end', async () => {
    const me = await staffSignedIn('owner')
    const renew = async () =>
      ((await (await ask('POST', '/me/mfa/recovery-codes', me.headers, { password })).json()) as { recovery_codes: string[] })
        .recovery_codes
    const [before, after] = [await renew(), await renew()]
    const use = async (recovery_code: string) => {
      const { session_token } = (await (await login(me.email, password)).json()) as { session_token: string }
      return (await ask('POST', '/auth/mfa/verify', {}, { session_token, recovery_code })).status
    }
    expect([await use(before[0]!), await use(after[0]!)]).toEqual([401, 200])
  })
})

test('housekeeping removes what has run out, and only that', async () => {
  const me = await staffSignedIn('owner')
  await login(me.email, password)
  await me.api['staff-invitations'].post({ email: `${Bun.randomUUIDv7()}@platform.example`, role: 'support' })
  const administrator = { email: `${Bun.randomUUIDv7()}@new.example`, language: 'en' as const }
  const { id } = (await me.api.tenants.post({ name: 'Kept', administrator })).data!
  await owner`insert into management.tenant_day (tenant_id, day, requests, records, values, rejected, bytes) values (${id}, now()::date, 1, 1, 1, 1, 1)`
  const left = async () =>
    (
      await owner`select
        (select count(*)::int from management.staff_session where staff_id = ${me.id}) as sessions,
        (select count(*)::int from management.staff_challenge where staff_id = ${me.id}) as challenges,
        (select count(*)::int from management.staff_invitation where invited_by = ${me.id}) as invitations,
        (select count(*)::int from management.delivery where tenant_id = ${id}) as deliveries,
        (select count(*)::int from management.tenant_day where tenant_id = ${id}) as days`
    )[0]
  const all = { sessions: 1, challenges: 1, invitations: 1, deliveries: 1, days: 1 }
  const day = 86_400_000
  await housekeep()
  expect(await left()).toEqual(all)
  moveClock(day)
  await housekeep()
  expect(await left()).toEqual({ ...all, challenges: 0 })
  moveClock(38 * day)
  await housekeep()
  expect(await left()).toEqual({ ...all, challenges: 0, sessions: 0, invitations: 0 })
  moveClock(401 * day)
  await housekeep()
  // What still waits to be told is kept, however old.
  expect(await left()).toEqual({ challenges: 0, sessions: 0, invitations: 0, days: 0, deliveries: 1 })
  await owner`update management.delivery set state = 'delivered' where tenant_id = ${id}`
  await housekeep()
  expect(await left()).toMatchObject({ deliveries: 0 })
})
