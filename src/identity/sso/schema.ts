import { jsonb, text, uuid } from 'drizzle-orm/pg-core'
import type { SessionRef } from '../../core/authenticate'
import { instant, tenantTable } from '../../core/table'

export type Errand = SessionRef & { proves?: string }

/** A browser on its way to a provider and back. Both tables are kept under nobody's tenant: which one it will be is not known yet. */
export const ssoTransactions = tenantTable('sso_transaction', {
  hash: text().notNull(),
  state_hash: text().notNull(),
  /** Nonce and PKCE verifier. */
  sealed: text().notNull(),
  /** The app that was asked, in its configuration of that moment. */
  provider: text().notNull(),
  return_path: text().notNull(),
  /** Whose account whoever comes back is linked to, or shows himself for once more, to go on with what `proves` says; null for a sign-in. */
  link: jsonb().$type<Errand>(),
  expires_at: instant().notNull(),
})

/** Whom a provider named, until the page of the same browser asks. */
export const ssoHandoffs = tenantTable('sso_handoff', {
  hash: text().notNull(),
  cookie_hash: text().notNull(),
  user_id: uuid().notNull(),
  email: text().notNull(),
  identity_id: uuid(),
  /** The app that named him. */
  provider: text().notNull().default(''),
  expires_at: instant().notNull(),
})
