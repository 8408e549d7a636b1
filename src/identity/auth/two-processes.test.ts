import { afterAll, beforeAll, expect, test } from 'bun:test'
import { nowMs } from '../../core/clock'
import { password, withPassword } from '../../testing/account'
import { type Client, signedIn } from '../../testing/api'
import { eventually } from '../../testing/eventually'
import { keepMail, mailOf, tokenIn } from '../../testing/mail'
import { owner } from '../../testing/owner'
import { startApi } from '../../testing/process'
import { codeOf, stepAt } from '../../core/totp'
import { writeRefreshToken } from '../../core/refresh'

// What is decided at one process holds within a second there and at another, for requests and for sockets that are open.

let here: Awaited<ReturnType<typeof startApi>>
let there: typeof here
beforeAll(async () => {
  keepMail()
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

/** Decides something at the one process. */
async function decide(method: string, path: string, headers: Headers = {}, body?: object) {
  const reply = await ask(here, method, path, headers, body)
  expect([path, reply.status < 300 ? '' : await reply.clone().text()]).toEqual([path, ''])
  return reply.status === 204 ? undefined : ((await reply.json()) as Record<string, string>)
}

/** Somebody at a process: his requests, and a socket that is open. */
async function present(at: typeof here, token: string) {
  const headers = { authorization: `Bearer ${token}` }
  let code = 0
  let open = false
  const socket = new WebSocket(`${at.url.replace('http', 'ws')}/api/ws/security?token=${token}`)
  socket.addEventListener('message', () => (open = true))
  socket.addEventListener('close', (event) => (code = event.code))
  expect(await eventually(() => open, 5_000)).toBe(true)
  const status = async (path: string) => (await ask(at, 'GET', path, headers)).status
  expect(await status('/alerts')).toBe(200)
  return { status, closed: async () => ((await eventually(() => code, 2_000)) ? code : undefined) }
}

const another = async ({ email }: Client) => (await decide('POST', '/auth/login', {}, { email, password }))!.access_token!

/** Somebody of a tenant with an administrator who remains, and the group that allows him to read alerts. */
async function member() {
  const admin = await signedIn()
  await owner`insert into membership_group (tenant_id, id, membership_id, group_id)
    select m.tenant_id, gen_random_uuid(), m.id, g.id from membership m join access_group g on g.tenant_id = m.tenant_id and g.built_in = 'admin'
    where m.tenant_id = ${admin.tenant_id} and m.user_id = ${admin.user_id}`
  const user = await signedIn(['alerts.read'], { tenant_id: admin.tenant_id })
  const [group] = await owner`select id from access_group where tenant_id = ${admin.tenant_id} and name = ${`group of ${user.user_id}`}`
  return { ...user, admin: admin.headers, group: group!.id as string }
}

async function withFactor(client: Client) {
  const { secret } = (await decide('POST', '/me/mfa/enrol', client.headers, { password }))!
  return { secret: secret!, totp_code: (steps = 0) => codeOf(secret!, stepAt(nowMs()) + steps) }
}

interface Decided {
  token: string
  decision: () => Promise<unknown>
}
const ended = { code: 4401, status: 401 }
const forbidden = { code: 4403, status: 403 }

/** Each prepares somebody, and what is then decided about him. */
const events: Record<string, [typeof ended, () => Promise<Decided>]> = {
  'signing out': [
    ended,
    async () => {
      const { tenant_id, sid, token } = await signedIn()
      const cookie = `monozu_refresh=${writeRefreshToken({ tenant_id, session_id: sid, generation: 1 })}`
      return { token, decision: () => decide('POST', '/auth/logout', { cookie }, {}) }
    },
  ],
  'a session that its user ends from another': [
    ended,
    async () => {
      const client = await withPassword()
      const token = await another(client)
      const { sid } = JSON.parse(atob(token.split('.')[1]!)) as { sid: string }
      return { token, decision: () => decide('DELETE', `/me/sessions/${sid}`, client.headers) }
    },
  ],
  'all other sessions': [
    ended,
    async () => {
      const client = await withPassword()
      return { token: await another(client), decision: () => decide('DELETE', '/me/sessions', client.headers) }
    },
  ],
  'a user whom an administrator signs out': [
    ended,
    async () => {
      const { admin, user_id, token } = await member()
      return { token, decision: () => decide('DELETE', `/users/${user_id}/sessions`, admin) }
    },
  ],
  'a user who is disabled': [
    ended,
    async () => {
      const { admin, user_id, token } = await member()
      return { token, decision: () => decide('PATCH', `/users/${user_id}`, admin, { disabled: true }) }
    },
  ],
  'a user who is removed': [
    ended,
    async () => {
      const { admin, user_id, token } = await member()
      return { token, decision: () => decide('DELETE', `/users/${user_id}`, admin) }
    },
  ],
  'a password that is changed in another session': [
    ended,
    async () => {
      const client = await withPassword()
      const passwords = { current_password: password, new_password: 'seven blue lanterns over water' }
      return { token: await another(client), decision: () => decide('POST', '/auth/password/change', client.headers, passwords) }
    },
  ],
  'a password that is reset by a mailed link': [
    ended,
    async () => {
      const { email, tenant_id, token } = await withPassword()
      await decide('POST', '/auth/password/forgot', {}, { email })
      expect(await eventually(async () => (await mailOf(tenant_id)).length > 0, 5_000)).toBe(true)
      const reset = { token: tokenIn((await mailOf(tenant_id))[0]!.text), new_password: 'seven blue lanterns over water' }
      return { token, decision: () => decide('POST', '/auth/password/reset', {}, reset) }
    },
  ],
  'a second factor that is switched on in another session': [
    ended,
    async () => {
      const client = await withPassword()
      const token = await another(client)
      const { totp_code } = await withFactor(client)
      return { token, decision: () => decide('POST', '/me/mfa/confirm', client.headers, { totp_code: totp_code() }) }
    },
  ],
  'a second factor that is switched off in another session': [
    ended,
    async () => {
      const client = await withPassword()
      const { totp_code } = await withFactor(client)
      const { recovery_codes } = (await decide('POST', '/me/mfa/confirm', client.headers, { totp_code: totp_code() })) as unknown as {
        recovery_codes: string[]
      }
      const { session_token } = (await decide('POST', '/auth/login', {}, { email: client.email, password }))!
      const { access_token } = (await decide('POST', '/auth/mfa/verify', {}, { session_token, recovery_code: recovery_codes[0] }))!
      const proof = { password, recovery_code: recovery_codes[1] }
      return { token: access_token!, decision: () => decide('POST', '/me/mfa/disable', client.headers, proof) }
    },
  ],
  'a second factor that an administrator resets': [
    ended,
    async () => {
      const admin = await signedIn()
      const client = await withPassword(undefined, { tenant_id: admin.tenant_id })
      const { totp_code } = await withFactor(client)
      await decide('POST', '/me/mfa/confirm', client.headers, { totp_code: totp_code() })
      return { token: client.token, decision: () => decide('POST', `/users/${client.user_id}/mfa/reset`, admin.headers) }
    },
  ],
  'a permission that a group loses': [
    forbidden,
    async () => {
      const { admin, group, token } = await member()
      return { token, decision: () => decide('PATCH', `/groups/${group}`, admin, { permissions: [] }) }
    },
  ],
  'a group that is deleted': [
    forbidden,
    async () => {
      const { admin, group, token } = await member()
      return { token, decision: () => decide('DELETE', `/groups/${group}`, admin) }
    },
  ],
  'a user who leaves a group': [
    forbidden,
    async () => {
      const { admin, user_id, token } = await member()
      return { token, decision: () => decide('PATCH', `/users/${user_id}`, admin, { group_ids: [] }) }
    },
  ],
  // Whoever sees other units begins his socket anew; what he then sees is another test's.
  'a user who is placed in other units': [
    { code: 1012, status: 200 },
    async () => {
      const { admin, user_id, token } = await member()
      return { token, decision: () => decide('PATCH', `/users/${user_id}`, admin, { org_unit_scope: [] }) }
    },
  ],
}

// ASVS 7.4.1, 7.4.2, 7.4.3, 7.4.5
test.each(Object.entries(events))('%s', async (_, [{ code, status }, prepare]) => {
  const { token, decision } = await prepare()
  const both = await Promise.all([present(here, token), present(there, token)])
  await decision()
  expect(await Promise.all(both.map((somebody) => somebody.closed()))).toEqual([code, code])
  expect(await Promise.all(both.map((somebody) => somebody.status('/alerts')))).toEqual([status, status])
})
