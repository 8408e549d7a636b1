import { type SQLWrapper, and, eq, gte, inArray, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import { now } from '../../core/clock'
import { Problem, notFound } from '../../core/errors'
import { announce } from '../../core/live-log'
import { type Scope, expectVersion } from '../../core/scope'
import { firstIdAt } from '../../core/wire'
import { inUnits } from '../../identity/org-units/subtree'
import { alerts, severities } from './schema'

export interface SummaryQuery {
  org_unit_id?: string
  since?: Date | string
}

type Severity = (typeof severities)[number]
const acknowledger = sql<
  string | null
>`coalesce((select m.name from membership m where m.tenant_id = ${alerts.tenant_id} and m.user_id = ${alerts.acknowledged_by}),
  (select k.name from api_token k where k.tenant_id = ${alerts.tenant_id} and k.id = ${alerts.acknowledged_by}))`
export const alertColumns = { alert: alerts, acknowledger }
type Found = { alert: typeof alerts.$inferSelect; acknowledger: string | null }

export function shown({ alert, acknowledger }: Found) {
  const { acknowledged_by, tenant_id: _, dedupe_key: __, ...rest } = alert
  return { ...rest, acknowledged_by: acknowledged_by ? { id: acknowledged_by, name: acknowledger ?? 'a former user' } : null }
}
export type Alert = ReturnType<typeof shown>

/** Within a unit and those below it; with `since`, also what came and what was taken from then on. */
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
  const taken = and(place, eq(alerts.status, 'acknowledged'), gte(alerts.acknowledged_at, new Date(since)))
  // Ids are made in the order of time, and the key of the table begins with them.
  const raised = and(place, gte(alerts.id, firstIdAt(new Date(since))))
  return { ...told, since: { raised: await tx.$count(alerts, raised), acknowledged: await tx.$count(alerts, taken) } }
}

export async function getAlert({ tx, own }: Scope, id: string) {
  const [found] = await tx
    .select(alertColumns)
    .from(alerts)
    .where(and(own(alerts), eq(alerts.id, id)))
  if (!found) throw notFound('alert')
  return shown(found)
}

const tell = (scope: Scope, alert: Alert, event: 'created' | 'updated') =>
  announce(scope, {
    channel: 'security',
    type: 'alert',
    permission: 'alerts.read',
    org_unit_id: alert.org_unit_id,
    data: { id: alert.id, event, alert },
  })

export async function acknowledgeAlert(scope: Scope, id: string, comment?: string) {
  const before = await getAlert(scope, id)
  expectVersion(scope, before)
  const { tx, own, actor } = scope
  const [changed] = await tx
    .update(alerts)
    .set({ status: 'acknowledged', acknowledged_at: now(), acknowledged_by: actor.id, comment })
    .where(and(own(alerts), eq(alerts.id, id), eq(alerts.status, 'open')))
    .returning({ id: alerts.id })
  if (!changed) throw new Problem(409, 'already_acknowledged', 'Somebody has taken this alert already')
  const after = await getAlert(scope, id)
  await audit(scope, 'alerts.acknowledge', id, { before, after })
  tell(scope, after, 'updated')
  return after
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
  for (const row of rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    tell(scope, shown({ alert: row, acknowledger: null }), made.has(row.id) ? 'created' : 'updated')
}
