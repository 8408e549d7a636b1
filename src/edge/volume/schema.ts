import { bigint, date, uniqueIndex } from 'drizzle-orm/pg-core'
import { tenantTable } from '../../core/table'

const count = () => bigint({ mode: 'number' }).notNull().default(0)

/** What of a tenant was taken in on a day (UTC). The ingestors count for themselves and add to it every few seconds: one that is killed forgets those. */
export const ingestVolumes = tenantTable(
  'ingest_volume',
  {
    day: date().notNull(),
    requests: count(),
    /** Of any kind; a frame of telemetry is one. */
    records: count(),
    /** Numbers of telemetry. */
    values: count(),
    rejected: count(),
    /** As they are stored, before indexes. */
    bytes: count(),
  },
  (t) => [uniqueIndex('ingest_volume_day').on(t.tenant_id, t.day)],
)
