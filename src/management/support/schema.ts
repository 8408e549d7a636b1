import { index, integer, text, uuid } from 'drizzle-orm/pg-core'
import { supportModes, supportStates } from '../../core/support'
import { instant } from '../../core/table'
import { staff } from '../staff/schema'
import { management, stamps } from '../table'
import { managedTenants } from '../tenants/schema'

/** What a member of staff asked of a tenant, and what became of it: decided there, and told here with the same commit (harden.sql). */
export const supportRequests = management.table(
  'support_request',
  {
    ...stamps('support_request'),
    tenant_id: uuid()
      .notNull()
      .references(() => managedTenants.id),
    staff_id: uuid()
      .notNull()
      .references(() => staff.id),
    reason: text().notNull(),
    mode: text({ enum: supportModes }).notNull(),
    hours: integer().notNull(),
    state: text({ enum: supportStates }).notNull().default('asked'),
    expires_at: instant(),
    ended_at: instant(),
  },
  (t) => [index().on(t.tenant_id, t.id)],
)
