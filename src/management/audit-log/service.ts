import { and, eq } from 'drizzle-orm'
import { type Paging, keyset } from '../../core/wire'
import type { StaffScope } from '../scope'
import { staff } from '../staff/schema'
import { managedTenants } from '../tenants/schema'
import { auditEntries } from './schema'

interface Filter {
  tenant_id?: string
  actor_id?: string
}

/** Newest first, each with the names of who did it and of the tenant it is about. */
export async function listEntries({ tx }: StaffScope, { tenant_id, actor_id, ...paging }: Paging & Filter) {
  const { rows, after, order, cut } = keyset(paging, auditEntries.id, { descending: true })
  const found = await tx
    .select({ entry: auditEntries, actor_name: staff.name, tenant_name: managedTenants.name })
    .from(auditEntries)
    .leftJoin(staff, eq(staff.id, auditEntries.actor_id))
    .leftJoin(managedTenants, eq(managedTenants.id, auditEntries.tenant_id))
    .where(
      and(tenant_id ? eq(auditEntries.tenant_id, tenant_id) : undefined, actor_id ? eq(auditEntries.actor_id, actor_id) : undefined, after),
    )
    .orderBy(order)
    .limit(rows)
  return cut(found.map(({ entry, ...names }) => ({ ...entry, ...names })))
}
