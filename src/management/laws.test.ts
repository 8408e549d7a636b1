import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { listen } from '../core/signals'
import { password } from '../testing/account'
import { problem, signedIn } from '../testing/api'
import { eventually } from '../testing/eventually'
import { type StaffClient, askManagement, newStaff, staffSignedIn } from '../testing/management'
import { owner } from '../testing/owner'
import { linkPlanes } from '../testing/planes'
import { type Schema, sampleOf } from '../testing/sample'
import { runQueue } from '../testing/world'
import { managementApp } from './app'
import { sendDue } from './deliveries/service'
import { type StaffPermission, permissionsOf, roles, staffPermissions } from './permissions'

// What src/laws.test.ts asks of the Cloud, asked of the Management plane by its own route table.

interface Detail {
  'x-permission'?: StaffPermission
  'x-public'?: string
  'x-signed-in'?: boolean
  'x-internal'?: boolean
  hide?: boolean
  summary?: string
}
const routes = managementApp.routes
  .filter(({ method, path }) => method !== 'OPTIONS' && path !== '/api/docs/json')
  .map(({ method, path, hooks }) => ({
    method,
    path,
    body: (hooks as { body?: Schema }).body,
    detail: (hooks as { detail?: Detail }).detail ?? {},
  }))
const named = (list: typeof routes) => list.map((route) => [`${route.method} ${route.path}`, route] as const)
const concrete = (path: string, id: string = Bun.randomUUIDv7()) => path.replace(/:\w+/g, id).replace('*', 'x')

let planes: ReturnType<typeof linkPlanes>
beforeAll(async () => {
  await listen()
  planes = linkPlanes()
})
afterAll(() => planes.close())

describe('every route of the Management plane', () => {
  // ASVS 8.2.1
  test.each(named(routes))('%s declares exactly one guard, of the catalogue', (_, { detail }) => {
    expect([detail['x-permission'], detail['x-public'], detail['x-signed-in'], detail['x-internal']].filter(Boolean)).toHaveLength(1)
    if (detail['x-permission']) expect(Object.keys(staffPermissions)).toContain(detail['x-permission'])
    if (!detail.hide) expect(detail.summary).toBeTruthy()
  })

  const guarded = routes.filter(({ detail }) => !detail['x-public'])

  // ASVS 8.2.1, 8.3.1
  test.each(named(guarded))('%s refuses nobody’s and the Cloud’s, before it looks at what they sent', async (_, { method, path }) => {
    const cloud = await signedIn()
    const strange: Record<string, string>[] = [{}, cloud.headers, { 'x-internal-token': 'not the one between the planes' }]
    for (const headers of strange) {
      const reply = await askManagement(method, concrete(path, 'not-an-id'), {
        headers,
        body: method === 'GET' ? undefined : { nonsense: true },
      })
      expect([reply.status, (await problem(reply)).error]).toEqual([401, 'unauthenticated'])
    }
  })

  const ofStaff = guarded.filter(({ detail }) => !detail['x-internal'])

  // ASVS 8.2.1, 8.2.2
  test.each(named(ofStaff))('%s: support, operator, owner, each as its role says', async (_, { method, path, detail }) => {
    const permission = detail['x-permission']
    for (const role of roles) {
      const { headers } = await staffSignedIn(role)
      const reply = await askManagement(method, concrete(path), { headers, body: method === 'GET' ? undefined : { nonsense: true } })
      const may = !permission || permissionsOf(role).includes(permission)
      expect([role, reply.status === 403]).toEqual([role, !may])
      if (may) expect(reply.status).not.toBe(401)
      else expect((await problem(reply)).detail).toBe(`This needs the permission ${permission}`)
    }
  })

  test('is reached by staff through a token alone: no cookie opens any', async () => {
    const { cookie } = await staffSignedIn()
    for (const { method, path } of ofStaff)
      expect((await askManagement(method, concrete(path), { headers: { cookie }, body: method === 'GET' ? undefined : {} })).status).toBe(
        401,
      )
  })
})

