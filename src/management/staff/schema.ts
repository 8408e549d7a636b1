import { sql } from 'drizzle-orm'
import { bigint, boolean, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../core/table'
import { roles } from '../permissions'
import { management, stamps } from '../table'

/** The platform's own people. They are nobody in the Cloud. */
export const staff = management.table(
  'staff',
  {
    ...stamps('staff'),
    email: text().notNull(),
    name: text().notNull(),
    role: text({ enum: roles }).notNull(),
    disabled: boolean().notNull().default(false),
    password_hash: text(),
    /** Sealed; a password opens nothing without it. */
    mfa_secret: text(),
    mfa_confirmed_at: instant(),
    /** A time step of the authenticator is used once. */
    mfa_last_step: bigint({ mode: 'number' }).notNull().default(0),
    /** One that is to take its place, until a code of it was shown; sealed as well. */
    mfa_pending_secret: text(),
    mfa_pending_at: instant(),
    mfa_pending_tries: integer().notNull().default(0),
    recovery_hashes: text().array().notNull().default([]),
    /** Who Entra says it is: its `tid` and `oid`, kept at the first sign-in that way. */
    directory: text(),
    subject: text(),
    last_sign_in_at: instant(),
  },
  (t) => [uniqueIndex('staff_email').on(sql`lower(${t.email})`), uniqueIndex('staff_provider').on(t.directory, t.subject)],
)

export const staffInvitations = management.table('staff_invitation', {
  ...stamps('staff_invitation'),
  email: text().notNull(),
  role: text({ enum: roles }).notNull(),
  hash: text().notNull(),
  invited_by: uuid().notNull(),
  expires_at: instant().notNull(),
  accepted_at: instant(),
  revoked_at: instant(),
})
