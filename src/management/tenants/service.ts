import { and, eq, ilike, isNull } from 'drizzle-orm'
import { now } from '../../core/clock'
import { Problem, notFound } from '../../core/errors'
import { type Paging, containing, keyset } from '../../core/wire'
import { queueDelivery } from '../deliveries/service'
import { usageOf } from '../fleet/service'
import { tenantLicences } from '../licences/schema'
import { graceEnd } from '../licences/terms'
import { type StaffScope, audit } from '../scope'
import { type TenantEvent, type TenantState, after as stateAfter, eventsIn } from '../states'
import { managedTenants } from './schema'

type Tenant = typeof managedTenants.$inferSelect
type Licence = typeof tenantLicences.$inferSelect

const told = (tenant: Tenant, licence: Licence | null) => ({
  ...tenant,
  events: eventsIn(tenant.state),
  licence: licence && { ...licence, grace_ends_at: graceEnd(licence) },
})

const withLicence = ({ tx }: StaffScope) =>
  tx
    .select({ tenant: managedTenants, licence: tenantLicences })
    .from(managedTenants)
    .leftJoin(tenantLicences, and(eq(tenantLicences.tenant_id, managedTenants.id), isNull(tenantLicences.ended_at)))

/** Newest first, each with the licence that holds. */
export async function listTenants(scope: StaffScope, { state, search, ...paging }: Paging & { state?: TenantState; search?: string }) {
  const { rows, after, order, cut } = keyset(paging, managedTenants.id, { descending: true })
  const found = await withLicence(scope)
    .where(
      and(state ? eq(managedTenants.state, state) : undefined, search ? ilike(managedTenants.name, containing(search)) : undefined, after),
    )
    .orderBy(order)
    .limit(rows)
  return cut(found.map(({ tenant, licence }) => told(tenant, licence)))
}

export async function getTenant(scope: StaffScope, id: string) {
  const [found] = await withLicence(scope).where(eq(managedTenants.id, id))
  if (!found) throw notFound('tenant')
  return { ...told(found.tenant, found.licence), ...(await usageOf(scope, id)) }
}

interface Administrator {
  email: string
  language: 'en' | 'it'
}

/** Waits for its licence; the Cloud makes it and invites its first administrator as soon as it is told. */
export async function createTenant(scope: StaffScope, { name, administrator }: { name: string; administrator: Administrator }) {
  const id = Bun.randomUUIDv7()
  const [made] = await scope.tx.insert(managedTenants).values({ id, name, state: 'pending' }).returning()
  await queueDelivery(scope, id, { kind: 'tenant.create', body: { tenant_id: id, name, administrator } })
  await audit(scope, 'tenants.create', id, { tenant_id: id, after: { name, administrator: administrator.email } })
  return told(made!, null)
}

/** Another invitation to be an administrator: the first was lost, or went to a wrong address. */
export async function inviteAdministrator(scope: StaffScope, id: string, administrator: Administrator) {
  const tenant = await getTenant(scope, id)
  if (['offboarding', 'deleted'].includes(tenant.state))
    throw new Problem(409, 'refused_in_state', `Nobody is invited to a tenant that is ${tenant.state}`)
  await queueDelivery(scope, id, { kind: 'tenant.create', body: { tenant_id: id, name: tenant.name, administrator } })
  await audit(scope, 'tenants.invite', id, { tenant_id: id, after: { administrator: administrator.email } })
}

/** What a tenant that is let in becomes: its licence may have run out meanwhile, and even its days of grace. */
function letIn(before: TenantState, licence: Licence | null): TenantState {
  if (!licence) throw new Problem(409, 'licence_required', 'Give the tenant a licence first')
  const { expires_at } = licence
  if (!expires_at || expires_at > now()) return 'active'
  if (before === 'grace' || graceEnd(licence)! <= now())
    throw new Problem(409, 'licence_required', 'Its licence has run out; give the tenant another first')
  return 'grace'
}

/** 409 `refused_in_state` where the event has no place, `licence_required` where there is none that lets it in. The Cloud is told. */
export async function changeState(scope: StaffScope, id: string, event: TenantEvent, reason?: string, more: Partial<Tenant> = {}) {
  const { tx } = scope
  const [before] = await tx.select().from(managedTenants).where(eq(managedTenants.id, id)).for('update')
  if (!before) throw notFound('tenant')
  const wanted = stateAfter(before.state, event)
  if (!wanted) throw new Problem(409, 'refused_in_state', `A tenant that is ${before.state} cannot ${event}`)
  const [found] = await withLicence(scope).where(eq(managedTenants.id, id))
  const state = wanted === 'active' ? letIn(before.state, found?.licence ?? null) : wanted
  const [after] = await tx
    .update(managedTenants)
    .set({ delete_after: null, ...more, state, state_since: now(), state_reason: reason ?? null })
    .where(eq(managedTenants.id, id))
    .returning()
  await queueDelivery(scope, id)
  await audit(scope, `tenants.${event}`, id, { tenant_id: id, before: { state: before.state }, after: { state, reason } })
  return told(after!, found?.licence ?? null)
}