describe('every route that changes something', () => {
  /** One of each thing that has an id. */
  async function furnished() {
    const client = await staffSignedIn('owner')
    const terms = { features: [], max_users: 10, max_devices: 10, grace_days: 14 }
    const plan = (await client.api.plans.post({ name: `Plan ${Bun.randomUUIDv7()}`, ...terms })).data!.id
    const administrator = { email: `${Bun.randomUUIDv7()}@new.example`, language: 'en' as const }
    const tenant = (await client.api.tenants.post({ name: 'Furnished', administrator })).data!.id
    await client.api.tenants({ id: tenant }).licences.post({ plan_id: plan, expires_at: null, reason: 'agreed by contract' })
    await sendDue()
    const delivery = (await client.api.deliveries.get({ query: { tenant_id: tenant } })).data!.items[0]!.id
    const colleague = (await newStaff('support')).id
    const invited = { email: `${Bun.randomUUIDv7()}@platform.example`, role: 'support' as const }
    const invitation = (await client.api['staff-invitations'].post(invited)).data!.id
    const session = Bun.randomUUIDv7()
    await owner`insert into management.staff_session (id, staff_id, rotated_at, expires_at, amr)
      values (${session}, ${client.id}, now(), now() + interval '1 day', '{pwd}')`
    const ids: [RegExp, string][] = [
      [/\/sessions\//, session],
      [/\/tenants\//, tenant],
      [/\/plans\//, plan],
      [/\/deliveries\//, delivery],
      [/\/staff-invitations\//, invitation],
      [/\/staff\//, colleague],
    ]
    return { client, plan, idFor: (path: string) => ids.find(([pattern]) => pattern.test(path))?.[1] }
  }

  /** Access to a tenant that lets support in unasked. */
  async function askedFor({ api }: StaffClient, tenant: string) {
    expect((await api.tenants({ id: tenant }).events.post({ event: 'activate', reason: 'as agreed' })).status).toBe(200)
    await sendDue()
    await owner`update tenant set support_policy = 'allow' where id = ${tenant}`
    const asked = await api.tenants({ id: tenant }).support.post({ reason: 'Ticket 4711', mode: 'read', hours: 2 })
    await sendDue()
    return asked.data!.id
  }

  /** Needs an authenticator that was begun: held to the same in account.test.ts. */
  const elsewhere = new Set(['/api/v1/me/mfa/confirm'])
  const changing = routes.filter(({ method, path, detail }) => method !== 'GET' && !detail['x-public'] && !elsewhere.has(path))

  test('there are some', () => expect(changing.length).toBeGreaterThan(8))

  // ASVS 16.2.1, 16.3.3
  test.each(named(changing))('%s leaves an entry of who did it', async (name, { method, path, body }) => {
    const { client, plan, idFor } = await furnished()
    const tenant = idFor('/tenants/')!
    const named = { name: 'Furnished', reason: 'as agreed' }
    const leaving = client.api.tenants({ id: tenant })
    if (/offboarding\/|deletion/.test(path)) {
      expect((await leaving.offboarding.post(named)).status).toBe(200)
      // The Cloud is told, and puts its data together.
      await sendDue()
      await runQueue(tenant)
    }
    if (path.endsWith('deletion/cancel')) expect((await leaving.deletion.post(named)).status).toBe(200)
    const support = path.includes('support') ? await askedFor(client, tenant) : undefined
    const more: Record<string, object> = {
      'POST /api/v1/tenants/:id/offboarding': named,
      'POST /api/v1/tenants/:id/deletion': named,
      'POST /api/v1/tenants/:id/events': { event: 'activate', reason: 'as agreed' },
      'POST /api/v1/tenants/:id/licences': { plan_id: plan },
      'POST /api/v1/me/password': { current_password: password, new_password: 'a vessel of nine lanterns' },
      'POST /api/v1/me/mfa/enrol': { password },
      'POST /api/v1/me/mfa/recovery-codes': { password },
      'POST /api/v1/tenants/:id/support': { reason: 'Ticket 4711', hours: 1 },
      'POST /api/v1/plans': { name: `Another ${Bun.randomUUIDv7()}`, max_users: null, max_devices: null, grace_days: 14 },
    }
    const entries = () => owner`select action, outcome from management.audit_entry where actor_id = ${client.id} order by id`
    const before = (await entries()).length
    const reply = await askManagement(method, concrete(path, idFor(path) ?? support), {
      headers: client.headers,
      body: { ...(sampleOf(body) as object), ...more[name] },
    })
    expect([reply.status, reply.status < 300 ? '' : await reply.text()]).toEqual([reply.status, ''])
    const [entry] = (await entries()).slice(before)
    expect(entry).toMatchObject({ action: expect.stringMatching(/^[a-z_]+\.[a-z_]+$/), outcome: 'success' })
  })

  test('is held against the version that was seen', async () => {
    const { client, idFor } = await furnished()
    for (const path of ['/api/v1/plans/:id', '/api/v1/staff/:id']) {
      const change = async () => {
        const headers = { ...client.headers, 'if-match': '"v1"' }
        return (await askManagement('PATCH', concrete(path, idFor(path)), { headers, body: { name: `Seen ${Bun.randomUUIDv7()}` } })).status
      }
      expect([path, await change(), await change()]).toEqual([path, 200, 412])
    }
  })

  // ASVS 16.3.2
  test('leaves one too of who may not, once a minute', async () => {
    const { id, headers } = await staffSignedIn('support')
    for (let index = 0; index < 3; index += 1)
      expect((await askManagement('POST', '/api/v1/plans', { headers, body: {} })).status).toBe(403)
    const refused = () => owner`select action, after from management.audit_entry where actor_id = ${id} and outcome = 'refused'`
    expect(await eventually(async () => (await refused()).length, 5_000)).toBe(true)
    expect([...(await refused())]).toEqual([{ action: 'permissions.refuse', after: { permission: 'plans.update' } }])
  })
})
