import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock, nowMs } from '../../core/clock'
import { raw } from '../../core/db'
import { limits } from '../../core/limits'
import { unseal } from '../../core/secrets'
import { listen } from '../../core/signals'
import { verifyAccess } from '../../core/tokens'
import { password, withPassword } from '../../testing/account'
import { type Client, newTenant, problem, send, within } from '../../testing/api'
import { auditOf, owner, setTenantStatus } from '../../testing/owner'
import { memberships } from '../users/schema'
import { codeOf, newRecoveryCode, recoveryHash, stepAt, stepOf } from '../../core/totp'

const step = limits.mfaStepMs
beforeAll(() => listen())
afterEach(() => moveClock(0))

const post = (path: string, { headers }: { headers: Record<string, string> }, body: object) =>
  send('POST', `/api/v1/me/mfa/${path}`, { headers, body })
const codeNow = (secret: string) => codeOf(secret, stepAt(nowMs()))

async function enrolled() {
  const client = await withPassword()
  const { secret } = (await (await post('enrol', client, { password })).json()) as { secret: string }
  const reply = await post('confirm', client, { totp_code: codeNow(secret) })
  expect(reply.status).toBe(200)
  const { recovery_codes } = (await reply.json()) as { recovery_codes: string[] }
  // The step of the confirmation is used up.
  moveClock(step)
  return { ...client, secret, recovery_codes }
}

const login = (email: string, more: object = {}) => send('POST', '/api/v1/auth/login', { body: { email, password, ...more } })
const verify = (body: object) => send('POST', '/api/v1/auth/mfa/verify', { body })
async function challenged({ email }: Pick<Client, 'email'>, more?: object) {
  const answer = (await (await login(email, more)).json()) as { mfa_required: boolean; session_token: string }
  expect(answer).toEqual({ mfa_required: true, session_token: expect.any(String) as string })
  return answer.session_token
}
const statusOf = async (reply: Response) => [reply.status, reply.status < 400 ? '' : (await problem(reply)).error]
const me = async ({ headers }: { headers: Record<string, string> }) => (await send('GET', '/api/v1/me', { headers })).status

describe('codes', () => {
  test('are those of RFC 6238 appendix B', () => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' // '12345678901234567890' in base32
    const vectors = [
      [59, '94287082'],
      [1111111109, '07081804'],
      [1111111111, '14050471'],
      [1234567890, '89005924'],
      [2000000000, '69279037'],
      [20000000000, '65353130'],
    ] as const
    for (const [seconds, code] of vectors) expect(codeOf(secret, stepAt(seconds * 1000), 8)).toBe(code)
    expect(codeOf(secret, 1)).toBe('287082')
  })

  // ASVS 6.5.5
  test('hold in their step and the next one, not before and not after', () => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    const current = stepAt(nowMs())
    expect([current + 1, current, current - 1, current - 2].map((at) => stepOf(codeOf(secret, at), secret))).toEqual([
      undefined,
      current,
      current - 1,
      undefined,
    ])
  })

  // ASVS 6.5.3, 6.5.4
  test('for recovery have more than 120 bits, differ, and are read however they were typed', () => {
    const codes = Array.from({ length: 200 }, newRecoveryCode)
    expect(new Set(codes).size).toBe(200)
    for (const code of codes) expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{5}-){4}[0-9a-hjkmnp-tv-z]{5}$/)
    const code = '01abc-defgh-jkmnp-qrstv-wxyz0'
    expect(recoveryHash('OL ABCDEFGH JKMNPQRSTV WXYZo')).toBe(recoveryHash(code))
  })
})

