import { and, desc, eq } from 'drizzle-orm'
import { now } from '../../core/clock'
import { Problem, invalid, notFound } from '../../core/errors'
import { handOff } from '../../core/hand-off'
import { limits } from '../../core/limits'
import type { SupportMode } from '../../core/support'
import { config } from '../config'
import { queueDelivery } from '../deliveries/service'
import { type StaffScope, audit } from '../scope'
import { staff } from '../staff/schema'
import { managedTenants } from '../tenants/schema'
import { supportRequests } from './schema'

type Request = typeof supportRequests.$inferSelect

const shown = ({ state, ...request }: Request, staff_name: string) => ({
  ...request,
  staff_name,
  state: state === 'active' && request.expires_at! <= now() ? ('expired' as const) : state,
})

/** Newest first. */
export async function listRequests({ tx }: StaffScope, tenant_id: string) {
  const found = await tx
    .select({ request: supportRequests, name: staff.name })
    .from(supportRequests)
    .innerJoin(staff, eq(staff.id, supportRequests.staff_id))
    .where(eq(supportRequests.tenant_id, tenant_id))
    .orderBy(desc(supportRequests.id))
    .limit(limits.pageRows)
  return { items: found.map(({ request, name }) => shown(request, name)), most_hours: config.SUPPORT_MAX_HOURS }
}

/** The tenant decides, or its policy. 409 `refused_in_state` for one that nobody enters. */
export async function askForSupport(scope: StaffScope, tenant_id: string, input: { reason: string; mode: SupportMode; hours: number }) {
  const { tx, actor } = scope
  const [tenant] = await tx.select().from(managedTenants).where(eq(managedTenants.id, tenant_id))
  if (!tenant) throw notFound('tenant')
  if (!['active', 'grace'].includes(tenant.state))
    throw new Problem(409, 'refused_in_state', `Nobody enters a tenant that is ${tenant.state}`)
  if (input.hours > config.SUPPORT_MAX_HOURS) throw invalid('/hours', `must be at most ${config.SUPPORT_MAX_HOURS}`)
  const [me] = await tx.select().from(staff).where(eq(staff.id, actor.id))
  const [made] = await tx
    .insert(supportRequests)
    .values({ tenant_id, staff_id: actor.id, ...input })
    .returning()
  const { id, name, email } = me!
  await queueDelivery(scope, tenant_id, {
    kind: 'support.request',
    body: { tenant_id, id: made!.id, staff: { id, name, email }, ...input },
  })
  await audit(scope, 'support.ask', made!.id, { tenant_id, after: made })
  return shown(made!, name)
}

async function ownRequest({ tx, actor }: StaffScope, id: string) {
  const [request] = await tx
    .select()
    .from(supportRequests)
    .where(and(eq(supportRequests.id, id), eq(supportRequests.staff_id, actor.id)))
    .for('update')
  if (!request) throw notFound('support request')
  return request
}

/** Where the browser of who asked goes next: a signed way in, for a minute, taken once. 409 `not_active` while the tenant has not let him in, or no longer. */
export async function enterTenant(scope: StaffScope, id: string) {
  const request = await ownRequest(scope, id)
  const [secret] = config.CLOUD_WEBHOOK_HMAC_SECRET
  if (!secret || request.state !== 'active' || request.expires_at! <= now())
    throw new Problem(409, 'not_active', 'The tenant does not let you in')
  await audit(scope, 'support.hand_off', id, { tenant_id: request.tenant_id })
  const code = handOff.write(secret, { grant_id: id, tenant_id: request.tenant_id, staff_id: scope.actor.id })
  // Behind the #, which browsers send to nobody.
  return { url: `${config.CLOUD_CONSOLE_URL || config.CLOUD_URL}/support#${code}` }
}

/** Also of a colleague: the Cloud ends its sessions as soon as it is told. */
export async function endSupport(scope: StaffScope, id: string) {
  const { tx } = scope
  const [request] = await tx.select().from(supportRequests).where(eq(supportRequests.id, id)).for('update')
  if (!request) throw notFound('support request')
  if (!['asked', 'active'].includes(request.state)) throw new Problem(409, 'already_decided', 'It has ended already')
  const [after] = await tx.update(supportRequests).set({ state: 'ended', ended_at: now() }).where(eq(supportRequests.id, id)).returning()
  await queueDelivery(scope, request.tenant_id, { kind: 'support.end', body: { tenant_id: request.tenant_id, id } })
  await audit(scope, 'support.end', id, { tenant_id: request.tenant_id })
  const [who] = await tx.select({ name: staff.name }).from(staff).where(eq(staff.id, request.staff_id))
  return shown(after!, who!.name)
}
