import { sql } from 'drizzle-orm'
import { check, doublePrecision, index, text, uuid } from 'drizzle-orm/pg-core'
import { orderOf, placedTable, refers } from '../../core/table'
import { orgUnits } from '../../identity/org-units/schema'

/** A place of an organization unit, where devices stand. It stays with its unit. */
export const sites = placedTable(
  'site',
  {
    name: text().notNull(),
    name_order: orderOf(sql`name`),
    org_unit_id: uuid().notNull(),
    address: text(),
    /** Where it is on a map, in degrees (WGS 84): both or neither. */
    latitude: doublePrecision(),
    longitude: doublePrecision(),
    /** Of the IANA database, by which people there read the clock. */
    time_zone: text(),
  },
  (t) => [
    refers(t, t.org_unit_id, orgUnits),
    index().on(t.tenant_id, t.name_order, t.id),
    check(
      'site_place',
      sql`num_nulls(${t.latitude}, ${t.longitude}) in (0, 2) and ${t.latitude} between -90 and 90 and ${t.longitude} between -180 and 180`,
    ),
  ],
)
