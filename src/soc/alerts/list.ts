import { and, eq, inArray, isNull, not, or, sql } from 'drizzle-orm'
import { type BulkInput, type BulkRows, inBulk } from '../../core/bulk'
import type { Exported } from '../../core/export'
import { type Scope, personOf } from '../../core/scope'
import { lookThrough, occursIn } from '../../core/text-search'
import { type Paging, keyset, uuids } from '../../core/wire'
import { inUnits } from '../../identity/org-units/subtree'
import { type Alert, shown } from './alert'
import { assertAssignable } from './assignees'
import { type alertStates, alertText, alerts, type severities } from './schema'
import { rankOf } from './service'
import { type Closing, type Verdict, acknowledgeAlert, assignAlert, closeAlert, reopenAlert } from './triage'

export const alertOrders = ['created_at', '-created_at', 'severity', '-severity', 'last_seen_at', '-last_seen_at'] as const

type Status = (typeof alertStates)[number]
type Severity = (typeof severities)[number]
type Time = Date | string

/** Values of one field are alternatives, fields add up; `_not` leaves out. */
export interface AlertFilter {
  search?: string
  title_contains?: string
  status?: Status[]
  status_not?: Status[]
  severity?: Severity[]
  severity_not?: Severity[]
  /** Users by their ids, `me` for the caller, `nobody` for what is no one's. */
  assigned_to?: string[]
  assigned_to_not?: string[]
  verdict?: Verdict[]
  verdict_not?: Verdict[]
  rule?: string[]
  rule_not?: string[]
  device_id?: string
  /** A unit stands for all that is below it, too. */
  org_unit_id?: string
  org_unit_id_not?: string
  last_seen_at_after?: Time
  last_seen_at_before?: Time
}
export interface AlertQuery extends AlertFilter, Paging {
  sort?: (typeof alertOrders)[number]
}

function assignedTo({ actor }: Scope, wanted: readonly string[]) {
  const ids = wanted.map((id) => (id === 'me' ? personOf(actor) : id))
  const to = sql`(${alerts.assigned_to} = any(${uuids(ids)}))`
  return wanted.includes('nobody') ? sql`(${to} or ${alerts.assigned_to} is null)` : to
}

async function matching(scope: Scope, filter: AlertFilter) {
  const { search, title_contains, status, status_not, severity, severity_not, rule, rule_not } = filter
  const { assigned_to, assigned_to_not, verdict, verdict_not } = filter
  const { device_id, org_unit_id, org_unit_id_not, last_seen_at_after, last_seen_at_before } = filter
  const occurs = search ? await occursIn(scope, alertText, search) : undefined
  const condition = and(
    scope.own(alerts),
    occurs?.condition,
    title_contains ? sql`position(lower(${title_contains}) in lower(${alerts.title})) > 0` : undefined,
    status?.length ? inArray(alerts.status, status) : undefined,
    status_not?.length ? not(inArray(alerts.status, status_not)) : undefined,
    severity?.length ? inArray(alerts.severity, severity) : undefined,
    severity_not?.length ? not(inArray(alerts.severity, severity_not)) : undefined,
    assigned_to?.length ? assignedTo(scope, assigned_to) : undefined,
    assigned_to_not?.length ? sql`${assignedTo(scope, assigned_to_not)} is not true` : undefined,
    verdict?.length ? inArray(alerts.verdict, verdict) : undefined,
    verdict_not?.length ? sql`(${inArray(alerts.verdict, verdict_not)}) is not true` : undefined,
    rule?.length ? inArray(alerts.rule, rule) : undefined,
    rule_not?.length ? sql`(${inArray(alerts.rule, rule_not)}) is not true` : undefined,
    device_id ? eq(alerts.device_id, device_id) : undefined,
    org_unit_id ? inUnits(scope, alerts.org_unit_id, org_unit_id) : undefined,
    org_unit_id_not ? or(isNull(alerts.org_unit_id), not(inUnits(scope, alerts.org_unit_id, org_unit_id_not))) : undefined,
    last_seen_at_after ? sql`${alerts.last_seen_at} >= ${new Date(last_seen_at_after).toISOString()}` : undefined,
    last_seen_at_before ? sql`${alerts.last_seen_at} < ${new Date(last_seen_at_before).toISOString()}` : undefined,
  )
  return { condition, isIndexed: occurs ? occurs.isIndexed : !title_contains }
}

type Found = { alert: typeof alerts.$inferSelect; rank: string }

