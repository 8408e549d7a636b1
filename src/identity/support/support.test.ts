import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { app } from '../../app'
import { moveClock } from '../../core/clock'
import { handOff } from '../../core/hand-off'
import { publishWith } from '../../core/live'
import { listen } from '../../core/signals'
import { closeEnded } from '../../core/sockets'
import { everyPermission } from '../../core/permissions'
import { supportPermissions } from '../../core/support'
import { sendDue } from '../../management/deliveries/service'
import { raise } from '../../testing/alerts'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'
import { eventually } from '../../testing/eventually'
import { mailOf } from '../../testing/mail'
import { type StaffClient, askManagement, staffSignedIn } from '../../testing/management'
import { auditOf, owner, setTenantStatus } from '../../testing/owner'
import { linkPlanes } from '../../testing/planes'
import { startApi } from '../../testing/process'

setDefaultTimeout(30_000)

let planes: ReturnType<typeof linkPlanes>
let staff: StaffClient
let base = ''
beforeAll(async () => {
  await listen()
  planes = linkPlanes()
  staff = await staffSignedIn('support')
  const { server } = app.listen({ hostname: '127.0.0.1', port: 0 })
  publishWith(server!)
  base = `ws://127.0.0.1:${server!.port}`
})
afterAll(async () => {
  planes.close()
  await app.stop(true)
})
afterEach(() => moveClock(0))

const word = async (reply: Response) => [reply.status, (await problem(reply)).error]

async function tenant() {
  const client = await signedIn()
  await owner`update management.tenant set state = 'active' where id = ${client.tenant_id}`
  await setTenantStatus(client.tenant_id, 'active')
  return client
}

interface Asked {
  id: string
  state: string
}
async function ask(tenant_id: string, more: object = {}, who = staff) {
  const body = { reason: 'Ticket 4711', mode: 'read', hours: 2, ...more }
  const reply = await askManagement('POST', `/api/v1/tenants/${tenant_id}/support`, { headers: who.headers, body })
  await sendDue()
  return reply
}
const asked = async (tenant_id: string, more: object = {}) => ((await (await ask(tenant_id, more)).json()) as Asked).id
const act = (path: string, who: { headers: Record<string, string> }, body: object = {}) =>
  send('POST', `/api/v1/support-access/${path}`, { headers: who.headers, body })
const manage = (path: string, who = staff) => askManagement('POST', `/api/v1/support/${path}`, { headers: who.headers, body: {} })
const stateOf = async (tenant_id: string, id: string) =>
  (await staff.api.tenants({ id: tenant_id }).support.get()).data!.items.find((item) => item.id === id)!.state

interface Session {
  access_token: string
  expires_in: number
  user: { id: string; name: string }
}
/** As the browser does it: by the address that the Management plane names. */
async function enter(id: string) {
  const { url } = (await (await manage(`${id}/enter`)).json()) as { url: string }
  const code = url.split('#')[1]!
  const session = (await (await send('POST', '/api/v1/auth/support', { body: { code } })).json()) as Session
  return { ...session, code, headers: { authorization: `Bearer ${session.access_token}` } }
}
/** Asked, approved, and inside. */
async function inside(client: Client, mode: 'read' | 'write' = 'read') {
  const id = await asked(client.tenant_id, { mode })
  expect((await act(`${id}/approve`, client)).status).toBe(200)
  return { id, ...(await enter(id)) }
}

