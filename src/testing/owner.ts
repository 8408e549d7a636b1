import postgres from 'postgres'

/** A connection that row-level security does not bind: for what no part of the program may do (suspend a tenant, read a hash). */
export const owner = postgres(Bun.env.DATABASE_OWNER_URL!, { max: 2, onnotice: () => {}, fetch_types: false })

export const setTenantStatus = (tenant_id: string, status: string) => owner`update tenant set status = ${status} where id = ${tenant_id}`

/** What the audit log holds of a tenant, oldest first, read past the program. */
export const auditOf = (tenant_id: string, action: string) =>
  owner`select actor_id, entity_id, before, after from audit_log where tenant_id = ${tenant_id} and action = ${action} order by id`
