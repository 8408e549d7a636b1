import { type SQL, and, eq, gte, lt, ne, or, sql } from 'drizzle-orm'
import { notFound } from '../../core/errors'
import type { Exported } from '../../core/export'
import { type Outcome, auditLog } from '../../core/schema'
import type { Scope } from '../../core/scope'
import { type Paging, containing, keyset } from '../../core/wire'
import { inUnits } from '../org-units/subtree'

export interface AuditFilter {
  action?: string
  action_not?: string
  actor_id_not?: string
  outcome_not?: Outcome
  actor_id?: string
  /** The first word of actions: what kind of thing they are about. */
  entity_type?: string
  entity_id?: string
  /** A device, its keys and its commands. */
  device_id?: string
  outcome?: Outcome
  /** Of what stands in a unit or below it. */
  org_unit_id?: string
  search?: string
  from?: Date | string
  to?: Date | string
}

/** Whoever did it, by the name it has today. */
const actorName = sql<string | null>`coalesce(
  (select m.name from membership m where m.tenant_id = audit_log.tenant_id and m.user_id = audit_log.actor_id),
  (select k.name from api_token k where k.tenant_id = audit_log.tenant_id and k.id = audit_log.actor_id),
  (select d.name from device d where d.tenant_id = audit_log.tenant_id and d.id = audit_log.actor_id),
  (select g.staff_name from support_grant g where g.tenant_id = audit_log.tenant_id and g.id = audit_log.grant_id))`

/** What stands in a unit, and in which. */
const unitOf: Record<string, SQL> = {
  device: sql`thing.org_unit_id`,
  alert: sql`thing.org_unit_id`,
  org_unit: sql`thing.id`,
  command: sql`(select d.org_unit_id from device d where d.tenant_id = thing.tenant_id and d.id = thing.device_id)`,
}

/** Who sees a part of the organization sees what he did himself, and what became of the things he sees. */
const visible = ({ actor }: Scope) =>
  actor.units === 'all'
    ? undefined
    : or(
        eq(auditLog.actor_id, actor.id),
        ...Object.keys(unitOf).map(
          (table) =>
            sql`exists (select from ${sql.raw(table)} thing where thing.tenant_id = audit_log.tenant_id and thing.id = audit_log.entity_id)`,
        ),
      )

const standsIn = (scope: Scope, id: string) =>
  or(
    ...Object.entries(unitOf).map(
      ([table, unit]) =>
        sql`exists (select from ${sql.raw(table)} thing where thing.tenant_id = audit_log.tenant_id and thing.id = audit_log.entity_id and ${inUnits(scope, unit, id)})`,
    ),
  )

const ofDevice = (id: string) => sql`${auditLog.entity_id} in (select ${id}::uuid
  union all select thing.id from device_key thing where thing.tenant_id = current_tenant() and thing.device_id = ${id}
  union all select thing.id from command thing where thing.tenant_id = current_tenant() and thing.device_id = ${id})`

const beginsWith = (text: string) => sql`${auditLog.action} like ${`${text.replace(/[\\%_]/g, '\\$&')}%`}`

/** `action` may end in `.*`. */
function matching(scope: Scope, filter: AuditFilter): SQL | undefined {
  const { action, action_not, actor_id, actor_id_not, entity_type, entity_id, device_id } = filter
  const { outcome, outcome_not, org_unit_id, search, from, to } = filter
  return and(
    action_not ? ne(auditLog.action, action_not) : undefined,
    actor_id_not ? ne(auditLog.actor_id, actor_id_not) : undefined,
    outcome_not ? ne(auditLog.outcome, outcome_not) : undefined,
    action ? (action.endsWith('.*') ? beginsWith(action.slice(0, -1)) : eq(auditLog.action, action)) : undefined,
    entity_type ? beginsWith(`${entity_type}.`) : undefined,
    actor_id ? eq(auditLog.actor_id, actor_id) : undefined,
    entity_id ? eq(auditLog.entity_id, entity_id) : undefined,
    device_id ? ofDevice(device_id) : undefined,
    outcome ? eq(auditLog.outcome, outcome) : undefined,
    org_unit_id ? standsIn(scope, org_unit_id) : undefined,
    search
      ? sql`(${auditLog.action} ilike ${containing(search)} or ${auditLog.before}::text ilike ${containing(search)} or ${auditLog.after}::text ilike ${containing(search)})`
      : undefined,
    from ? gte(auditLog.at, new Date(from)) : undefined,
    to ? lt(auditLog.at, new Date(to)) : undefined,
  )
}

const shown = ({ entry, actor_name }: { entry: typeof auditLog.$inferSelect; actor_name: string | null }) => {
  const { version: _, ...rest } = entry
  return { ...rest, actor_name, entity_type: entry.action.slice(0, entry.action.indexOf('.')) }
}

/** Newest first. */
export async function listAudit(scope: Scope, { limit, cursor, ...filter }: AuditFilter & Paging) {
  const { tx, own } = scope
  const { rows, after, order, cut } = keyset({ limit, cursor }, auditLog.id, { descending: true })
  const found = await tx
    .select({ entry: auditLog, actor_name: actorName })
    .from(auditLog)
    .where(and(own(auditLog), visible(scope), matching(scope, filter), after))
    .orderBy(order)
    .limit(rows)
  return cut(found.map(shown))
}

export async function getAudit(scope: Scope, id: string) {
  const { tx, own } = scope
  const [found] = await tx
    .select({ entry: auditLog, actor_name: actorName })
    .from(auditLog)
    .where(and(own(auditLog), visible(scope), eq(auditLog.id, id)))
  if (!found) throw notFound('entry')
  return shown(found)
}

type Entry = Awaited<ReturnType<typeof listAudit>>['items'][number]

export const auditExport: Exported<AuditFilter, Entry> = {
  kind: 'audit',
  permission: 'audit.export',
  columns: {
    at: ({ at }) => at,
    actor_kind: ({ actor_kind }) => actor_kind,
    actor_id: ({ actor_id }) => actor_id,
    actor_name: ({ actor_name }) => actor_name,
    action: ({ action }) => action,
    outcome: ({ outcome }) => outcome,
    entity_type: ({ entity_type }) => entity_type,
    entity_id: ({ entity_id }) => entity_id,
    before: ({ before }) => before,
    after: ({ after }) => after,
    address: ({ address }) => address,
    request_id: ({ request_id }) => request_id,
    grant_id: ({ grant_id }) => grant_id,
    id: ({ id }) => id,
  },
  page: listAudit,
}
