import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { now } from '../../core/clock'
import { instant, tenantTable } from '../../core/table'

/** A signed-in browser. Refresh tokens are derived from the session and their generation, so that none is kept, not even as a hash. */
export const sessions = tenantTable(
  'session',
  {
    user_id: uuid().notNull(),
    generation: integer().notNull().default(1),
    rotated_at: instant().notNull(),
    grace_uses: integer().notNull().default(0),
    expires_at: instant().notNull(),
    ended_at: instant(),
    end_reason: text({
      enum: [
        'signed_out',
        'idle',
        'reused',
        'revoked',
        'removed',
        'password_changed',
        'mfa_changed',
        'mfa_reset',
        'policy',
        'unlinked',
        'provider_changed',
      ],
    }),
    amr: text().array().notNull(),
    /** The way through a provider that it was opened by; null for a password. */
    identity_id: uuid(),
    /** Of somebody of the platform: the grant by which he is here. */
    support_grant_id: uuid(),
    address: text(),
    user_agent: text(),
  },
  (t) => [index().on(t.tenant_id, t.user_id)],
)

/** A sign-in of somebody of several tenants, who is to say which: the password was right. */
export const tenantChoices = tenantTable(
  'tenant_choice',
  {
    hash: text().notNull(),
    user_id: uuid().notNull(),
    amr: text().array().notNull().default(['pwd']),
    identity_id: uuid(),
    sign_in_version: integer().notNull().default(0),
    expires_at: instant().notNull(),
  },
  (t) => [index().on(t.user_id)],
)

/** What passwords were digested with under a key that left ENCRYPTION_KEYS, sealed with one that is there. Read through `retired_pepper_of` alone. */
export const retiredPeppers = pgTable('retired_pepper', {
  kid: text().primaryKey(),
  sealed: text().notNull(),
  created_at: instant().notNull().defaultNow().$defaultFn(now),
}).enableRLS()
