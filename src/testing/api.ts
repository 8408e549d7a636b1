import { treaty } from '@elysiajs/eden'
import { app } from '../app'
import { routine } from '../core/audit'
import { type Permission, everyPermission } from '../core/permissions'
import { type Actor, type Scope, inTenant } from '../core/scope'
import { signAccess } from '../core/tokens'
import { sessions } from '../identity/auth/schema'
import { groups } from '../identity/groups/schema'
import { createTenant } from '../identity/tenants/service'
import { membershipGroups, membershipUnits, memberships, users } from '../identity/users/schema'
import { watchAnswers } from './answer-laws'

watchAnswers(app, 'openapi.json')

const founder = (tenant_id: string): Actor => ({
  kind: 'job',
  id: tenant_id,
  tenant_id,
  units: 'all',
  permissions: new Set(everyPermission),
})

/** A fresh tenant: the isolation of a test. */
export async function newTenant(): Promise<string> {
  const tenant_id = Bun.randomUUIDv7()
  await inTenant(founder(tenant_id), 'read write', (scope) => createTenant(scope, 'Test'))
  return tenant_id
}

/** Work in a tenant as if everything were allowed: for what a test needs to find. */
export const within = <T>(tenant_id: string, work: (scope: Scope) => Promise<T>) =>
  inTenant(founder(tenant_id), 'read write', (scope) => {
    routine(scope, 'arranged by a test')
    return work(scope)
  })

interface Place {
  tenant_id?: string
  /** Units with their subtrees; without them the whole tenant is seen. */
  units?: string[]
}

/** A client signed in to a fresh tenant (or the one given) with exactly these permissions. */
export async function signedIn(permissions: readonly Permission[] = everyPermission, { tenant_id: given, units }: Place = {}) {
  const tenant_id = given ?? (await newTenant())
  const user_id = Bun.randomUUIDv7()
  const email = `${user_id}@test.example`
  const sid = await within(tenant_id, async ({ tx, owned }) => {
    await tx.insert(users).values({ id: user_id, email })
    const [membership] = await tx
      .insert(memberships)
      .values(owned({ user_id, name: 'Somebody', whole_tenant: !units }))
      .returning()
    const [group] = await tx
      .insert(groups)
      .values(owned({ name: `group of ${user_id}`, permissions: [...permissions] }))
      .returning()
    await tx.insert(membershipGroups).values(owned({ membership_id: membership!.id, group_id: group!.id }))
    if (units?.length)
      await tx
        .insert(membershipUnits)
        .values(units.map((org_unit_id) => owned({ membership_id: membership!.id, org_unit_id, subtree: true })))
    const at = new Date()
    const [session] = await tx
      .insert(sessions)
      .values(owned({ user_id, rotated_at: at, expires_at: new Date(at.getTime() + 86_400_000), amr: ['pwd'] }))
      .returning()
    return session!.id
  })
  const token = await signAccess({ user_id, tenant_id, sid, amr: ['pwd'] })
  const headers = { authorization: `Bearer ${token}` }
  const actor: Actor = { kind: 'user', id: user_id, tenant_id, units: units ?? 'all', permissions: new Set(permissions) }
  return { api: treaty(app, { headers }).api.v1, tenant_id, user_id, email, sid, token, headers, actor }
}

export type Client = Awaited<ReturnType<typeof signedIn>>

/** A request as a program would send it, past the typed client. */
export function send(method: string, path: string, { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {}) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
  return app.handle(new Request(`http://localhost${path}`, { method, headers, ...sent }))
}

/** What a problem answer says (RFC 9457). */
export const problem = async (reply: Response) =>
  (await reply.json()) as {
    status: number
    error: string
    detail: string
    request_id: string
    errors?: { path: string; message: string }[]
  }

/** A device registered with a key of its own. */
export async function registered(client: Client, input: { org_unit_id?: string; name?: string } = {}) {
  const key = await client.api.settings['edge-registration-keys'].post({ label: 'test', org_unit_id: input.org_unit_id })
  const reply = await send('POST', '/api/v1/devices/register', {
    body: { name: input.name ?? 'edge-1', hardware_id: Bun.randomUUIDv7() },
    headers: { 'x-provisioning-key': key.data!.provisioning_key },
  })
  const device = (await reply.json()) as { device_id: string; device_key: string; tenant_id: string }
  return { ...device, headers: { 'x-device-key': device.device_key } }
}
