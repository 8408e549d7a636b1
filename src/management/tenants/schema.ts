import { index, integer, jsonb, text, uuid } from 'drizzle-orm/pg-core'
import { now } from '../../core/clock'
import { instant, version } from '../../core/table'
import { management } from '../table'
import { tenantStates } from '../states'

/** The tenants as this plane decides about them; the Cloud is told. One that registers itself there is noted here by a trigger. */
export const managedTenants = management.table(
  'tenant',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    state: text({ enum: tenantStates }).notNull().default('pending'),
    state_since: instant().notNull().defaultNow().$defaultFn(now),
    /** Why staff changed it last, in their words. */
    state_reason: text(),
    /** When all data of one that leaves is removed, unless that is called off. */
    delete_after: instant(),
    /** When its last row was removed. */
    erased_at: instant(),
    /** What has been removed so far, and the last checkpoint of its audit chain: moved to the audit log once it is done. */
    erasing: jsonb().$type<Record<string, unknown>>(),
    created_at: instant().notNull().defaultNow().$defaultFn(now),
    updated_at: instant().notNull().defaultNow().$defaultFn(now).$onUpdate(now),
    /** Grows with everything the Cloud is told, so that what is late is known to be. */
    revision: integer().notNull().default(0),
    version: version('tenant'),
  },
  (t) => [index().on(t.state, t.id)],
)
