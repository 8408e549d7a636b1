import { sql } from 'drizzle-orm'
import { boolean, index, jsonb, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { deviceTable, instant } from '../../core/table'

export const recordKinds = ['log', 'security_alert', 'discovery', 'backup_event', 'vpn_session'] as const
export type RecordKind = (typeof recordKinds)[number]

const taken: RecordKind[] = ['security_alert', 'discovery']
/** What a job takes up. As a literal: behind parameters a plan that is kept would not know the index of those waiting. */
export const handledKinds = sql.raw(`(${taken.map((kind) => `'${kind}'`).join(', ')})`)

/** What devices report besides telemetry, exactly once, as the ingestor stored it. Some are taken up by a job. */
export const deviceRecords = deviceTable(
  'device_record',
  {
    at: instant().notNull(),
    kind: text({ enum: recordKinds }).notNull(),
    key: text().notNull(),
    data: jsonb().$type<Record<string, unknown>>().notNull(),
    handled_at: instant(),
  },
  (t) => [
    uniqueIndex('device_record_once').on(t.tenant_id, t.device_id, t.at, t.kind, t.key),
    index('device_record_waiting')
      .on(t.tenant_id, t.id)
      .where(sql`handled_at is null and kind in ${handledKinds}`),
  ],
)

/** Records the ingestor refused, each with its reason: nothing a device sent disappears without a trace. They can be examined again. */
export const rejectedRecords = deviceTable(
  'rejected_record',
  {
    error: text().notNull(),
    detail: text().notNull(),
    record: text().notNull(),
    /** Kept to the last character. */
    replayable: boolean().notNull().default(false),
    replay_requested_at: instant(),
    replayed_at: instant(),
  },
  (t) => [
    index().on(t.tenant_id, t.device_id, t.id),
    index('rejected_record_newest').on(t.tenant_id, t.created_at),
    index('rejected_record_requested')
      .on(t.tenant_id, t.id)
      .where(sql`replay_requested_at is not null`),
  ],
)
