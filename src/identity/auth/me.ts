import { and, eq, sql } from 'drizzle-orm'
import { Problem } from '../../core/errors'
import type { Scope } from '../../core/scope'
import { tenants } from '../tenants/schema'
import { memberships, users } from '../users/schema'

const ended = () => new Problem(401, 'unauthenticated', 'Sign in first')

/** Somebody of the platform is no member: he is described by his grant. */
async function describeSupport({ tx, actor }: Scope, session: { id: string; expires_at: Date }) {
  const [me] = await tx.execute<{ email: string; name: string; tenant: string; status: (typeof tenants.$inferSelect)['status'] }>(
    sql`select g.staff_email as email, g.staff_name as name, t.name as tenant, t.status from support_grant g join tenant t on t.id = g.tenant_id
      where g.tenant_id = ${actor.tenant_id} and g.id = ${actor.support!.grant_id}`,
  )
  if (!me) throw ended()
  return {
    user: { id: actor.id, email: me.email, name: me.name, verified_at: null },
    tenant: { id: actor.tenant_id, name: me.tenant, status: me.status },
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
    tenant: { id: me.tenant.id, name: me.tenant.name, status: me.tenant.status },
    permissions: [...actor.permissions],
    org_units: actor.units === 'all' ? ('all' as const) : await unitNames(tx),
    session,
    support: null,
  }
}

const unitNames = (tx: Scope['tx']) =>
  tx.execute<{ id: string; name: string }>(sql`select id, name from org_unit where tenant_id = current_tenant() order by name`)
