import { sql } from 'drizzle-orm'
import { boolean, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../core/table'
import { management, stamps } from '../table'
import { managedTenants } from '../tenants/schema'

const terms = {
  features: text().array().notNull(),
  /** None for any number. */
  max_users: integer(),
  max_devices: integer(),
  /** How long a tenant works on after the licence has run out. */
  grace_days: integer().notNull().default(14),
}

/** The catalogue. A change of a plan changes no licence that was given. */
export const plans = management.table(
  'plan',
  { ...stamps('plan'), name: text().notNull(), ...terms, archived: boolean().notNull().default(false) },
  (t) => [uniqueIndex('plan_name').on(sql`lower(${t.name})`)],
)

/** What a tenant was given and when; the one that has not ended is what holds. */
export const tenantLicences = management.table(
  'licence',
  {
    ...stamps('licence'),
    tenant_id: uuid()
      .notNull()
      .references(() => managedTenants.id),
    plan: text().notNull(),
    ...terms,
    expires_at: instant(),
    ended_at: instant(),
    given_by: uuid().notNull(),
    reason: text().notNull(),
  },
  (t) => [
    uniqueIndex('licence_current')
      .on(t.tenant_id)
      .where(sql`ended_at is null`),
  ],
)
