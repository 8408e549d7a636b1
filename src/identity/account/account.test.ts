import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { app } from '../../app'
import { config } from '../../core/config'
import { raw } from '../../core/db'
import { moveClock } from '../../core/clock'
import { limits } from '../../core/limits'
import { publishWith } from '../../core/live'
import { listen } from '../../core/signals'
import { signAccess } from '../../core/tokens'
import { password, withPassword } from '../../testing/account'
import { type Client, newTenant, problem, send, signedIn, within } from '../../testing/api'
import { eventually } from '../../testing/eventually'
import { auditOf, owner } from '../../testing/owner'
import { sessions } from '../auth/schema'
import { memberships } from '../users/schema'

const better = 'lantern whistle copper dune'
const hour = 3_600_000
let base = ''

beforeAll(async () => {
  const { server } = app.listen({ hostname: '127.0.0.1', port: 0 })
  publishWith(server!)
  base = `127.0.0.1:${server!.port}`
  await listen()
})
afterEach(() => moveClock(0))
afterAll(async () => void (await app.stop(true)))

/** Another browser of the same person, in the same tenant or another one. */
async function another({ user_id, tenant_id }: Pick<Client, 'user_id' | 'tenant_id'>, more: Partial<typeof sessions.$inferInsert> = {}) {
  const sid = await within(tenant_id, async ({ tx, owned }) => {
    const at = new Date()
    const row = { user_id, rotated_at: at, expires_at: new Date(at.getTime() + hour), amr: ['pwd'], ...more }
    return (await tx.insert(sessions).values(owned(row)).returning())[0]!.id
  })
  const token = await signAccess({ user_id, tenant_id, sid, amr: ['pwd'] })
  return { sid, token, headers: { authorization: `Bearer ${token}` } }
}

async function joins({ user_id }: Client) {
  const tenant_id = await newTenant()
  await within(tenant_id, ({ tx, owned }) => tx.insert(memberships).values(owned({ user_id, name: 'Elsewhere', whole_tenant: true })))
  return tenant_id
}

const me = async ({ headers }: { headers: Record<string, string> }) => (await send('GET', '/api/v1/me', { headers })).status
const reasonOf = async (sid: string) => (await owner`select end_reason from session where id = ${sid}`)[0]!.end_reason as string | null

/** An open socket of a session, and the code it was closed with. */
async function socket(token: string) {
  let code: number | undefined
  let open = false
  const it = new WebSocket(`ws://${base}/api/ws/security?token=${token}`)
  it.addEventListener('message', () => void (open = true))
  it.addEventListener('close', (event) => void (code = event.code))
  expect(await eventually(() => open)).toBe(true)
  return async () => ((await eventually(() => code, 1000)) ? code : undefined)
}

