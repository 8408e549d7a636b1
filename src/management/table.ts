import { pgSchema, uuid } from 'drizzle-orm/pg-core'
import { now } from '../core/clock'
import { instant, version } from '../core/table'

/** Tables of the Management plane: no tenant's, reached by the role monozu_management alone. */
export const management = pgSchema('management')

export const stamps = (table: string) => ({
  id: uuid()
    .primaryKey()
    .$defaultFn(() => Bun.randomUUIDv7()),
  created_at: instant().notNull().defaultNow().$defaultFn(now),
  updated_at: instant().notNull().defaultNow().$defaultFn(now).$onUpdate(now),
  version: version(table),
})
