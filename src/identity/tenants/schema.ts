import { boolean, integer, pgPolicy, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { now } from '../../core/clock'
import { appRole, instant, version } from '../../core/table'

export const tenantStates = ['pending', 'active', 'grace', 'suspended', 'offboarding', 'deleted'] as const

/** The managed service providers: global, but each sees only itself. */
export const tenants = pgTable(
  'tenant',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    status: text({ enum: tenantStates }).notNull().default('active'),
    /** What it asks of sign-ins and sessions; null leaves it to the platform (auth/session-rules). */
    require_mfa: boolean().notNull().default(false),
    session_idle_minutes: integer(),
    session_hours: integer(),
    /** Whether staff of the platform come in: asked each time, at once, or never. */
    support_policy: text({ enum: ['ask', 'allow', 'never'] })
      .notNull()
      .default('ask'),
    created_at: instant().notNull().defaultNow().$defaultFn(now),
    updated_at: instant().notNull().defaultNow().$defaultFn(now).$onUpdate(now),
    version: version('tenant'),
  },
  () => [pgPolicy('tenant_self', { to: appRole, using: sql`id = current_tenant()`, withCheck: sql`id = current_tenant()` })],
)
