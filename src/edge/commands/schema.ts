import { index, integer, jsonb, text, uuid } from 'drizzle-orm/pg-core'
import { deviceTable, instant, refers } from '../../core/table'
import { devices } from '../devices/schema'

export const commandTypes = ['ping', 'refresh_inventory', 'set_interval', 'rotate_key'] as const
export const commandStates = ['queued', 'delivered', 'running', 'succeeded', 'failed', 'expired', 'cancelled'] as const

/** Something a device shall do. Delivered at least once, under a lease, whenever the device asks. */
export const commands = deviceTable(
  'command',
  {
    type: text({ enum: commandTypes }).notNull(),
    arguments: jsonb().$type<Record<string, unknown>>().notNull(),
    state: text({ enum: commandStates }).notNull().default('queued'),
    attempts: integer().notNull().default(0),
    lease_expires_at: instant(),
    delivered_at: instant(),
    finished_at: instant(),
    expires_at: instant().notNull(),
    result: jsonb().$type<Record<string, unknown>>(),
    error: text(),
    requested_by_kind: text().notNull(),
    requested_by_id: uuid().notNull(),
  },
  (t) => [refers(t, t.device_id, devices).onDelete('cascade'), index().on(t.tenant_id, t.device_id, t.id)],
)