describe('support access', () => {
  test('is asked for with a reason, approved by the tenant, shown to everybody in it, and ended', async () => {
    const client = await tenant()
    const { tenant_id } = client
    await owner`update access_group set permissions = '{*}' where tenant_id = ${tenant_id} and name like 'group of%'`
    for (const wrong of [{ reason: '' }, { reason: '   ' }, { hours: 0 }, { hours: 9 }, { mode: 'all' }])
      expect([wrong, (await ask(tenant_id, wrong)).status]).toEqual([wrong, 422])
    const id = await asked(tenant_id)
    expect(await stateOf(tenant_id, id)).toBe('asked')
    expect(await word(await manage(`${id}/enter`))).toEqual([409, 'not_active'])
    expect((await mailOf(tenant_id)).map(({ kind, recipient }) => [kind, recipient])).toEqual([['support_asked', client.email]])
    const nobody = await signedIn(['devices.read'], { tenant_id })
    expect((await act(`${id}/approve`, nobody)).status).toBe(403)
    const active = async (who: { headers: Record<string, string> }) =>
      ((await (await send('GET', '/api/v1/support-access/active', { headers: who.headers })).json()) as { items: object[] }).items
    expect(await active(nobody)).toEqual([])
    expect(await (await act(`${id}/approve`, client)).json()).toMatchObject({ state: 'active', decided_by: client.user_id })
    expect(await word(await act(`${id}/approve`, client))).toEqual([409, 'already_decided'])
    expect(await stateOf(tenant_id, id)).toBe('active')
    const session = await enter(id)
    expect(session.user).toMatchObject({ id: staff.id, name: staff.name })
    expect(await active(nobody)).toMatchObject([{ staff_name: staff.name, mode: 'read', reason: 'Ticket 4711', is_own: false }])
    expect(await active(session)).toMatchObject([{ is_own: true }])
    const me = (await (await send('GET', '/api/v1/me', { headers: session.headers })).json()) as { support: string; user: object }
    expect(me).toMatchObject({ support: 'read', user: { id: staff.id, email: staff.email }, tenant: { id: tenant_id } })
    expect((await send('GET', '/api/v1/devices', { headers: session.headers })).status).toBe(200)
    expect((await act(`${id}/end`, client)).status).toBe(200)
    expect((await send('GET', '/api/v1/devices', { headers: session.headers })).status).toBe(401)
    expect([await stateOf(tenant_id, id), await active(nobody)]).toEqual(['ended', []])
    expect(await word(await manage(`${id}/enter`))).toEqual([409, 'not_active'])
    // Both identities, on both records.
    for (const [action, actor_id] of [
      ['support.ask', staff.id],
      ['support.approve', client.user_id],
      ['support.enter', staff.id],
      ['support.end', client.user_id],
    ] as const)
      expect([action, (await auditOf(tenant_id, action)).map((entry) => entry.actor_id as string)]).toEqual([action, [actor_id]])
    const manager = await staffSignedIn('operator')
    const entries = (await manager.api.audit.get({ query: { tenant_id } })).data!.items.map((entry) => [entry.action, entry.actor_kind])
    expect(entries).toEqual([
      ['support.end', 'tenant'],
      ['support.enter', 'tenant'],
      ['support.hand_off', 'staff'],
      ['support.approve', 'tenant'],
      ['support.ask', 'staff'],
    ])
  })

  test('follows the policy of the tenant: at once, or never; and is refused by hand', async () => {
    const client = await tenant()
    const { tenant_id } = client
    const set = (support_policy: string) => send('PUT', '/api/v1/settings/support', { headers: client.headers, body: { support_policy } })
    expect((await set('always')).status).toBe(422)
    await set('allow')
    const first = await asked(tenant_id)
    expect(await stateOf(tenant_id, first)).toBe('active')
    expect((await enter(first)).access_token).toBeTruthy()
    await set('never')
    expect(await stateOf(tenant_id, await asked(tenant_id))).toBe('refused')
    await set('ask')
    const third = await asked(tenant_id)
    expect((await act(`${third}/refuse`, client)).status).toBe(200)
    expect(await stateOf(tenant_id, third)).toBe('refused')
    expect(await word(await manage(`${third}/enter`))).toEqual([409, 'not_active'])
    await owner`update management.tenant set state = 'suspended' where id = ${tenant_id}`
    expect(await word(await ask(tenant_id))).toEqual([409, 'refused_in_state'])
  })

  test('ends at once from either side, on every process and for open sockets too, and by itself', async () => {
    const another = await startApi()
    try {
      for (const side of ['tenant', 'staff', 'time'] as const) {
        const client = await tenant()
        const { id, access_token, headers } = await inside(client)
        const sockets = [base, another.url.replace('http', 'ws')].slice(0, side === 'time' ? 1 : 2).map((at) => {
          const socket = new WebSocket(`${at}/api/ws/security?token=${access_token}`)
          return {
            heard: new Promise((resolve) => socket.addEventListener('message', resolve, { once: true })),
            ended: new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code))),
          }
        })
        await Promise.all(sockets.map(({ heard }) => heard))
        const there = () => fetch(`${another.url}/api/v1/devices`, { headers }).then(({ status }) => status)
        expect(await there()).toBe(200)
        if (side === 'tenant') await act(`${id}/end`, client)
        if (side === 'staff') {
          expect((await manage(`${id}/end`)).status).toBe(200)
          await sendDue()
        }
        if (side === 'time') {
          moveClock(2 * 3_600_000 + 1000)
          closeEnded()
        }
        expect([side, await Promise.all(sockets.map(({ ended }) => ended))]).toEqual([side, sockets.map(() => 4401)])
        expect((await send('GET', '/api/v1/devices', { headers })).status).toBe(401)
        if (side !== 'time') expect(await eventually(async () => (await there()) === 401, 5_000)).toBe(true)
        staff = await staffSignedIn('support')
        moveClock(0)
        staff = await staffSignedIn('support')
        const [grant] = await owner`select state, ended_by from support_grant where id = ${id}`
        expect({ ...grant }).toEqual(side === 'time' ? { state: 'active', ended_by: null } : { state: 'ended', ended_by: side })
      }
    } finally {
      await another.stop()
    }
  }, 60_000)

  test('comes in by a hand-off that is signed, for who asked, within a minute, and once', async () => {
    const client = await tenant()
    const { id, code } = await inside(client)
    const take = (given: string) => send('POST', '/api/v1/auth/support', { body: { code: given } }).then(word)
    expect(await take(code)).toEqual([422, 'exchange_ended'])
    const claims = { grant_id: id, tenant_id: client.tenant_id, staff_id: staff.id }
    const forged = [
      'x',
      handOff.write(Buffer.alloc(32, 9), claims),
      handOff.write(planes.secret, { ...claims, staff_id: crypto.randomUUID() }),
      handOff.write(planes.secret, { ...claims, grant_id: crypto.randomUUID() }),
      handOff.write(planes.secret, { ...claims, tenant_id: (await tenant()).tenant_id }),
    ]
    for (const one of forged) expect(await take(one)).toEqual([422, 'exchange_ended'])
    const late = handOff.write(planes.secret, claims)
    moveClock(61_000)
    expect(await take(late)).toEqual([422, 'exchange_ended'])
    moveClock(0)
    const colleague = await staffSignedIn('owner')
    expect((await manage(`${id}/enter`, colleague)).status).toBe(404)
    expect((await manage(`${id}/end`, colleague)).status).toBe(200)
    const reply = await send('POST', '/api/v1/auth/support', { body: { code: late }, headers: { origin: 'https://evil.example' } })
    expect((await problem(reply)).error).toBe('forbidden_origin')
  })

  test('leaves by itself too, without ending what was given', async () => {
    const client = await tenant()
    const { id, headers } = await inside(client)
    expect((await act('leave', { headers })).status).toBe(204)
    expect((await send('GET', '/api/v1/me', { headers })).status).toBe(401)
    expect(await stateOf(client.tenant_id, id)).toBe('active')
    expect((await act('leave', client)).status).toBe(404)
  })
})

