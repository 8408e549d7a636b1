import { and, eq, ilike } from 'drizzle-orm'
import { now } from '../../core/clock'
import { Problem, notFound } from '../../core/errors'
import { type Paging, containing, keyset } from '../../core/wire'
import { type StaffScope, audit } from '../scope'
import { managedTenants } from './schema'
import { type TenantEvent, type TenantState, after as stateAfter, eventsIn } from '../states'

type Tenant = typeof managedTenants.$inferSelect

const told = (tenant: Tenant) => ({ ...tenant, events: eventsIn(tenant.state) })

/** By id, which is by age. */
export async function listTenants({ tx }: StaffScope, { state, search, ...paging }: Paging & { state?: TenantState; search?: string }) {
  const { rows, after, order, cut } = keyset(paging, managedTenants.id, { descending: true })
  const found = await tx
    .select()
    .from(managedTenants)
    .where(
      and(state ? eq(managedTenants.state, state) : undefined, search ? ilike(managedTenants.name, containing(search)) : undefined, after),
    )
    .orderBy(order)
    .limit(rows)
  return cut(found.map(told))
}

export async function getTenant({ tx }: StaffScope, id: string) {
  const [tenant] = await tx.select().from(managedTenants).where(eq(managedTenants.id, id))
  if (!tenant) throw notFound('tenant')
  return told(tenant)
}

/** 409 `refused_in_state` where the event has no place. */
export async function changeState(scope: StaffScope, id: string, event: TenantEvent, reason?: string, more: Partial<Tenant> = {}) {
  const { tx } = scope
  const [before] = await tx.select().from(managedTenants).where(eq(managedTenants.id, id)).for('update')
  if (!before) throw notFound('tenant')
  const state = stateAfter(before.state, event)
  if (!state) throw new Problem(409, 'refused_in_state', `A tenant that is ${before.state} cannot ${event}`)
  const [after] = await tx
    .update(managedTenants)
    .set({ delete_after: null, ...more, state, state_since: now(), state_reason: reason ?? null })
    .where(eq(managedTenants.id, id))
    .returning()
  await audit(scope, `tenants.${event}`, id, { tenant_id: id, before: { state: before.state }, after: { state, reason } })
  return told(after!)
}
