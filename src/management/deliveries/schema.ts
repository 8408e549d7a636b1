import { sql } from 'drizzle-orm'
import { index, integer, jsonb, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../core/table'
import { management, stamps } from '../table'
import { managedTenants } from '../tenants/schema'

export const deliveryStates = ['queued', 'delivered', 'failed'] as const
export const deliveryKinds = ['license.refresh', 'tenant.create', 'archive.links', 'support.request', 'support.end'] as const

/** What the Cloud is told. A refresh says what holds as it is sent, so that a late one says nothing that is over. */
export const deliveries = management.table(
  'delivery',
  {
    ...stamps('delivery'),
    tenant_id: uuid()
      .notNull()
      .references(() => managedTenants.id),
    kind: text({ enum: deliveryKinds }).notNull(),
    /** What is to be said, or was said last. */
    body: jsonb().$type<Record<string, unknown>>(),
    state: text({ enum: deliveryStates }).notNull().default('queued'),
    attempts: integer().notNull().default(0),
    next_at: instant().notNull(),
    /** Of the last answer; none where nobody answered. */
    last_status: integer(),
    last_error: text(),
    delivered_at: instant(),
  },
  (t) => [
    index('delivery_due')
      .on(t.next_at)
      .where(sql`state = 'queued'`),
    index().on(t.tenant_id, t.id),
  ],
)
