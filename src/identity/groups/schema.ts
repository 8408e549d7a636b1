import { text, uniqueIndex } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { tenantTable } from '../../core/table'

export const builtIns = ['admin', 'read_only'] as const

/** A group holds permissions; what a user may do is the union of those of the groups. `*` stands for all. */
export const groups = tenantTable(
  'access_group',
  {
    name: text().notNull(),
    description: text(),
    built_in: text({ enum: builtIns }),
    permissions: text().array().notNull(),
  },
  (t) => [
    uniqueIndex('access_group_name').on(t.tenant_id, sql`lower(${t.name})`),
    uniqueIndex('access_group_built_in').on(t.tenant_id, t.built_in),
  ],
)