describe('enrolling', () => {
  // ASVS 7.5.1
  test('needs the password, and changes nothing until a code is confirmed', async () => {
    const client = await withPassword()
    expect(await (await send('GET', '/api/v1/me/mfa', client)).json()).toEqual({ enabled: false, enabled_at: null, recovery_codes_left: 0 })
    expect(await problem(await post('enrol', client, { password: 'not the password' }))).toMatchObject({
      error: 'wrong_password',
      errors: [{ path: '/password' }],
    })
    const begun = (await (await post('enrol', client, { password })).json()) as Record<string, string>
    expect(begun.secret).toMatch(/^[A-Z2-7]{32}$/)
    const uri = new URL(begun.otpauth_url!)
    expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual(['otpauth:', 'totp', `/MonozuCloud:${client.email}`])
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer: 'MonozuCloud',
      secret: begun.secret!,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    })
    expect(begun.qr_svg).toMatch(/^<svg [^]*<\/svg>$/)
    expect(begun.qr_svg).not.toMatch(/script|href/)
    expect((await login(client.email)).status).toBe(200)
    expect(await (await send('GET', '/api/v1/me/mfa', client)).json()).toMatchObject({ enabled: false })
    const again = (await (await post('enrol', client, { password })).json()) as Record<string, string>
    expect(again.secret).not.toBe(begun.secret!)
    expect(await statusOf(await post('confirm', client, { totp_code: codeNow(begun.secret!) }))).toEqual([422, 'wrong_code'])
    expect((await post('confirm', client, { totp_code: codeNow(again.secret!) })).status).toBe(200)
  })

  // ASVS 6.5.2
  test('gives ten recovery codes, ends the other sessions, and is recorded without any secret', async () => {
    const client = await enrolled()
    expect(new Set(client.recovery_codes).size).toBe(10)
    expect(await (await send('GET', '/api/v1/me/mfa', client)).json()).toMatchObject({ enabled: true, recovery_codes_left: 10 })
    expect((await auditOf(client.tenant_id, 'mfa.enrol'))[0]).toMatchObject({ actor_id: client.user_id })
    expect(await auditOf(client.tenant_id, 'mfa.enable')).toHaveLength(1)
    const everything = JSON.stringify([
      await owner`select * from audit_log where tenant_id = ${client.tenant_id}`,
      await owner`select * from mfa_recovery_code where user_id = ${client.user_id}`,
      await owner`select * from mfa_factor where user_id = ${client.user_id}`,
    ])
    for (const secret of [client.secret, ...client.recovery_codes]) expect(everything).not.toContain(secret)
  })

  test('ends sessions that began without the factor, on their next request', async () => {
    const client = await withPassword()
    const { access_token } = (await (await login(client.email)).json()) as { access_token: string }
    const other = { headers: { authorization: `Bearer ${access_token}` } }
    expect(await me(other)).toBe(200)
    const { secret } = (await (await post('enrol', client, { password })).json()) as { secret: string }
    await post('confirm', client, { totp_code: codeNow(secret) })
    expect([await me(other), await me(client)]).toEqual([401, 200])
  })

  test('keeps the secret sealed for its user alone', async () => {
    const { user_id, secret } = await enrolled()
    const [row] = await owner`select secret from mfa_factor where user_id = ${user_id}`
    expect(unseal(String(row!.secret), `mfa_factor ${user_id}`)).toBe(secret)
    expect(() => unseal(String(row!.secret), `mfa_factor ${Bun.randomUUIDv7()}`)).toThrow()
  })

  test('is over after a quarter of an hour, and does not replace a factor that is in use', async () => {
    const client = await withPassword()
    const { secret } = (await (await post('enrol', client, { password })).json()) as { secret: string }
    moveClock(limits.mfaPendingMs + 1000)
    expect(await statusOf(await post('confirm', client, { totp_code: codeNow(secret) }))).toEqual([409, 'mfa_not_begun'])
    moveClock(0)
    expect((await post('confirm', client, { totp_code: codeNow(secret) })).status).toBe(200)
    expect(await statusOf(await post('enrol', client, { password }))).toEqual([409, 'mfa_enabled'])
    expect(await statusOf(await post('confirm', client, { totp_code: codeNow(secret) }))).toEqual([409, 'mfa_enabled'])
  })
})