describe('what support may', () => {
  const routes = app.routes
    .filter(({ method, path }) => method !== 'OPTIONS' && method !== 'WS' && path.startsWith('/api/v1'))
    .map(({ method, path, hooks }) => ({ method, path, detail: (hooks as { detail?: Record<string, unknown> }).detail ?? {} }))
    .filter(({ detail }) => detail['x-permission'] || detail['x-signed-in'])
  const concrete = (path: string) => path.replace(/:\w+/g, Bun.randomUUIDv7())
  const harmless = new Set(['POST /api/v1/ws/ticket', 'POST /api/v1/support-access/leave'])
  const changing = routes.filter(({ method, path }) => method !== 'GET' && !harmless.has(`${method} ${path}`))

  // ASVS 8.2.1
  test('a session that may only read is refused by every route that changes something, with the same word', async () => {
    const { headers } = await inside(await tenant())
    expect(changing.length).toBeGreaterThan(60)
    for (const { method, path } of changing) {
      const reply = await send(method, concrete(path), { headers: { 'content-type': 'application/json', ...headers } })
      expect([method, path, ...(await word(reply))]).toEqual([method, path, 403, 'support_read_only'])
    }
  })

  test('one that may write has what is named, and nothing that grants, makes credentials, shows secrets, exports, or changes security', async () => {
    const { headers } = await inside(await tenant(), 'write')
    const may = supportPermissions('write')
    const never = /\.(export|delete)$|^settings\.(?!.*\.read$)|^api_tokens\.(?!read$)|keys\.(create|delete)$|^settings\.mail|share$/
    expect(everyPermission.filter((name) => may.has(name) && never.test(name))).toEqual([])
    for (const { method, path, detail } of changing) {
      const permission = detail['x-permission'] as never
      const reply = await send(method, concrete(path), { headers: { 'content-type': 'application/json', ...headers } })
      if (may.has(permission)) expect([method, path, reply.status === 403]).toEqual([method, path, false])
      else expect([method, path, ...(await word(reply))]).toEqual([method, path, 403, permission ? 'forbidden' : 'support_forbidden'])
    }
  })

  test('what is read is read like by a member who may read, and secrets, mail and files are not for it', async () => {
    const client = await tenant()
    const { device_id } = await registered(client)
    const { headers } = await inside(client, 'write')
    for (const { method, path, detail } of routes.filter((route) => route.method === 'GET')) {
      const reply = await send(method, concrete(path), { headers })
      const shut =
        /export|settings\/mail/.test(path) || !supportPermissions('write').has((detail['x-permission'] ?? 'devices.read') as never)
      expect([path, reply.status < 500, reply.status === 403]).toEqual([path, true, shut])
    }
    const rotate = await send('POST', `/api/v1/devices/${device_id}/commands`, { headers, body: { type: 'rotate_key' } })
    expect(await word(rotate)).toEqual([403, 'support_forbidden'])
  })

  test('what it changes is on the record of the tenant, by whom and by which grant, and on that of the platform', async () => {
    const client = await tenant()
    const { device_id } = await registered(client)
    const { id, headers } = await inside(client, 'write')
    const reply = await send('PATCH', `/api/v1/devices/${device_id}`, { headers, body: { location: 'Roof' } })
    expect(reply.status).toBe(200)
    const { items } = (await client.api.audit.get({ query: { action: 'devices.update' } })).data!
    expect(items).toMatchObject([{ actor_kind: 'staff', actor_id: staff.id, actor_name: staff.name, grant_id: id, entity_id: device_id }])
    const manager = await staffSignedIn('operator')
    const [entry] = (await manager.api.audit.get({ query: { tenant_id: client.tenant_id } })).data!.items
    expect(entry).toMatchObject({
      action: 'support.act',
      actor_id: staff.id,
      entity_id: device_id,
      after: { action: 'devices.update', grant_id: id },
    })
  })

  test('it takes, assigns, closes and opens alerts again, and stands in their history as staff, also once its access has ended', async () => {
    const client = await tenant()
    await raise(await registered(client), { title: 'Port scan' })
    const [alert] = (await client.api.alerts.get({ query: {} })).data!.items
    const { id, headers } = await inside(client, 'write')
    const steps = [
      ['acknowledge', {}],
      ['assign', { user_id: client.user_id }],
      ['close', { verdict: 'benign' }],
    ] as const
    for (const [step, body] of steps)
      expect([step, (await send('POST', `/api/v1/alerts/${alert!.id}/${step}`, { headers, body })).status]).toEqual([step, 200])
    // Whose it is must be somebody of the organization: staff come and go.
    const own = await send('POST', `/api/v1/alerts/${alert!.id}/assign`, { headers, body: { user_id: staff.id } })
    expect((await problem(own)).errors).toMatchObject([{ path: '/user_id' }])
    expect((await act(`${id}/end`, client)).status).toBe(200)
    const me = { id: staff.id, name: staff.name, is_staff: true }
    const { data } = await client.api.alerts({ id: alert!.id }).get()
    expect(data).toMatchObject({ acknowledged_by: me, closed_by: me, assigned_to: { id: client.user_id, is_staff: false } })
    const history = (await client.api.alerts({ id: alert!.id }).history.get({ query: {} })).data!.items
    expect(history.map(({ action, actor }) => [action, actor])).toEqual([
      ['close', me],
      ['assign', me],
      ['acknowledge', me],
    ])
  })
})
