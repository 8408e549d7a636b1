import { doublePrecision, pgTable, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../core/table'

/** One row an instant and layout; partitioned by week, which drizzle-kit cannot say: the table itself is made in telemetry.sql. */
export const telemetryFrames = pgTable('telemetry_frame', {
  tenant_id: uuid().notNull(),
  device_id: uuid().notNull(),
  at: instant().notNull(),
  layout_id: uuid().notNull(),
  values: doublePrecision().array().notNull(),
})
