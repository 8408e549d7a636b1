import { boolean, index, text, uuid } from 'drizzle-orm/pg-core'
import { instant, tenantTable } from '../../core/table'

/** What allows somebody a new password: a link that was mailed, or a first password that was typed. A person has one at most, in whatever tenant. */
export const passwordResets = tenantTable(
  'password_reset',
  { hash: text().notNull(), user_id: uuid().notNull(), mailed: boolean().notNull().default(true), expires_at: instant().notNull() },
  (t) => [index().on(t.user_id)],
)
