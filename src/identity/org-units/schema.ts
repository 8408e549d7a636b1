import { sql } from 'drizzle-orm'
import { check, doublePrecision, index, text, uuid } from 'drizzle-orm/pg-core'
import { refers, unitTable } from '../../core/table'

/** The tree inside a tenant: its customers and their departments. */
export const orgUnits = unitTable(
  'org_unit',
  {
    name: text().notNull(),
    parent_id: uuid(),
    address: text(),
    /** Where it is on a map, in degrees (WGS 84): both or neither. */
    latitude: doublePrecision(),
    longitude: doublePrecision(),
  },
  (t) => [
    refers(t, t.parent_id, t),
    index().on(t.tenant_id, t.parent_id),
    check(
      'org_unit_place',
      sql`num_nulls(${t.latitude}, ${t.longitude}) in (0, 2) and ${t.latitude} between -90 and 90 and ${t.longitude} between -180 and 180`,
    ),
  ],
)
