import { jsonb, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { tenantTable } from '../../core/table'

/** The ordered metric names and the labels of a frame, stored once a tenant; a frame holds only the numbers. */
export const telemetryLayouts = tenantTable(
  'telemetry_layout',
  { hash: text().notNull(), metrics: text().array().notNull(), labels: jsonb().$type<Record<string, string>>().notNull() },
  (t) => [uniqueIndex('telemetry_layout_hash').on(t.tenant_id, t.hash)],
)
