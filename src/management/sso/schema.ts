import { text } from 'drizzle-orm/pg-core'
import { instant } from '../../core/table'
import { management, stamps } from '../table'

/** A browser on its way to Entra and back. */
export const staffSsoTransactions = management.table('staff_sso_transaction', {
  ...stamps('staff_sso_transaction'),
  hash: text().notNull(),
  state_hash: text().notNull(),
  sealed: text().notNull(),
  expires_at: instant().notNull(),
})
