import { bigint, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { Permission } from './permissions'
import { instant, tenantTable } from './table'

export const outcomes = ['success', 'refused', 'failed'] as const
export type Outcome = (typeof outcomes)[number]

/** Who did what; appended to and never changed. */
export const auditLog = tenantTable(
  'audit_log',
  {
    at: instant().notNull(),
    actor_kind: text().notNull(),
    actor_id: uuid().notNull(),
    action: text().notNull(),
    outcome: text().$type<Outcome>().notNull().default('success'),
    entity_id: uuid(),
    before: jsonb().$type<Record<string, unknown>>(),
    after: jsonb().$type<Record<string, unknown>>(),
    address: text(),
    request_id: text(),
    /** The grant by which somebody of the platform did it. */
    grant_id: uuid(),
  },
  (t) => [index().on(t.tenant_id, t.action, t.id), index().on(t.tenant_id, t.entity_id, t.id), index().on(t.tenant_id, t.actor_id, t.id)],
)

/** A list that somebody asked to have as a file: with the filter it had then, for himself alone, for an hour. */
export const exportRequests = tenantTable('export_request', {
  kind: text().notNull(),
  filter: jsonb().$type<Record<string, unknown>>().notNull(),
  actor_id: uuid().notNull(),
  expires_at: instant().notNull(),
})

export type Channel = 'security' | 'vpn'

export const liveEvents = tenantTable(
  'live_event',
  {
    channel: text().$type<Channel>().notNull(),
    seq: bigint({ mode: 'number' }).notNull(),
    type: text().notNull(),
    permission: text().$type<Permission>().notNull(),
    org_unit_id: uuid(),
    data: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (t) => [uniqueIndex().on(t.tenant_id, t.channel, t.seq)],
)

/** The last number given out on a channel. Its row lock, taken last in a transaction, makes the order of numbers the order of commits. */
export const liveCursors = tenantTable(
  'live_cursor',
  { channel: text().$type<Channel>().notNull(), seq: bigint({ mode: 'number' }).notNull() },
  (t) => [uniqueIndex('live_cursor_channel').on(t.tenant_id, t.channel)],
)

/** The answers of creations that carried an Idempotency-Key, sealed: some hold a secret that is shown once. */
export const idempotentAnswers = tenantTable(
  'idempotent_answer',
  { actor_id: uuid().notNull(), key: text().notNull(), request_hash: text().notNull(), answer: text() },
  (t) => [uniqueIndex('idempotent_answer_key').on(t.tenant_id, t.actor_id, t.key)],
)

/** One-use tickets that open a WebSocket without a token in its URL. */
export const tickets = tenantTable('socket_ticket', {
  hash: text().notNull(),
  session_id: uuid().notNull(),
  user_id: uuid().notNull(),
  expires_at: instant().notNull(),
})

/** Failed attempts, counted by all processes together. The names are MACs: they say nothing about whom they count. */
export const attempts = pgTable(
  'attempt',
  { name: text().primaryKey(), count: integer().notNull(), since: instant().notNull(), last: instant().notNull() },
  (t) => [index().on(t.last)],
)
