import { index, text, uuid } from 'drizzle-orm/pg-core'
import { refers, unitTable } from '../../core/table'

/** The tree inside a tenant: its customers and their departments. */
export const orgUnits = unitTable('org_unit', { name: text().notNull(), parent_id: uuid() }, (t) => [
  refers(t, t.parent_id, t),
  index().on(t.tenant_id, t.parent_id),
])
