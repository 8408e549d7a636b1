import { bigint, date, index, integer, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../core/table'
import { management } from '../table'
import { managedTenants } from '../tenants/schema'

export const healths = ['ok', 'attention', 'problem'] as const
export type Health = (typeof healths)[number]

/** Each with how grave it is. */
export const reasons = {
  silent: 'problem',
  failed_jobs: 'problem',
  users_over: 'problem',
  devices_over: 'problem',
  devices_offline: 'attention',
  users_near: 'attention',
  devices_near: 'attention',
  refusals: 'attention',
  expires_soon: 'attention',
  grace: 'attention',
} as const satisfies Record<string, Health>
export type Reason = keyof typeof reasons

const ofTenant = () =>
  uuid()
    .notNull()
    .references(() => managedTenants.id)
const count = () => bigint({ mode: 'number' }).notNull()

/** What the Cloud told last of a tenant: numbers, and what they say of its health. */
export const tenantUsages = management.table(
  'tenant_usage',
  {
    tenant_id: ofTenant().primaryKey(),
    as_of: instant().notNull(),
    users: integer().notNull(),
    devices: integer().notNull(),
    devices_online: integer().notNull(),
    failed_jobs: integer().notNull(),
    last_seen_at: instant(),
    stored_bytes: count(),
    /** Of today and yesterday, for the order of the list. */
    values_recent: count(),
    health: text({ enum: healths }).notNull(),
    reasons: text().array().$type<Reason[]>().notNull(),
  },
  (t) => [index().on(t.health)],
)

/** What was taken in of a tenant on a day (UTC). */
export const tenantDays = management.table(
  'tenant_day',
  { tenant_id: ofTenant(), day: date().notNull(), requests: count(), records: count(), values: count(), rejected: count(), bytes: count() },
  (t) => [primaryKey({ columns: [t.tenant_id, t.day] }), index().on(t.day)],
)

/** Whether the Cloud answers; one row. */
export const cloudContacts = management.table('cloud_contact', {
  id: integer().primaryKey(),
  tried_at: instant(),
  reached_at: instant(),
  version: text(),
  /** Why it was not reached, where the last try failed. */
  error: text(),
})
