import { eq } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { notFound } from '../../core/errors'
import { type Scope, expectVersion } from '../../core/scope'
import { isManaged } from '../licences/service'
import { createBuiltInGroups } from '../groups/service'
import { tenants } from './schema'

/** A new tenant with its built-in groups, waiting for its licence where those are given out; the scope's actor must already be in it. Returns the id of the group Admin. */
export async function createTenant(scope: Scope, name: string): Promise<{ admin_group_id: string }> {
  const { tx, actor } = scope
  await tx.insert(tenants).values({ id: actor.tenant_id, name, status: isManaged() ? 'pending' : 'active' })
  const admin_group_id = await createBuiltInGroups(scope)
  await audit(scope, 'tenants.create', actor.tenant_id, { after: { name } })
  return { admin_group_id }
}

export async function getTenant({ tx, actor }: Scope) {
  const [tenant] = await tx.select().from(tenants).where(eq(tenants.id, actor.tenant_id))
  if (!tenant) throw notFound('organization')
  return tenant
}

export async function renameTenant(scope: Scope, name: string) {
  await scope.tx.select({ id: tenants.id }).from(tenants).where(eq(tenants.id, scope.actor.tenant_id)).for('no key update')
  const before = await getTenant(scope)
  expectVersion(scope, before)
  const [after] = await scope.tx.update(tenants).set({ name }).where(eq(tenants.id, before.id)).returning()
  await audit(scope, 'tenants.update', before.id, { before, after })
  return after!
}
