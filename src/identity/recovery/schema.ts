import { index, text, uuid } from 'drizzle-orm/pg-core'
import { instant, tenantTable } from '../../core/table'

/** A link that was mailed to somebody who forgot the password; a person has one at most, in whatever tenant. */
export const passwordResets = tenantTable(
  'password_reset',
  { hash: text().notNull(), user_id: uuid().notNull(), expires_at: instant().notNull() },
  (t) => [index().on(t.user_id)],
)
