import { type SQL, sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  type PgColumnBuilderBase,
  type PgTableExtraConfigValue,
  customType,
  foreignKey,
  index,
  integer,
  pgPolicy,
  pgRole,
  pgTable,
  primaryKey,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { now } from './clock'

export const appRole = pgRole('monozu_app').existing()

export const instant = () => timestamp({ withTimezone: true, precision: 3 })

const bytewise = customType<{ data: string }>({ dataType: () => 'text collate "C"' })

/**
 * How people look for a name: case and accents do not count, and 2 comes before 10. Kept beside the name where there are many, for an index: below
 * row-level security none is asked by a function. No library of the system decides on the order, whose next version would have another.
 */
export const orderOf = (text: SQL) =>
  bytewise()
    .notNull()
    .generatedAlwaysAs(sql`natural_order(${text})`)

/** The same, of few. */
export const naturally = (text: AnyPgColumn | SQL) => sql<string>`natural_order(${text}) collate "C"`

/** What an ETag shows and If-Match is held against. Named with its table, as ON CONFLICT knows two rows. */
export const version = (table: string) =>
  integer()
    .notNull()
    .default(1)
    .$onUpdate(() => sql.raw(`"${table}"."version" + 1`))

const stamp = (table: string) => ({
  tenant_id: uuid().notNull(),
  id: uuid()
    .notNull()
    .$defaultFn(() => Bun.randomUUIDv7()),
  created_at: instant().notNull().defaultNow().$defaultFn(now),
  updated_at: instant().notNull().defaultNow().$defaultFn(now).$onUpdate(now),
  version: version(table),
})
const place = (table: string) => ({ ...stamp(table), org_unit_id: uuid() })
const deviceOwned = (table: string) => ({ ...stamp(table), device_id: uuid().notNull() })

type Stamp = ReturnType<typeof stamp>
type Place = ReturnType<typeof place>
type DeviceOwned = ReturnType<typeof deviceOwned>
type Columns = Record<string, PgColumnBuilderBase>
type Self<C> = { [K in keyof C]: AnyPgColumn }
type Extra<C> = (table: Self<C>) => PgTableExtraConfigValue[]

/** The policies call STABLE functions, never a sub-select: Citus can carry those to its shards. Where there is no Citus, harden.sql makes them quicker. */
const rules = {
  tenant: sql`tenant_id = current_tenant()`,
  placed: sql`tenant_id = current_tenant() and may_see_unit(org_unit_id)`,
  unit: sql`tenant_id = current_tenant() and may_see_unit(id)`,
  // Who sees everything is not asked for each row.
  device: sql`tenant_id = current_tenant() and (sees_all() or may_see_device(device_id))`,
}

function secured<N extends string, C extends Stamp & Columns>(name: N, columns: C, rule: SQL, extra: Extra<C>) {
  return pgTable<N, C>(name, columns, (table) => {
    const self = table as unknown as Self<C>
    return [
      primaryKey({ columns: [self.tenant_id, self.id] }),
      pgPolicy(`${name}_tenant`, { to: appRole, using: rule, withCheck: rule }),
      ...extra(self),
    ]
  })
}

/** A table whose rows belong to a tenant: key (tenant_id, id), row-level security, timestamps, version. */
export const tenantTable = <N extends string, C extends Columns>(name: N, columns: C, extra: Extra<Stamp & C> = () => []) =>
  secured<N, Stamp & C>(name, { ...stamp(name), ...columns }, rules.tenant, extra)

/** A tenant table whose rows also sit in an organization unit; without one, only those who see the whole tenant see the row. */
export const placedTable = <N extends string, C extends Columns>(name: N, columns: C, extra: Extra<Place & C> = () => []) =>
  secured<N, Place & C>(name, { ...place(name), ...columns }, rules.placed, (t) => [index().on(t.tenant_id, t.org_unit_id), ...extra(t)])

/** The organization units themselves: a unit is seen by who sees it. */
export const unitTable = <N extends string, C extends Columns>(name: N, columns: C, extra: Extra<Stamp & C> = () => []) =>
  secured<N, Stamp & C>(name, { ...stamp(name), ...columns }, rules.unit, extra)

/** A tenant table whose rows belong to a device: who sees the device sees them. */
export const deviceTable = <N extends string, C extends Columns>(name: N, columns: C, extra: Extra<DeviceOwned & C> = () => []) =>
  secured<N, DeviceOwned & C>(name, { ...deviceOwned(name), ...columns }, rules.device, extra)

/** A reference that cannot leave the tenant: (tenant_id, column) to (tenant_id, id). */
export const refers = (table: { tenant_id: AnyPgColumn }, column: AnyPgColumn, to: { tenant_id: AnyPgColumn; id: AnyPgColumn }) =>
  foreignKey({ columns: [table.tenant_id, column], foreignColumns: [to.tenant_id, to.id] })
