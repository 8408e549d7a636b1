import { sql } from 'drizzle-orm'
import { boolean, index, integer, pgPolicy, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { now } from '../../core/clock'
import { appRole, instant, refers, tenantTable } from '../../core/table'
import { groups } from '../groups/schema'
import { orgUnits } from '../org-units/schema'

/** A person, known once to the whole platform. A tenant sees those who are its members. */
export const users = pgTable(
  'app_user',
  {
    id: uuid().primaryKey(),
    email: text().notNull(),
    /** Shown by a mailed link; null until then. */
    verified_at: instant(),
    /** Counts the changes of password and second factor: what was shown before one opens nothing after it. */
    sign_in_version: integer().notNull().default(1),
    created_at: instant().notNull().defaultNow().$defaultFn(now),
  },
  (t) => [
    uniqueIndex('app_user_email').on(sql`lower(${t.email})`),
    pgPolicy('app_user_seen', { to: appRole, for: 'select', using: sql`is_member(id)` }),
    pgPolicy('app_user_added', { to: appRole, for: 'insert', withCheck: sql`true` }),
  ],
)

/** A way of signing in. The application may add one; it reads and removes them through functions in harden.sql alone. */
export const identities = pgTable(
  'identity',
  {
    id: uuid().primaryKey(),
    user_id: uuid()
      .notNull()
      .references(() => users.id),
    kind: text({ enum: ['password', 'oidc'] }).notNull(),
    password_hash: text(),
    /** Until when a password works that its owner did not choose; it opens nothing but the choice of another. Null for one he chose. */
    first_password_until: instant(),
    /** Of a way through a provider: who it says the person is. The directory is Entra's `tid`, the subject its `oid`. */
    issuer: text(),
    directory: text(),
    subject: text(),
    /** The tenant whose own app named him: that way leads into this tenant alone. Null for the platform's app. */
    provider_tenant_id: uuid(),
    last_used_at: instant(),
    created_at: instant().notNull().defaultNow().$defaultFn(now),
  },
  (t) => [
    uniqueIndex('identity_password')
      .on(t.user_id)
      .where(sql`kind = 'password'`),
    uniqueIndex('identity_provider')
      .on(t.issuer, t.directory, t.subject, sql`coalesce(provider_tenant_id, '00000000-0000-0000-0000-000000000000')`)
      .where(sql`kind = 'oidc'`),
    pgPolicy('identity_added', { to: appRole, for: 'insert', withCheck: sql`true` }),
  ],
)

/** The whole tenant, or units with or without what lies below them. */
export type OrgUnitScope = 'all' | { org_unit_id: string; subtree: boolean }[]

/** What a user is in one tenant. The name is the tenant's own, so that no tenant changes what another sees. */
export const memberships = tenantTable(
  'membership',
  {
    user_id: uuid()
      .notNull()
      .references(() => users.id),
    name: text().notNull(),
    whole_tenant: boolean().notNull().default(false),
    disabled: boolean().notNull().default(false),
    last_sign_in_at: instant(),
  },
  (t) => [uniqueIndex('membership_user').on(t.tenant_id, t.user_id), index().on(t.user_id)],
)

export const membershipGroups = tenantTable('membership_group', { membership_id: uuid().notNull(), group_id: uuid().notNull() }, (t) => [
  refers(t, t.membership_id, memberships).onDelete('cascade'),
  refers(t, t.group_id, groups).onDelete('cascade'),
  uniqueIndex('membership_group_once').on(t.tenant_id, t.membership_id, t.group_id),
  index().on(t.tenant_id, t.group_id),
])

export const membershipUnits = tenantTable(
  'membership_unit',
  { membership_id: uuid().notNull(), org_unit_id: uuid().notNull(), subtree: boolean().notNull().default(true) },
  (t) => [
    refers(t, t.membership_id, memberships).onDelete('cascade'),
    refers(t, t.org_unit_id, orgUnits).onDelete('cascade'),
    uniqueIndex('membership_unit_once').on(t.tenant_id, t.membership_id, t.org_unit_id),
  ],
)
