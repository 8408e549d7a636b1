import { and, eq, sql } from 'drizzle-orm'
import { Problem } from '../../core/errors'
import type { Scope } from '../../core/scope'
import { naturally } from '../../core/table'
import { licences } from '../licences/schema'
import { tenants } from '../tenants/schema'
import { memberships, users } from '../users/schema'

const ended = () => new Problem(401, 'unauthenticated', 'Sign in first')

type Status = (typeof tenants.$inferSelect)['status']

/** A tenant in its days of grace sees when they end. */
async function describeTenant({ tx, own }: Scope, tenant: { id: string; name: string; status: Status }) {
  if (tenant.status !== 'grace') return { ...tenant, grace_ends_at: null }
  const [licence] = await tx.select({ grace_ends_at: licences.grace_ends_at }).from(licences).where(own(licences))
  return { ...tenant, grace_ends_at: licence?.grace_ends_at ?? null }
}

/** Somebody of the platform is no member: he is described by his grant. */
async function describeSupport(scope: Scope, session: { id: string; expires_at: Date }) {
  const { tx, actor } = scope
  const [me] = await tx.execute<{ email: string; name: string; tenant: string; status: Status }>(
    sql`select g.staff_email as email, g.staff_name as name, t.name as tenant, t.status from support_grant g join tenant t on t.id = g.tenant_id
      where g.tenant_id = ${actor.tenant_id} and g.id = ${actor.support!.grant_id}`,
  )
  if (!me) throw ended()
  return {
    user: { id: actor.id, email: me.email, name: me.name, verified_at: null },
    tenant: await describeTenant(scope, { id: actor.tenant_id, name: me.tenant, status: me.status }),
    permissions: [...actor.permissions],
    org_units: 'all' as const,
    session,
    support: actor.support!.mode,
  }
}

export async function describeMe(scope: Scope, session: { id: string; expires_at: Date }) {
  const { tx, own, actor } = scope
  if (actor.support) return describeSupport(scope, session)
  const [me] = await tx
    .select({ email: users.email, verified_at: users.verified_at, name: memberships.name, membership_id: memberships.id, tenant: tenants })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .innerJoin(tenants, eq(tenants.id, memberships.tenant_id))
    .where(and(own(memberships), eq(memberships.user_id, actor.id)))
  if (!me) throw ended()
  return {
    user: { id: actor.id, email: me.email, name: me.name, verified_at: me.verified_at },
    tenant: await describeTenant(scope, { id: me.tenant.id, name: me.tenant.name, status: me.tenant.status }),
    permissions: [...actor.permissions],
    org_units: actor.units === 'all' ? ('all' as const) : await unitNames(tx),
    session,
    support: null,
  }
}

const unitNames = (tx: Scope['tx']) =>
  tx.execute<{ id: string; name: string }>(
    sql`select id, name from org_unit where tenant_id = current_tenant() order by ${naturally(sql`name`)}`,
  )
