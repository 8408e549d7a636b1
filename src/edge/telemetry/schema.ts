import { sql } from 'drizzle-orm'
import { index, jsonb, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { instant, tenantTable } from '../../core/table'

/** The ordered metric names and the labels of a frame, stored once a tenant; a frame holds only the numbers. */
export const telemetryLayouts = tenantTable(
  'telemetry_layout',
  {
    hash: text().notNull(),
    metrics: text().array().notNull(),
    labels: jsonb().$type<Record<string, string>>().notNull(),
    /** No frame of it is later: it goes when rollups of that time have gone. The default is of a version that does not tell; `harden.sql` finds out. */
    kept_until: instant()
      .notNull()
      .default(sql`'9999-12-31 00:00:00+00'`),
  },
  (t) => [uniqueIndex('telemetry_layout_hash').on(t.tenant_id, t.hash), index('telemetry_layout_kept').on(t.tenant_id, t.kept_until)],
)
