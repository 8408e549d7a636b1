import { sql } from 'drizzle-orm'
import { index, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { type Searchable, searchText } from '../../core/text-search'
import { deviceTable, instant, orderOf, placedTable, refers } from '../../core/table'
import { orgUnits } from '../../identity/org-units/schema'
import { sites } from '../sites/schema'

/** An edge appliance. It only ever connects outwards. */
export const devices = placedTable(
  'device',
  {
    name: text().notNull(),
    name_order: orderOf(sql`name`),
    site_id: uuid(),
    type: text().notNull().default('appliance'),
    hardware_id: text(),
    location: text(),
    location_order: orderOf(sql`coalesce(location, '')`),
    agent_version: text(),
    address: text(),
  },
  (t) => [
    refers(t, t.org_unit_id, orgUnits),
    refers(t, t.site_id, sites),
    index().on(t.tenant_id, t.site_id),
    uniqueIndex('device_hardware').on(t.tenant_id, t.hardware_id),
    index().on(t.tenant_id, t.name_order, t.id),
    index().on(t.tenant_id, t.created_at, t.id),
    index().on(t.tenant_id, t.type, t.id),
    index().on(t.tenant_id, t.location_order, t.id),
    index('device_search').using('gin', t.tenant_id, sql`${searchText(t.name, t.location, t.hardware_id, t.address)} gin_trgm_ops`),
  ],
)

export const deviceText: Searchable = {
  id: devices.id,
  text: searchText(devices.name, devices.location, devices.hardware_id, devices.address),
  finder: 'search_devices',
}

/** When a device was last heard of: apart from the device itself, which would otherwise be rewritten all day. */
export const devicePresence = deviceTable('device_presence', { last_seen_at: instant().notNull() }, (t) => [
  refers(t, t.device_id, devices).onDelete('cascade'),
  uniqueIndex('device_presence_device').on(t.tenant_id, t.device_id),
  index('device_presence_seen').on(t.tenant_id, t.last_seen_at, t.device_id),
])
