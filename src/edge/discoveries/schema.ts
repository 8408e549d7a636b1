import { jsonb, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { deviceTable, instant, refers } from '../../core/table'
import { devices } from '../devices/schema'

export interface OpenPort {
  port: number
  protocol: 'tcp' | 'udp'
  service: string | null
}

/** A host that a device has found in its network, the device itself among them; one row an address. */
export const discoveredHosts = deviceTable(
  'discovered_host',
  {
    ip: text().notNull(),
    mac: text(),
    hostname: text(),
    vendor: text(),
    model: text(),
    firmware: text(),
    open_ports: jsonb().$type<OpenPort[]>().notNull(),
    first_seen_at: instant().notNull(),
    last_seen_at: instant().notNull(),
  },
  (t) => [refers(t, t.device_id, devices).onDelete('cascade'), uniqueIndex('discovered_host_ip').on(t.tenant_id, t.device_id, t.ip)],
)
