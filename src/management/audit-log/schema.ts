import { index, jsonb, text, uuid } from 'drizzle-orm/pg-core'
import type { Outcome } from '../../core/schema'
import { instant } from '../../core/table'
import { management } from '../table'

/** What staff did; appended to and never changed. */
export const auditEntries = management.table(
  'audit_entry',
  {
    id: uuid()
      .primaryKey()
      .$defaultFn(() => Bun.randomUUIDv7()),
    at: instant().notNull(),
    actor_kind: text().$type<'staff' | 'plane' | 'tenant'>().notNull(),
    actor_id: uuid().notNull(),
    action: text().notNull(),
    outcome: text().$type<Outcome>().notNull(),
    tenant_id: uuid(),
    entity_id: uuid(),
    before: jsonb().$type<Record<string, unknown>>(),
    after: jsonb().$type<Record<string, unknown>>(),
    address: text(),
    request_id: text(),
  },
  (t) => [index().on(t.tenant_id, t.id), index().on(t.actor_id, t.id)],
)
