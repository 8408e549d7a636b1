import { index, text } from 'drizzle-orm/pg-core'
import { deviceTable, instant, refers } from '../../core/table'
import { devices } from '../devices/schema'

/** A device's own key; only its hash is kept. Two live while one replaces the other. */
export const deviceKeys = deviceTable(
  'device_key',
  {
    key_hash: text().notNull(),
    /** How the key begins; null for keys that are older than this column. */
    prefix: text(),
    /** Set when another key is to replace this one: the latest moment at which it ends. */
    expires_at: instant(),
    revoked_at: instant(),
    /** Kept to the minute; null until the first use. */
    last_used_at: instant(),
  },
  (t) => [refers(t, t.device_id, devices).onDelete('cascade'), index().on(t.tenant_id, t.device_id)],
)
