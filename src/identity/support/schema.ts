import { index, integer, text, uuid } from 'drizzle-orm/pg-core'
import { supportModes, supportStates } from '../../core/support'
import { instant, tenantTable } from '../../core/table'

export const supportPolicies = ['ask', 'allow', 'never'] as const

/** Access of one member of the platform's staff, for a while, as the tenant allows it. Its id is the one it has in the Management plane. */
export const supportGrants = tenantTable(
  'support_grant',
  {
    staff_id: uuid().notNull(),
    staff_name: text().notNull(),
    staff_email: text().notNull(),
    reason: text().notNull(),
    mode: text({ enum: supportModes }).notNull(),
    hours: integer().notNull(),
    state: text({ enum: supportStates }).notNull(),
    /** The member who decided; null where the policy did. */
    decided_by: uuid(),
    decided_at: instant(),
    expires_at: instant(),
    ended_at: instant(),
    ended_by: text({ enum: ['tenant', 'staff'] }),
  },
  (t) => [index().on(t.tenant_id, t.state)],
)
