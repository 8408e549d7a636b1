import { type SQL, type SQLWrapper, and, gte, inArray, sql } from 'drizzle-orm'
import { routine } from '../../core/audit'
import type { Scope } from '../../core/scope'
import { type Paging, firstIdAt } from '../../core/wire'
import { listAudit } from '../../identity/audit-log/service'
import { inUnits } from '../../identity/org-units/subtree'
import { type Alert, getAlert, peopleOf, personIn, shown, tell } from './alert'
import { type verdicts, alertActions, alerts, severities } from './schema'

export interface SummaryQuery {
  org_unit_id?: string
  since?: Date | string
}

type Severity = (typeof severities)[number]

/** Within a unit and those below it; with `since`, also what came, was taken and was closed from then on. */
export async function summarizeAlerts(scope: Scope, { org_unit_id, since }: SummaryQuery) {
  const { tx, own } = scope
  const place = and(own(alerts), org_unit_id ? inUnits(scope, alerts.org_unit_id, org_unit_id) : undefined)
  const rows = await tx
    .select({ status: alerts.status, severity: alerts.severity, count: sql<number>`count(*)::int` })
    .from(alerts)
    .where(and(place, inArray(alerts.status, ['open', 'acknowledged'])))
    .groupBy(alerts.status, alerts.severity)
  const open = (severity: Severity) => rows.find((row) => row.status === 'open' && row.severity === severity)?.count ?? 0
  const acknowledged = rows.filter(({ status }) => status === 'acknowledged').reduce((sum, { count }) => sum + count, 0)
  const told = { open: { low: open('low'), medium: open('medium'), high: open('high'), critical: open('critical') }, acknowledged }
  if (!since) return told
  const from = new Date(since)
  const howMany = (happened: SQL) => tx.$count(alerts, and(place, happened))
  return {
    ...told,
    since: {
      // Ids are made in the order of time, and the key of the table begins with them.
      raised: await howMany(gte(alerts.id, firstIdAt(from))),
      acknowledged: await howMany(gte(alerts.acknowledged_at, from)),
      closed: await howMany(gte(alerts.closed_at, from)),
    },
  }
}

/** What a device reports as a security alert, as the ingestor checked it. */
export interface AlertReport {
  device_id: string
  device_name: string | null
  org_unit_id: string | null
  at: Date
  title: string
  severity: Severity
  description?: string
  rule?: string
  source_ip?: string
  destination_ip?: string
  dedupe_key?: string
}

/** Where a severity stands among the others. */
export const rankOf = (severity: SQLWrapper) => sql`array_position(${`{${severities.join(',')}}`}::text[], ${severity})`

interface Raised extends Omit<AlertReport, 'at'> {
  id: string
  dedupe_key: string
  count: number
  first_seen_at: Date
  last_seen_at: Date
}

/** Reports of the same device and key as one: told in the words of the first, as grave as the gravest. */
function gathered(reports: readonly AlertReport[]): Raised[] {
  const byKey = new Map<string, Raised>()
  for (const { at, ...report } of reports) {
    const dedupe_key = report.dedupe_key ?? `${report.rule ?? ''} ${report.title}`
    const known = byKey.get(`${report.device_id} ${dedupe_key}`)
    if (!known) {
      const id = Bun.randomUUIDv7()
      byKey.set(`${report.device_id} ${dedupe_key}`, { ...report, id, dedupe_key, count: 1, first_seen_at: at, last_seen_at: at })
      continue
    }
    known.count += 1
    if (severities.indexOf(report.severity) > severities.indexOf(known.severity)) known.severity = report.severity
    if (at < known.first_seen_at) known.first_seen_at = at
    if (at > known.last_seen_at) known.last_seen_at = at
  }
  // In one order whoever writes: two that wait for each other's rows would never end.
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, raised]) => raised)
}

/** Opens alerts, or counts up the open one of the same device and dedupe key, whose severity only rises. Must be called once a report. */
export async function raiseAlerts(scope: Scope, reports: readonly AlertReport[]) {
  const { tx, owned } = scope
  routine(scope, 'what a sensor says is evidence itself, not a change by somebody')
  if (!reports.length) return
  const raised = gathered(reports)
  const rows = await tx
    .insert(alerts)
    .values(raised.map(owned))
    .onConflictDoUpdate({
      target: [alerts.tenant_id, alerts.device_id, alerts.dedupe_key],
      targetWhere: sql`status = 'open'`,
      set: {
        count: sql`${alerts.count} + excluded.count`,
        severity: sql`case when ${rankOf(sql`excluded.severity`)} > ${rankOf(alerts.severity)} then excluded.severity else ${alerts.severity} end`,
        first_seen_at: sql`least(${alerts.first_seen_at}, excluded.first_seen_at)`,
        last_seen_at: sql`greatest(${alerts.last_seen_at}, excluded.last_seen_at)`,
      },
    })
    .returning()
  const made = new Set(raised.map(({ id }) => id))
  const inOrder = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  for (const alert of await shown(scope, inOrder)) tell(scope, alert, made.has(alert.id) ? 'created' : 'updated')
}

type Recorded = Partial<Pick<Alert, 'assigned_to' | 'comment' | 'closing_comment'>> & { verdict?: (typeof verdicts)[number] | null }

/** What people did with an alert, newest first: of the audit log what tells of it, for who sees the alert. */
export async function listHistory(scope: Scope, id: string, paging: Paging) {
  await getAlert(scope, id)
  const { items, next_cursor } = await listAudit(scope, { ...paging, entity_type: 'alerts', entity_id: id })
  const told = items.map((entry) => ({ ...entry, after: (entry.after ?? {}) as Recorded }))
  const assigned = told.flatMap(({ after }) => after.assigned_to?.id ?? [])
  const person = personIn(await peopleOf(scope, [...new Set(assigned)]))
  return {
    items: told.map(({ id, at, action, actor_id, actor_kind, actor_name, after }) => ({
      id,
      at,
      action: alertActions.find((known) => action === `alerts.${known}`)!,
      actor: { id: actor_id, name: actor_name, is_staff: actor_kind === 'staff' },
      assigned_to: action === 'alerts.assign' ? person(after.assigned_to?.id ?? null) : null,
      verdict: action === 'alerts.close' ? (after.verdict ?? null) : null,
      comment: { 'alerts.acknowledge': after.comment, 'alerts.close': after.closing_comment }[action] ?? null,
    })),
    next_cursor,
  }
}
