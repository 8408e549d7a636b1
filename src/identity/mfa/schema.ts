import { bigint, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { now } from '../../core/clock'
import { instant, tenantTable } from '../../core/table'
import { users } from '../users/schema'

/** The authenticator app of a person, in whatever tenant. The application has no right here: it asks the functions in harden.sql, for one user at a time. */
export const mfaFactors = pgTable('mfa_factor', {
  user_id: uuid()
    .primaryKey()
    .references(() => users.id),
  /** Sealed, with the user as the identity of its place. */
  secret: text().notNull(),
  /** Pending until a code has shown that the app holds the secret. */
  confirmed_at: instant(),
  /** The last time step (RFC 6238) whose code was accepted: none is accepted twice. */
  last_step: bigint({ mode: 'number' }).notNull().default(0),
  created_at: instant().notNull().defaultNow().$defaultFn(now),
}).enableRLS()

/** What is left of a person's recovery codes; a used one is gone. */
export const mfaRecoveryCodes = pgTable(
  'mfa_recovery_code',
  {
    id: uuid().primaryKey(),
    user_id: uuid()
      .notNull()
      .references(() => users.id),
    hash: text().notNull(),
  },
  (t) => [index().on(t.user_id)],
).enableRLS()

/** A sign-in between its two factors: `amr` tells the first, the code is awaited. */
export const mfaChallenges = tenantTable('mfa_challenge', {
  hash: text().notNull(),
  user_id: uuid().notNull(),
  /** For a code of the factor, or to set one up first where the tenant requires it. */
  purpose: text({ enum: ['verify', 'enrol'] })
    .notNull()
    .default('verify'),
  amr: text().array().notNull().default(['pwd']),
  identity_id: uuid(),
  sign_in_version: integer().notNull().default(0),
  tries: integer().notNull().default(0),
  expires_at: instant().notNull(),
})