describe('own sessions', () => {
  // ASVS 7.5.2
  test('are listed newest first, with the current one marked and nothing that could be used', async () => {
    const client = await signedIn([])
    const laptop = await another(client, { address: '192.0.2.7', user_agent: 'Laptop/1' })
    await another(client, { ended_at: new Date() })
    await another(client, { expires_at: new Date(Date.now() - 1000) })
    await another(client, { rotated_at: new Date(Date.now() - limits.sessionIdleMs - 1000) })
    const colleague = await signedIn([], { tenant_id: client.tenant_id })
    await another({ user_id: client.user_id, tenant_id: await joins(client) })
    const { data } = await client.api.me.sessions.get({ query: {} })
    expect(data!.items.map(({ id, current }) => [id, current])).toEqual([
      [laptop.sid, false],
      [client.sid, true],
    ])
    expect(data!.items[0]).toMatchObject({ address: '192.0.2.7', user_agent: 'Laptop/1' })
    expect(Object.keys(data!.items[0]!).sort()).toEqual([
      'address',
      'created_at',
      'current',
      'expires_at',
      'id',
      'last_used_at',
      'user_agent',
    ])
    expect((await colleague.api.me.sessions.get({ query: {} })).data!.items.map(({ id }) => id)).toEqual([colleague.sid])
  })

  test('come page by page', async () => {
    const client = await signedIn([])
    const newer = await another(client)
    const first = (await client.api.me.sessions.get({ query: { limit: 1 } })).data!
    const second = (await client.api.me.sessions.get({ query: { limit: 1, cursor: first.next_cursor! } })).data!
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([newer.sid, client.sid])
    expect(second.next_cursor).toBeNull()
  })

  // ASVS 7.5.2
  test('one is ended at once, for requests and open sockets, and that is recorded', async () => {
    const client = await signedIn()
    const stolen = await another(client)
    expect(await me(stolen)).toBe(200)
    const closed = await socket(stolen.token)
    expect((await client.api.me.sessions({ id: stolen.sid }).delete()).status).toBe(204)
    expect(await me(stolen)).toBe(401)
    expect(await closed()).toBe(4401)
    expect(await me(client)).toBe(200)
    expect(await reasonOf(stolen.sid)).toBe('revoked')
    expect(await auditOf(client.tenant_id, 'sessions.revoke')).toMatchObject([{ actor_id: client.user_id, entity_id: stolen.sid }])
  })

  test('the ending is told to every other process', async () => {
    const client = await signedIn()
    const { sid } = await another(client)
    let heard = ''
    const listener = await raw.listen('monozu', (payload) => void (heard += `${payload}\n`))
    await client.api.me.sessions({ id: sid }).delete()
    expect(await eventually(() => heard.includes(`sessions ${sid}`), 1000)).toBe(true)
    await listener.unlisten()
  })

  test("a colleague's session and one that has ended are not found", async () => {
    const client = await signedIn()
    const colleague = await signedIn([], { tenant_id: client.tenant_id })
    const over = await another(client, { ended_at: new Date() })
    for (const id of [colleague.sid, over.sid]) expect((await client.api.me.sessions({ id }).delete()).status).toBe(404)
    expect(await me(colleague)).toBe(200)
  })

  // ASVS 10.4.9
  test('all but the current one are ended together', async () => {
    const client = await signedIn()
    const others = [await another(client), await another(client)]
    const colleague = await signedIn([], { tenant_id: client.tenant_id })
    expect((await client.api.me.sessions.delete()).status).toBe(204)
    expect(await Promise.all([client, colleague, ...others].map(me))).toEqual([200, 200, 401, 401])
    expect((await auditOf(client.tenant_id, 'sessions.revoke_others'))[0]!.after).toEqual({ ended: others.map(({ sid }) => sid) })
  })
})

const change = ({ headers }: { headers: Record<string, string> }, current_password: string, new_password: string) =>
  send('POST', '/api/v1/auth/password/change', { headers, body: { current_password, new_password } })
const login = (email: string, secret: string) => send('POST', '/api/v1/auth/login', { body: { email, password: secret } })

