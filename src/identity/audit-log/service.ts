import { and, eq, gte, lt, or, sql } from 'drizzle-orm'
import { auditLog } from '../../core/schema'
import type { Scope } from '../../core/scope'
import { type Paging, containing, keyset } from '../../core/wire'

export interface AuditFilter extends Paging {
  action?: string
  actor_id?: string
  entity_id?: string
  search?: string
  from?: Date
  to?: Date
}

/** Whoever did it, by the name it has today. */
const actorName = sql<string | null>`coalesce(
  (select m.name from membership m where m.tenant_id = audit_log.tenant_id and m.user_id = audit_log.actor_id),
  (select k.name from api_token k where k.tenant_id = audit_log.tenant_id and k.id = audit_log.actor_id),
  (select d.name from device d where d.tenant_id = audit_log.tenant_id and d.id = audit_log.actor_id))`

const placed = ['device', 'org_unit', 'alert', 'command'].map((table) => sql.raw(table))

/** Who sees a part of the organization sees what he did himself, and what became of the things he sees. */
const visible = ({ actor }: Scope) =>
  actor.units === 'all'
    ? undefined
    : or(
        eq(auditLog.actor_id, actor.id),
        ...placed.map(
          (table) =>
            sql`exists (select from ${table} thing where thing.tenant_id = audit_log.tenant_id and thing.id = audit_log.entity_id)`,
        ),
      )

/** Newest first. `action` may end in `.*`. */
export async function listAudit(scope: Scope, { action, actor_id, entity_id, search, from, to, ...paging }: AuditFilter) {
  const { tx, own } = scope
  const { rows, after, order, cut } = keyset(paging, auditLog.id, { descending: true })
  const found = await tx
    .select({ entry: auditLog, actor_name: actorName })
    .from(auditLog)
    .where(
      and(
        own(auditLog),
        visible(scope),
        action
          ? action.endsWith('.*')
            ? sql`${auditLog.action} like ${`${action.slice(0, -1).replace(/[\\%_]/g, '\\$&')}%`}`
            : eq(auditLog.action, action)
          : undefined,
        actor_id ? eq(auditLog.actor_id, actor_id) : undefined,
        entity_id ? eq(auditLog.entity_id, entity_id) : undefined,
        search
          ? sql`(${auditLog.action} ilike ${containing(search)} or ${auditLog.before}::text ilike ${containing(search)} or ${auditLog.after}::text ilike ${containing(search)})`
          : undefined,
        from ? gte(auditLog.at, from) : undefined,
        to ? lt(auditLog.at, to) : undefined,
        after,
      ),
    )
    .orderBy(order)
    .limit(rows)
  return cut(found.map(({ entry, actor_name }) => ({ ...entry, actor_name })))
}