/** Ids are made in the order of time: newest first needs no other column. */
const sortable = {
  created_at: undefined,
  severity: { by: sql`${rankOf(alerts.severity)}::text`, key: ({ rank }: Found) => rank },
  last_seen_at: { by: sql`${alerts.last_seen_at}`, key: ({ alert }: Found) => alert.last_seen_at.toISOString() },
}

export async function listAlerts(scope: Scope, { limit, cursor, sort = '-created_at', ...filter }: AlertQuery) {
  const order = sortable[sort.replace('-', '') as keyof typeof sortable]
  const keys = keyset({ limit, cursor }, alerts.id, { by: order?.by, descending: sort.startsWith('-') })
  const { condition, isIndexed } = await matching(scope, filter)
  const where = and(scope.own(alerts), keys.after)
  // Only the order of ids has an index to walk along.
  const found = await lookThrough(
    { isIndexed: isIndexed || order !== undefined, table: alerts, where, keys, rows: keys.rows },
    (from, by) =>
      scope.tx
        .select({ alert: alerts, rank: sql<string>`${rankOf(alerts.severity)}::text` })
        .from(from)
        .where(and(condition, keys.after))
        .orderBy(by)
        .limit(keys.rows),
  )
  const page = keys.cut(
    found.map((row) => ({ ...row, id: row.alert.id })),
    order?.key,
  )
  return {
    items: await shown(
      scope,
      page.items.map(({ alert }) => alert),
    ),
    next_cursor: page.next_cursor,
  }
}

export async function countAlerts(scope: Scope, filter: AlertFilter) {
  const { condition } = await matching(scope, filter)
  return { count: await scope.tx.$count(alerts, condition) }
}

const bulkRows = (scope: Scope): BulkRows<AlertFilter> => ({
  page: async (filter) => {
    const { items, next_cursor } = await listAlerts(scope, filter)
    return { items: items.map(({ id, title }) => ({ id, name: title })), next_cursor }
  },
  named: (ids) =>
    scope.tx
      .select({ id: alerts.id, name: alerts.title })
      .from(alerts)
      .where(and(scope.own(alerts), sql`${alerts.id} = any(${uuids(ids)})`)),
})

type Which = BulkInput<AlertFilter>
const each = (scope: Scope, which: Which, work: (id: string) => Promise<Alert>) => inBulk(scope, which, bulkRows(scope), work)

export const acknowledgeAlerts = (scope: Scope, { comment, ...which }: Which & { comment?: string }) =>
  each(scope, which, (id) => acknowledgeAlert(scope, id, comment))

export async function assignAlerts(scope: Scope, { user_id, ...which }: Which & { user_id: string | null }) {
  if (user_id) await assertAssignable(scope, user_id)
  return each(scope, which, (id) => assignAlert(scope, id, user_id))
}

export const closeAlerts = (scope: Scope, { verdict, comment, ...which }: Which & Closing) =>
  each(scope, which, (id) => closeAlert(scope, id, { verdict, comment }))

export const reopenAlerts = (scope: Scope, which: Which) => each(scope, which, (id) => reopenAlert(scope, id))

export const alertExport: Exported<AlertFilter & Pick<AlertQuery, 'sort'>, Alert> = {
  kind: 'alerts',
  permission: 'alerts.export',
  columns: {
    title: ({ title }) => title,
    severity: ({ severity }) => severity,
    status: ({ status }) => status,
    device_name: ({ device_name }) => device_name,
    device_id: ({ device_id }) => device_id,
    org_unit_id: ({ org_unit_id }) => org_unit_id,
    source_ip: ({ source_ip }) => source_ip,
    destination_ip: ({ destination_ip }) => destination_ip,
    rule: ({ rule }) => rule,
    count: ({ count }) => count,
    first_seen_at: ({ first_seen_at }) => first_seen_at,
    last_seen_at: ({ last_seen_at }) => last_seen_at,
    acknowledged_at: ({ acknowledged_at }) => acknowledged_at,
    acknowledged_by: ({ acknowledged_by }) => acknowledged_by?.name,
    comment: ({ comment }) => comment,
    assigned_to: ({ assigned_to }) => assigned_to?.name,
    closed_at: ({ closed_at }) => closed_at,
    closed_by: ({ closed_by }) => closed_by?.name,
    verdict: ({ verdict }) => verdict,
    closing_comment: ({ closing_comment }) => closing_comment,
    id: ({ id }) => id,
  },
  page: listAlerts,
}
