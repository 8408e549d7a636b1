import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import { now, nowMs } from '../../core/clock'
import { Problem, invalid, notFound } from '../../core/errors'
import type { Feature } from '../../core/feature-flags'
import { expectVersion } from '../../core/scope'
import { queueDelivery } from '../deliveries/service'
import { type StaffScope, audit, inManagement, plane } from '../scope'
import { managedTenants } from '../tenants/schema'
import { changeState } from '../tenants/service'
import { plans, tenantLicences } from './schema'

interface Terms {
  features: Feature[]
  max_users: number | null
  max_devices: number | null
  grace_days: number
}
type Plan = typeof plans.$inferSelect

export async function listPlans({ tx }: StaffScope) {
  return { items: await tx.select().from(plans).orderBy(plans.name) }
}

/** 409 `already_exists` for a name that is taken. */
export async function createPlan(scope: StaffScope, input: Terms & { name: string }) {
  const [made] = await scope.tx.insert(plans).values(input).returning()
  await audit(scope, 'plans.create', made!.id, { after: made })
  return made!
}

/** Licences that were given stay as they are. */
export async function updatePlan(scope: StaffScope, id: string, change: Partial<Terms & { name: string; archived: boolean }>) {
  const [before] = await scope.tx.select().from(plans).where(eq(plans.id, id)).for('update')
  if (!before) throw notFound('plan')
  expectVersion(scope, before)
  const [after] = await scope.tx
    .update(plans)
    .set({ ...change, updated_at: now() })
    .where(eq(plans.id, id))
    .returning()
  await audit(scope, 'plans.update', id, { before, after })
  return after!
}

const isCurrent = (tenant_id: string) => and(eq(tenantLicences.tenant_id, tenant_id), isNull(tenantLicences.ended_at))

async function currentLicence({ tx }: StaffScope, tenant_id: string) {
  const [found] = await tx.select().from(tenantLicences).where(isCurrent(tenant_id))
  return found
}

/** Newest first. */
export async function listLicences({ tx }: StaffScope, tenant_id: string) {
  const items = await tx.select().from(tenantLicences).where(eq(tenantLicences.tenant_id, tenant_id)).orderBy(desc(tenantLicences.id))
  return { items }
}

const termsOf = ({ name, features, max_users, max_devices, grace_days }: Plan) => ({
  plan: name,
  features,
  max_users,
  max_devices,
  grace_days,
})

/**
 * In place of the one before; what the plan says may be said otherwise for this tenant. One that is in grace is active again. It is a change of the
 * tenant: If-Match names the version of that.
 */
export async function giveLicence(
  scope: StaffScope,
  tenant_id: string,
  { plan_id, reason, expires_at, ...otherwise }: Partial<Terms> & { plan_id: string; reason: string; expires_at: Date | null },
) {
  const { tx, actor } = scope
  const [tenant] = await tx.select().from(managedTenants).where(eq(managedTenants.id, tenant_id)).for('update')
  if (!tenant) throw notFound('tenant')
  expectVersion(scope, tenant)
  if (['offboarding', 'deleted'].includes(tenant.state))
    throw new Problem(409, 'refused_in_state', `A tenant that is ${tenant.state} gets no licence`)
  const [plan] = await tx.select().from(plans).where(eq(plans.id, plan_id))
  if (!plan || plan.archived) throw invalid('/plan_id', 'is not a plan of the catalogue')
  if (expires_at && expires_at.getTime() <= nowMs()) throw invalid('/expires_at', 'must be in the future')
  const before = await currentLicence(scope, tenant_id)
  await tx.update(tenantLicences).set({ ended_at: now() }).where(isCurrent(tenant_id))
  const [after] = await tx
    .insert(tenantLicences)
    .values({ tenant_id, ...termsOf(plan), ...otherwise, expires_at, given_by: actor.id, reason })
    .returning()
  await audit(scope, 'licences.give', after!.id, { tenant_id, before, after })
  if (tenant.state === 'grace') await changeState(scope, tenant_id, 'activate', 'a licence was given')
  else await queueDelivery(scope, tenant_id)
  return after!
}

/** Tenants whose licence has run out, and those whose days of grace are over. Each in a transaction of its own, so that one holds up no other. */
export async function expireLicences() {
  const due = await inManagement(plane, 'read only', ({ tx }) =>
    tx
      .select({ id: managedTenants.id, state: managedTenants.state })
      .from(managedTenants)
      .innerJoin(tenantLicences, and(eq(tenantLicences.tenant_id, managedTenants.id), isNull(tenantLicences.ended_at)))
      .where(
        sql`(${managedTenants.state} = 'active' and ${tenantLicences.expires_at} <= ${now().toISOString()})
          or (${managedTenants.state} = 'grace' and ${tenantLicences.expires_at} + ${tenantLicences.grace_days} * interval '1 day' <= ${now().toISOString()})`,
      ),
  )
  for (const { id, state } of due)
    await inManagement(plane, 'read write', (scope) => changeState(scope, id, state === 'active' ? 'expire' : 'lapse')).catch(
      (error: unknown) => {
        // Somebody was quicker: a new licence, or another process.
        if (!(error instanceof Problem)) throw error
      },
    )
  return due.length
}
