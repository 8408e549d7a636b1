import { afterAll, beforeAll, expect, test } from 'bun:test'
import { nowMs } from '../../core/clock'
import { password, withPassword } from '../../testing/account'
import { type Client, signedIn } from '../../testing/api'
import { eventually } from '../../testing/eventually'
import { owner } from '../../testing/owner'
import { startApi } from '../../testing/process'
import { codeOf, stepAt } from '../../core/totp'
import { writeRefreshToken } from '../../core/refresh'

// What is decided at one process holds at the other within a second, for requests and for sockets that are open.

let here: Awaited<ReturnType<typeof startApi>>
let there: typeof here
beforeAll(async () => {
  ;[here, there] = await Promise.all([startApi(), startApi()])
}, 30_000)
afterAll(() => Promise.all([here?.stop(), there?.stop()]), 30_000)

type Headers = Record<string, string>
const ask = (at: typeof here, method: string, path: string, headers: Headers = {}, body?: object) =>
  fetch(`${at.url}/api/v1${path}`, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  })

/** Somebody at the other process: his requests, and a socket that is open. */
async function present(token: string) {
  const headers = { authorization: `Bearer ${token}` }
  let code = 0
  let open = false
  const socket = new WebSocket(`${there.url.replace('http', 'ws')}/api/ws/security?token=${token}`)
  socket.addEventListener('message', () => (open = true))
  socket.addEventListener('close', (event) => (code = event.code))
  expect(await eventually(() => open, 5_000)).toBe(true)
  const status = async (path = '/me') => (await ask(there, 'GET', path, headers)).status
  expect(await status()).toBe(200)
  return { status, closed: async () => ((await eventually(() => code, 2_000)) ? code : undefined), leave: () => socket.close() }
}

async function secondSession({ email }: Client): Promise<string> {
  const reply = await ask(here, 'POST', '/auth/login', {}, { email, password })
  return ((await reply.json()) as { access_token: string }).access_token
}

test('signing out', async () => {
  const { tenant_id, sid, token } = await signedIn()
  const somebody = await present(token)
  const cookie = `monozu_refresh=${writeRefreshToken({ tenant_id, session_id: sid, generation: 1 })}`
  expect((await ask(here, 'POST', '/auth/logout', { cookie }, {})).status).toBe(204)
  expect(await somebody.closed()).toBe(4401)
  expect(await somebody.status()).toBe(401)
})

test('being disabled', async () => {
  const admin = await signedIn()
  await owner`insert into membership_group (tenant_id, id, membership_id, group_id)
    select m.tenant_id, gen_random_uuid(), m.id, g.id from membership m join access_group g on g.tenant_id = m.tenant_id and g.built_in = 'admin'
    where m.tenant_id = ${admin.tenant_id} and m.user_id = ${admin.user_id}`
  const member = await signedIn(['alerts.read'], { tenant_id: admin.tenant_id })
  const somebody = await present(member.token)
  expect((await ask(here, 'PATCH', `/users/${member.user_id}`, admin.headers, { disabled: true })).status).toBe(200)
  expect(await somebody.closed()).toBe(4401)
  expect(await somebody.status()).toBe(401)
})

test('a password that is changed elsewhere', async () => {
  const client = await withPassword()
  const somebody = await present(await secondSession(client))
  const change = { current_password: password, new_password: 'seven blue lanterns over water' }
  expect((await ask(here, 'POST', '/auth/password/change', client.headers, change)).status).toBe(204)
  expect(await somebody.closed()).toBe(4401)
  expect(await somebody.status()).toBe(401)
})

test('a second factor that is switched on elsewhere, and one that an administrator resets', async () => {
  const admin = await signedIn()
  const client = await withPassword(undefined, { tenant_id: admin.tenant_id })
  const other = await present(await secondSession(client))
  const begun = await ask(here, 'POST', '/me/mfa/enrol', client.headers, { password })
  const { secret } = (await begun.json()) as { secret: string }
  const confirmed = await ask(here, 'POST', '/me/mfa/confirm', client.headers, { totp_code: codeOf(secret, stepAt(nowMs())) })
  expect(confirmed.status).toBe(200)
  expect(await other.closed()).toBe(4401)
  expect(await other.status()).toBe(401)
  const own = await present(client.token)
  expect((await ask(here, 'POST', `/users/${client.user_id}/mfa/reset`, admin.headers)).status).toBe(204)
  expect(await own.closed()).toBe(4401)
  expect(await own.status()).toBe(401)
})

test('a permission that is taken', async () => {
  const admin = await signedIn()
  const member = await signedIn(['alerts.read'], { tenant_id: admin.tenant_id })
  const somebody = await present(member.token)
  expect(await somebody.status('/alerts')).toBe(200)
  const [group] = await owner`select id from access_group where tenant_id = ${admin.tenant_id} and name = ${`group of ${member.user_id}`}`
  expect((await ask(here, 'PATCH', `/groups/${String(group!.id)}`, admin.headers, { permissions: [] })).status).toBe(200)
  expect(await somebody.closed()).toBe(4403)
  expect(await somebody.status('/alerts')).toBe(403)
})