describe('changing the password', () => {
  // ASVS 6.2.2
  test('the new one signs in, the old one does not, and the session it was done with goes on', async () => {
    const client = await withPassword()
    const reply = await change(client, password, better)
    expect([reply.status, await reply.text()]).toEqual([204, ''])
    expect(await me(client)).toBe(200)
    expect((await login(client.email, password)).status).toBe(401)
    expect((await login(client.email, better)).status).toBe(200)
  })

  // ASVS 7.4.3
  test('every other session of the user ends at once, in every tenant, on sockets too', async () => {
    const client = await withPassword()
    const here = await another(client)
    const there = await another({ user_id: client.user_id, tenant_id: await joins(client) })
    const colleague = await signedIn([], { tenant_id: client.tenant_id })
    expect([await me(here), await me(there)]).toEqual([200, 200])
    const closed = await socket(here.token)
    expect((await change(client, password, better)).status).toBe(204)
    expect(await Promise.all([client, colleague, here, there].map(me))).toEqual([200, 200, 401, 401])
    expect(await closed()).toBe(4401)
    expect([await reasonOf(here.sid), await reasonOf(there.sid), await reasonOf(colleague.sid)]).toEqual([
      'password_changed',
      'password_changed',
      null,
    ])
  })

  test('is recorded without any password', async () => {
    const client = await withPassword()
    await change(client, 'not the password', better)
    await change(client, password, better)
    expect(await auditOf(client.tenant_id, 'passwords.change')).toMatchObject([{ actor_id: client.user_id, entity_id: client.user_id }])
    expect(await auditOf(client.tenant_id, 'passwords.refuse')).toHaveLength(1)
    const everything = JSON.stringify(await owner`select * from audit_log where tenant_id = ${client.tenant_id}`)
    for (const secret of [password, better, 'not the password', '$2']) expect(everything).not.toContain(secret)
  })

  // ASVS 6.2.3
  test('a wrong current password and a weak new one are told on their fields, and change nothing', async () => {
    const client = await withPassword()
    const wrong = await problem(await change(client, 'not the password', better))
    expect(wrong).toMatchObject({ status: 422, error: 'wrong_password', errors: [{ path: '/current_password' }] })
    for (const weak of ['short', 'password1234', 'aaaaaaaaaaaa', 'monozu-cloud-9k', `x ${client.email} x`]) {
      const refused = await problem(await change(client, password, weak))
      expect(refused).toMatchObject({ status: 422, error: 'invalid', errors: [{ path: '/new_password' }] })
      expect(JSON.stringify(refused)).not.toContain(weak)
    }
    expect((await login(client.email, password)).status).toBe(200)
  })

  test('guessing the current one slows down, without shutting the owner out of signing in', async () => {
    const client = await withPassword()
    const replies = await Promise.all(Array.from({ length: 8 }, () => change(client, 'not the password', better)))
    expect(replies.filter(({ status }) => status === 422)).toHaveLength(limits.failuresBeforeDelay)
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(8 - limits.failuresBeforeDelay)
    expect((await change(client, password, better)).headers.get('retry-after')).toBe('1')
    expect((await login(client.email, password)).status).toBe(200)
    moveClock(1100)
    expect((await change(client, password, better)).status).toBe(204)
  })

  test('a user without a password is refused at the same cost', async () => {
    const [without, having] = [await signedIn(), await withPassword()]
    const timed = async (client: Client) => {
      const began = performance.now()
      const { request_id: _, ...told } = await problem(await change(client, 'not the password', better))
      return { told, ms: performance.now() - began }
    }
    const [first, second] = [await timed(without), await timed(having)]
    expect(first.told).toEqual(second.told)
    expect(first.ms).toBeGreaterThan(second.ms / 3)
  })

  test('a sign-in with the old password that is under way at that moment leaves no session', async () => {
    const client = await withPassword()
    const replies = await Promise.all([login(client.email, password), change(client, password, better), login(client.email, password)])
    expect(replies[1].status).toBe(204)
    const open = await owner`select id from session where user_id = ${client.user_id} and ended_at is null`
    expect(open.map(({ id }) => id as string)).toEqual([client.sid])
  })

  test('is not possible where the platform allows no passwords, and neither is what else rests on one', async () => {
    const client = await withPassword()
    const policy = config.AUTH_POLICY
    config.AUTH_POLICY = 'restricted'
    const replies = await Promise.all([
      change(client, password, 'short'),
      send('POST', '/api/v1/me/mfa/enrol', { headers: client.headers, body: { password } }),
      send('POST', '/api/v1/me/mfa/disable', { headers: client.headers, body: { password, totp_code: '123456' } }),
      send('POST', '/api/v1/auth/mfa/verify', { body: { session_token: 'x', totp_code: '123456' } }),
    ]).finally(() => (config.AUTH_POLICY = policy))
    for (const reply of replies) expect([reply.status, (await problem(reply)).error]).toEqual([403, 'auth_restricted'])
  })

  test('of two at the same moment one wins', async () => {
    const client = await withPassword()
    const replies = await Promise.all([change(client, password, better), change(client, password, `${better} again`)])
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 409])
  })

  test('the database itself gives the application no other way to a hash', async () => {
    const client = await withPassword()
    const victim = await withPassword()
    const inClient = (query: string, values: string[]) =>
      raw.begin(async (sql) => {
        await sql.unsafe(`set local app.tenant_id = '${client.tenant_id}'`)
        return [...(await sql.unsafe(query, values))] as Record<string, unknown>[]
      })
    const call = 'select change_password($1, $2, $3, $4, now()) as ended'
    expect(await inClient(call, [client.user_id, 'a guess', 'x', client.sid])).toEqual([{ ended: null }])
    const [{ password_hash } = {}] = await owner`select password_hash from identity where user_id = ${victim.user_id}`
    const foreign = inClient(call, [victim.user_id, String(password_hash), 'x', client.sid])
    expect(await foreign.catch((error: { code: string }) => error.code)).toBe('42501')
    for (const query of [
      'select password_hash from identity',
      "update identity set password_hash = 'x'",
      'select * from mfa_factor',
      'select * from mfa_recovery_code',
    ]) {
      expect(await inClient(query, []).catch((error: { code: string }) => error.code)).toBe('42501')
    }
    expect((await login(victim.email, password)).status).toBe(200)
  })
})
