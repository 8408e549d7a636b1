import { sql } from 'drizzle-orm'
import { text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { Permission } from '../../core/permissions'
import { refers, tenantTable } from '../../core/table'
import { memberships } from '../../identity/users/schema'

export const viewedLists = ['devices', 'alerts', 'users', 'audit'] as const
export type ViewedList = (typeof viewedLists)[number]

/** Whoever cannot read a list has no use for its views, and is not told of them. */
export const readingOf: Record<ViewedList, Permission> = {
  devices: 'devices.read',
  alerts: 'alerts.read',
  users: 'settings.users.read',
  audit: 'audit.read',
}

/** A list as somebody wants to find it again: filters, order and columns as the query of its address. */
export const savedViews = tenantTable(
  'saved_view',
  {
    list: text({ enum: viewedLists }).notNull(),
    name: text().notNull(),
    query: text().notNull(),
    /** Whose it is; null where it is shared: then it belongs to the tenant and outlives who made it. */
    membership_id: uuid(),
  },
  (t) => [
    refers(t, t.membership_id, memberships).onDelete('cascade'),
    uniqueIndex('saved_view_name').on(
      t.tenant_id,
      t.list,
      sql`coalesce(membership_id, '00000000-0000-0000-0000-000000000000')`,
      sql`lower(${t.name})`,
    ),
  ],
)
