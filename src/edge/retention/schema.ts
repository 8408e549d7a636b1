import { integer, uniqueIndex } from 'drizzle-orm/pg-core'
import { instant, tenantTable } from '../../core/table'

/** How long a tenant keeps its telemetry, in days; null is as long as the platform allows. */
export const telemetryRetention = tenantTable(
  'telemetry_retention',
  {
    raw_days: integer(),
    rollup_days: integer(),
    /** Frames before this may be gone: their rollups are not made again. */
    raw_expired_before: instant(),
  },
  (t) => [uniqueIndex('telemetry_retention_tenant').on(t.tenant_id)],
)