describe('signing in with a second factor', () => {
  // ASVS 6.3.3, 2.3.1
  test('the password alone opens nothing; the code opens a session that says so', async () => {
    const client = await enrolled()
    const reply = await login(client.email)
    expect([reply.status, reply.headers.get('set-cookie')]).toEqual([200, null])
    const { session_token } = (await reply.json()) as { session_token: string }
    expect(await me({ headers: { authorization: `Bearer ${session_token}` } })).toBe(401)
    const opened = await verify({ session_token, totp_code: codeNow(client.secret) })
    expect(opened.headers.get('set-cookie')).toMatch(/^monozu_refresh=.+HttpOnly/)
    const body = (await opened.json()) as { access_token: string }
    expect(body).toMatchObject({ token_type: 'Bearer', user: { id: client.user_id }, tenant: { id: client.tenant_id } })
    expect((await verifyAccess(body.access_token))!.amr).toContain('otp')
    expect(await auditOf(client.tenant_id, 'mfa.verify')).toHaveLength(1)
    expect(await auditOf(client.tenant_id, 'sessions.create')).toHaveLength(1)
  })

  test('a session token is kept as a hash and good for one success', async () => {
    const client = await enrolled()
    const session_token = await challenged(client)
    expect(JSON.stringify(await owner`select * from mfa_challenge where tenant_id = ${client.tenant_id}`)).not.toContain(session_token)
    expect((await verify({ session_token, totp_code: codeNow(client.secret) })).status).toBe(200)
    moveClock(step)
    expect(await statusOf(await verify({ session_token, totp_code: codeNow(client.secret) }))).toEqual([401, 'mfa_session_ended'])
  })

  test('it lasts five minutes', async () => {
    const client = await enrolled()
    const session_token = await challenged(client)
    moveClock(limits.mfaChallengeMs)
    expect(await statusOf(await verify({ session_token, totp_code: codeNow(client.secret) }))).toEqual([401, 'mfa_session_ended'])
  })

  // ASVS 6.3.1
  test('it takes five tries, also sent at once, and then not even the right code', async () => {
    const client = await enrolled()
    const session_token = await challenged(client)
    for (let tries = 0; tries < limits.mfaTries; tries += 1)
      expect(await statusOf(await verify({ session_token, totp_code: '000000' }))).toEqual([401, 'wrong_code'])
    expect(await statusOf(await verify({ session_token, totp_code: codeNow(client.secret) }))).toEqual([429, 'rate_limited'])
    moveClock(limits.failureWindowMs / 10)
    expect(await statusOf(await verify({ session_token, totp_code: codeNow(client.secret) }))).toEqual([401, 'mfa_session_ended'])
    expect(await auditOf(client.tenant_id, 'mfa.refuse')).toHaveLength(limits.mfaTries)
  })

  test('fresh session tokens are no way to more tries', async () => {
    const client = await enrolled()
    const tokens = []
    for (let tries = 0; tries < 8; tries += 1) tokens.push(await challenged(client))
    const replies = []
    for (const session_token of tokens) replies.push(await verify({ session_token, totp_code: '000000' }))
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(limits.failuresBeforeDelay)
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(8 - limits.failuresBeforeDelay)
  })

  // ASVS 6.5.1, 2.3.4
  test('of 20 verifications of one code at once, one succeeds', async () => {
    const client = await enrolled()
    const tokens = []
    for (let index = 0; index < 20; index += 1) tokens.push(await challenged(client))
    const totp_code = codeNow(client.secret)
    const replies = await Promise.all(tokens.map((session_token) => verify({ session_token, totp_code })))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(
      (
        await owner`select count(*)::int as count from session where user_id = ${client.user_id} and id <> ${client.sid} and 'otp' = any(amr)`
      )[0],
    ).toMatchObject({ count: 1 })
    expect(await statusOf(await verify({ session_token: await challenged(client), totp_code }))).toEqual([
      expect.any(Number),
      expect.any(String),
    ])
  })

  test('the database gives one time step to one of 20 that ask at once', async () => {
    const { user_id, tenant_id } = await enrolled()
    const { default: postgres } = await import('postgres')
    const many = postgres(Bun.env.DATABASE_URL!, { max: 20, onnotice: () => {} })
    const at = stepAt(nowMs())
    const taken = await Promise.all(
      Array.from({ length: 20 }, () =>
        many.begin(async (sql) => {
          await sql.unsafe(`set local app.tenant_id = '${tenant_id}'`)
          return (await sql`select mfa_take_step(${user_id}, ${at}) as done`)[0]!.done as boolean
        }),
      ),
    )
    await many.end()
    expect(taken.filter(Boolean)).toHaveLength(1)
  })

  test('a code of the step before is taken, and none twice, nor an older one after a newer', async () => {
    const client = await enrolled()
    moveClock(step)
    // The passwords take their time: they come first, so that no step ends between the codes.
    const tokens = []
    for (let n = 0; n < 4; n += 1) tokens.push(await challenged(client))
    const [previous, current] = [codeOf(client.secret, stepAt(nowMs()) - 1), codeNow(client.secret)]
    const statuses = []
    for (const [n, totp_code] of [previous, previous, current, previous].entries())
      statuses.push((await verify({ session_token: tokens[n]!, totp_code })).status)
    expect(statuses).toEqual([200, 401, 200, 401])
  })

  // ASVS 6.5.1
  test('a recovery code stands in for the app, once, also asked for 20 times at once', async () => {
    const client = await enrolled()
    const [first, second] = client.recovery_codes
    const session_token = await challenged(client)
    expect((await verify({ session_token, recovery_code: ` ${first!.toUpperCase()} ` })).status).toBe(200)
    expect(await statusOf(await verify({ session_token: await challenged(client), recovery_code: first }))).toEqual([401, 'wrong_code'])
    expect(await (await send('GET', '/api/v1/me/mfa', client)).json()).toMatchObject({ recovery_codes_left: 9 })
    const tokens = []
    for (let index = 0; index < 20; index += 1) tokens.push(await challenged(client))
    const replies = await Promise.all(tokens.map((token) => verify({ session_token: token, recovery_code: second })))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('of a user of several tenants enters the chosen one, another of his, and no stranger’s', async () => {
    const client = await enrolled()
    const other = await newTenant()
    await within(other, ({ tx, owned }) =>
      tx.insert(memberships).values(owned({ user_id: client.user_id, name: 'There', whole_tenant: true })),
    )
    expect(await (await login(client.email)).json()).toMatchObject({ tenant_required: true })
    const chosen = await verify({ session_token: await challenged(client, { tenant_id: other }), totp_code: codeNow(client.secret) })
    expect(await chosen.json()).toMatchObject({ tenant: { id: other } })
    const begin = { tenant_id: client.tenant_id }
    const [first, second] = client.recovery_codes
    const elsewhere = await verify({ session_token: await challenged(client, begin), recovery_code: first, tenant_id: other })
    expect(await elsewhere.json()).toMatchObject({ tenant: { id: other } })
    const strange = await verify({ session_token: await challenged(client, begin), recovery_code: second, tenant_id: await newTenant() })
    expect(await statusOf(strange)).toEqual([401, 'invalid_credentials'])
  })

  test('a tenant that was suspended meanwhile is not entered', async () => {
    const client = await enrolled()
    const session_token = await challenged(client)
    await setTenantStatus(client.tenant_id, 'suspended')
    expect(await statusOf(await verify({ session_token, totp_code: codeNow(client.secret) }))).toEqual([403, 'tenant_suspended'])
  })

  test('a password that changed meanwhile ends the sign-in under way', async () => {
    const client = await enrolled()
    const session_token = await challenged(client)
    const body = { current_password: password, new_password: 'lantern whistle copper dune' }
    expect((await send('POST', '/api/v1/auth/password/change', { headers: client.headers, body })).status).toBe(204)
    expect(await statusOf(await verify({ session_token, totp_code: codeNow(client.secret) }))).toEqual([401, 'mfa_session_ended'])
  })

  // ASVS 2.2.3
  test('nonsense is refused: no code, both codes, a token that was never issued, a foreign origin', async () => {
    const client = await enrolled()
    const session_token = await challenged(client)
    expect((await verify({ session_token })).status).toBe(422)
    expect((await verify({ session_token, totp_code: '123456', recovery_code: 'x' })).status).toBe(422)
    expect((await verify({ session_token, totp_code: '12345' })).status).toBe(422)
    expect(await statusOf(await verify({ session_token: `${session_token.slice(0, -1)}!`, totp_code: '123456' }))).toEqual([
      401,
      'mfa_session_ended',
    ])
    const foreign = await send('POST', '/api/v1/auth/mfa/verify', {
      body: { session_token, totp_code: codeNow(client.secret) },
      headers: { origin: 'https://evil.example' },
    })
    expect(await statusOf(foreign)).toEqual([403, 'forbidden_origin'])
  })
})

describe('switching off', () => {
  test('needs the password and a code, ends the other sessions, and is recorded', async () => {
    const client = await enrolled()
    const session_token = await challenged(client)
    const totp_code = codeNow(client.secret)
    expect(await statusOf(await post('disable', client, { password: 'not the password', totp_code }))).toEqual([422, 'wrong_password'])
    expect(await statusOf(await post('disable', client, { password, totp_code: '000000' }))).toEqual([422, 'wrong_code'])
    expect((await post('disable', client, { password })).status).toBe(422)
    expect((await post('disable', client, { password, totp_code })).status).toBe(204)
    expect(await auditOf(client.tenant_id, 'mfa.disable')).toMatchObject([{ actor_id: client.user_id, after: { factor: 'totp' } }])
    expect(await statusOf(await verify({ session_token, totp_code }))).toEqual([401, 'mfa_session_ended'])
    expect((await (await login(client.email)).json()) as object).toHaveProperty('access_token')
    expect(await owner`select from mfa_recovery_code where user_id = ${client.user_id}`).toHaveLength(0)
    expect(await statusOf(await post('disable', client, { password, totp_code }))).toEqual([409, 'mfa_not_enabled'])
  })

  test('works with a recovery code, for who lost the app', async () => {
    const client = await enrolled()
    expect((await post('disable', client, { password, recovery_code: client.recovery_codes[3] })).status).toBe(204)
  })
})

test('the functions concern members of the current tenant alone', async () => {
  const [mine, theirs] = [await enrolled(), await enrolled()]
  const inMine = (query: string, values: (string | number)[]) =>
    raw.begin(async (sql) => {
      await sql.unsafe(`set local app.tenant_id = '${mine.tenant_id}'`)
      return [...(await sql.unsafe(query, values))] as Record<string, unknown>[]
    })
  expect(await inMine('select * from mfa_find($1)', [theirs.user_id])).toEqual([])
  expect(await inMine('select mfa_remove($1) as done', [theirs.user_id])).toEqual([{ done: false }])
  expect(await inMine('select mfa_take_step($1, $2) as done', [theirs.user_id, 99_999_999])).toEqual([{ done: false }])
  expect(await inMine('select mfa_find($1) is not null as found', [mine.user_id])).toEqual([{ found: true }])
})
