import { index, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { type Searchable, searchText } from '../../core/text-search'
import { instant, placedTable, refers } from '../../core/table'
import { orgUnits } from '../../identity/org-units/schema'

export const severities = ['low', 'medium', 'high', 'critical'] as const
export const alertStates = ['open', 'acknowledged', 'closed'] as const
/** What an alert turned out to be (NIST SP 800-61): an attack; what it says, but meant to be so; nothing at all. */
export const verdicts = ['true_positive', 'benign', 'false_positive'] as const

/** What people do with an alert, as the audit log has it. */
export const alertActions = ['acknowledge', 'assign', 'close', 'reopen'] as const

/** Something a technician should look at. Repeats of an open alert (same device and dedupe key) only count up. */
export const alerts = placedTable(
  'alert',
  {
    title: text().notNull(),
    severity: text({ enum: severities }).notNull(),
    status: text({ enum: alertStates }).notNull().default('open'),
    description: text(),
    rule: text(),
    source_ip: text(),
    destination_ip: text(),
    /** Kept when the device is gone: an alert outlives it. */
    device_id: uuid(),
    device_name: text(),
    dedupe_key: text().notNull(),
    count: integer().notNull().default(1),
    first_seen_at: instant().notNull(),
    last_seen_at: instant().notNull(),
    acknowledged_at: instant(),
    acknowledged_by: uuid(),
    /** Of who took it. */
    comment: text(),
    assigned_to: uuid(),
    closed_at: instant(),
    closed_by: uuid(),
    verdict: text({ enum: verdicts }),
    closing_comment: text(),
  },
  (t) => [
    refers(t, t.org_unit_id, orgUnits),
    index().on(t.tenant_id, t.status, t.id),
    index().on(t.tenant_id, t.device_id, t.id),
    index('alert_assigned')
      .on(t.tenant_id, t.assigned_to, t.id)
      .where(sql`assigned_to is not null`),
    index('alert_taken')
      .on(t.tenant_id, t.acknowledged_at)
      .where(sql`acknowledged_at is not null`),
    index('alert_closed')
      .on(t.tenant_id, t.closed_at)
      .where(sql`closed_at is not null`),
    index('alert_search').using(
      'gin',
      t.tenant_id,
      sql`${searchText(t.title, t.description, t.source_ip, t.device_name, t.rule)} gin_trgm_ops`,
    ),
    uniqueIndex('alert_dedupe')
      .on(t.tenant_id, t.device_id, t.dedupe_key)
      .where(sql`status = 'open'`),
  ],
)

export const alertText: Searchable = {
  id: alerts.id,
  text: searchText(alerts.title, alerts.description, alerts.source_ip, alerts.device_name, alerts.rule),
  finder: 'search_alerts',
}
