import { index, text, uuid } from 'drizzle-orm/pg-core'
import { instant, tenantTable } from '../../core/table'

/** A link that shows that an address belongs to who registered with it. */
export const addressChecks = tenantTable(
  'address_check',
  { hash: text().notNull(), user_id: uuid().notNull(), expires_at: instant().notNull() },
  (t) => [index().on(t.tenant_id, t.user_id)],
)
