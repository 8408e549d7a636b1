import { type SQL, and, eq, inArray, isNotNull, isNull, not, or, sql } from 'drizzle-orm'
import { type BulkInput, type BulkRows, inBulk } from '../../core/bulk'
import type { Exported } from '../../core/export'
import { limits } from '../../core/limits'
import { type Scope, ago, nobody } from '../../core/scope'
import { instead, lookThrough, occursIn } from '../../core/text-search'
import { type Paging, keyset, uuids } from '../../core/wire'
import { inUnits } from '../../identity/org-units/subtree'
import { devicePresence, deviceText, devices } from './schema'
import {
  type DeviceChange,
  type DeviceStatus,
  type Found,
  deleteDevice,
  deviceColumns,
  deviceStatuses,
  shown,
  updateDevice,
} from './service'

export const deviceOrders = [
  'name',
  '-name',
  'type',
  '-type',
  'location',
  '-location',
  'last_seen_at',
  '-last_seen_at',
  'created_at',
  '-created_at',
] as const

type Time = Date | string

/** Values of one field are alternatives, fields add up; `_not` leaves out. */
export interface DeviceFilter {
  id?: string[]
  search?: string
  name_contains?: string
  location_contains?: string
  status?: DeviceStatus[]
  status_not?: DeviceStatus[]
  type?: string[]
  type_not?: string[]
  agent_version?: string[]
  agent_version_not?: string[]
  /** A unit stands for all that is below it, too. */
  org_unit_id?: string
  org_unit_id_not?: string
  site_id?: string[]
  site_id_not?: string[]
  created_at_after?: Time
  created_at_before?: Time
  last_seen_at_after?: Time
  last_seen_at_before?: Time
}
export interface DeviceQuery extends DeviceFilter, Paging {
  sort?: (typeof deviceOrders)[number]
}

const seenAt = devicePresence.last_seen_at
const onlineSince = () => ago(limits.onlineMs).toISOString()

const inStatus: Record<DeviceStatus, () => SQL> = {
  online: () => sql`${seenAt} > ${onlineSince()}`,
  offline: () => sql`${seenAt} <= ${onlineSince()}`,
  never: () => sql`${seenAt} is null`,
}
const wantedStatuses = ({ status, status_not }: DeviceFilter) =>
  deviceStatuses.filter((each) => (!status?.length || status.includes(each)) && !status_not?.includes(each))

/**
 * Policies ask of each sign of life that is read whether its device is seen, which is nothing on a page, and seconds where a whole fleet is counted or
 * one is missed in it. Whoever sees a part of the tenant is told these apart from the policies: those of the devices decide.
 */
const seesAll = ({ actor }: Scope) => actor.units === 'all'
const neverHeard = (scope: Scope, isNear = false) => {
  if (seesAll(scope)) return inStatus.never()
  return isNear ? sql`not is_heard(${devices.id})` : sql`${devices.id} not in (select device_id from heard_devices())`
}
/** Of the tenant, as in the table: PostgreSQL believes of rows held against a tenant that they are few. */
const told = (signs: SQL) => sql`select current_tenant() as tenant_id, device_id, last_seen_at from ${signs}`
const presence = (scope: Scope) => (seesAll(scope) ? sql`${devicePresence}` : sql`(${told(sql`heard_devices()`)}) as ${devicePresence}`)

const inOneOf = (scope: Scope, statuses: readonly DeviceStatus[]) =>
  or(sql`false`, ...statuses.map((status) => (status === 'never' ? neverHeard(scope) : inStatus[status]())))

/** Whether a condition reads when devices were last heard of: what is told beside the table would be read also where nobody asks. */
function asksWhen(scope: Scope, filter: DeviceFilter) {
  const statuses = wantedStatuses(filter)
  const isOfStatus = statuses.length < deviceStatuses.length && (seesAll(scope) || statuses.some((status) => status !== 'never'))
  return isOfStatus || filter.last_seen_at_after !== undefined || filter.last_seen_at_before !== undefined
}

async function matching(scope: Scope, filter: DeviceFilter) {
  const { id, search, name_contains, location_contains, type, type_not, agent_version, agent_version_not } = filter
  const {
    site_id,
    site_id_not,
    org_unit_id,
    org_unit_id_not,
    created_at_after,
    created_at_before,
    last_seen_at_after,
    last_seen_at_before,
  } = filter
  const statuses = wantedStatuses(filter)
  const at = (time: Time) => new Date(time).toISOString()
  const occurs = search ? await occursIn(scope, deviceText, search) : undefined
  const condition = and(
    scope.own(devices),
    id?.length ? sql`${devices.id} = any(${uuids(id)})` : undefined,
    occurs?.condition,
    name_contains ? sql`position(lower(${name_contains}) in lower(${devices.name})) > 0` : undefined,
    location_contains ? sql`position(lower(${location_contains}) in lower(${devices.location})) > 0` : undefined,
    statuses.length < deviceStatuses.length ? inOneOf(scope, statuses) : undefined,
    type?.length ? inArray(devices.type, type) : undefined,
    type_not?.length ? not(inArray(devices.type, type_not)) : undefined,
    agent_version?.length ? inArray(devices.agent_version, agent_version) : undefined,
    agent_version_not?.length ? sql`(${inArray(devices.agent_version, agent_version_not)}) is not true` : undefined,
    org_unit_id ? inUnits(scope, devices.org_unit_id, org_unit_id) : undefined,
    org_unit_id_not ? or(isNull(devices.org_unit_id), not(inUnits(scope, devices.org_unit_id, org_unit_id_not))) : undefined,
    site_id?.length ? inArray(devices.site_id, site_id) : undefined,
    site_id_not?.length ? sql`(${inArray(devices.site_id, site_id_not)}) is not true` : undefined,
    created_at_after ? sql`${devices.created_at} >= ${at(created_at_after)}` : undefined,
    created_at_before ? sql`${devices.created_at} < ${at(created_at_before)}` : undefined,
    last_seen_at_after ? sql`${seenAt} >= ${at(last_seen_at_after)}` : undefined,
    last_seen_at_before ? sql`${seenAt} < ${at(last_seen_at_before)}` : undefined,
  )
  return { condition, isIndexed: occurs ? occurs.isIndexed : !name_contains && !location_contains, isRare: occurs?.isIndexed ?? false }
}

/** Asked for the rows of a page alone; joined, it would be looked up for each that is sorted. */
const lastSeen = sql`(select ${seenAt} from ${devicePresence} where ${devicePresence.tenant_id} = ${devices.tenant_id}
  and ${devicePresence.device_id} = ${devices.id})`.mapWith(seenAt) as SQL<Date | null>

const withPresence = and(eq(devicePresence.tenant_id, devices.tenant_id), eq(devicePresence.device_id, devices.id))

const sortable = {
  name: { column: sql`${devices.name_order}`, key: (row: Found) => row.device.name_order },
  type: { column: sql`${devices.type}`, key: (row: Found) => row.device.type },
  location: { column: sql`${devices.location_order}`, key: (row: Found) => row.device.location_order },
  created_at: { column: sql`${devices.created_at}`, key: (row: Found) => row.device.created_at.toISOString() },
}
const withIds = (found: Found[]) => found.map((row) => ({ ...row, id: row.device.id }))

export async function listDevices(scope: Scope, { limit, cursor, sort = 'name', ...filter }: DeviceQuery) {
  const descending = sort.startsWith('-')
  const order = sort.replace('-', '')
  if (order === 'last_seen_at') return listByLastSeen(scope, { limit, cursor }, descending, filter)
  const by = sortable[order as keyof typeof sortable]
  const keys = keyset({ limit, cursor }, devices.id, { by: by.column, descending })
  const { condition, isIndexed } = await matching(scope, filter)
  const where = and(scope.own(devices), keys.after)
  const found = await lookThrough({ isIndexed, table: devices, where, keys, rows: keys.rows }, (from, order) =>
    scope.tx
      .select({ device: devices, last_seen_at: lastSeen })
      .from(from)
      .leftJoin(devicePresence, withPresence)
      .where(and(condition, keys.after))
      .orderBy(order)
      .limit(keys.rows),
  )
  const page = keys.cut(withIds(found), by.key)
  return { items: page.items.map(shown), next_cursor: page.next_cursor }
}

/** Before all times: where those stand that never were heard of. */
const never = '-infinity'

/**
 * Two lists, one behind the other: those heard of, walked by the index of their presence, and those that never were, by id.
 * In one statement the order would belong to no index, and every page would sort the whole fleet.
 */
async function listByLastSeen(scope: Scope, paging: Paging, descending: boolean, filter: DeviceFilter) {
  const { tx, own } = scope
  const { condition, isIndexed, isRare } = await matching(scope, filter)
  const heard = keyset(paging, devicePresence.device_id, { by: sql`${seenAt}`, descending })
  const silent = keyset(paging, devices.id, { by: sql`${never}::timestamptz`, descending })
  const heardWhere = and(own(devicePresence), heard.after)
  const heardFrom = (rows: number) => (from: typeof devicePresence, order: SQL) =>
    tx.select(deviceColumns).from(from).innerJoin(devices, withPresence).where(and(heardWhere, condition)).orderBy(order).limit(rows)
  // Who sees a part of the tenant would be asked of each sign of life on the way: those behind the cursor are told him, then all, and his devices decide.
  const isRead = isRare || seesAll(scope)
  const readHeard = (rows: number) =>
    isRead ? lookThrough({ isIndexed, table: devicePresence, where: heardWhere, keys: heard, rows }, heardFrom(rows)) : readTold(rows)
  async function readTold(rows: number) {
    const read = (signs: SQL, order: SQL) => heardFrom(rows)(instead(devicePresence, told(signs)), order)
    const { at = descending ? 'infinity' : never, atId = nobody } = heard
    const near = await read(sql`heard_behind(${at}::timestamptz, ${atId}::uuid, ${descending}, ${limits.walkedRows})`, heard.order)
    return near.length < rows ? read(sql`heard_devices()`, heard.sorted) : near
  }
  const silentWhere = and(own(devices), silent.after)
  const readSilent = (rows: number) =>
    lookThrough({ isIndexed: isIndexed && isRead, table: devices, where: silentWhere, keys: silent, rows }, (from, order, isNear) =>
      tx
        .select(deviceColumns)
        .from(from)
        .leftJoin(devicePresence, withPresence)
        .where(and(condition, neverHeard(scope, isNear), silent.after))
        .orderBy(order)
        .limit(rows),
    )
  const statuses = wantedStatuses(filter)
  // Whose cursor stands among those heard of has the silent ones behind him, or all before him.
  const isHeardAhead = !descending || heard.at !== never
  const heardPart = isHeardAhead && statuses.some((status) => status !== 'never') ? [readHeard] : []
  const isSilentAhead = descending || heard.at === undefined || heard.at === never
  const silentPart = statuses.includes('never') && isSilentAhead ? [readSilent] : []
  const found: Found[] = []
  for (const read of descending ? [...heardPart, ...silentPart] : [...silentPart, ...heardPart])
    if (found.length < heard.rows) found.push(...(await read(heard.rows - found.length)))
  const page = heard.cut(withIds(found), (row) => row.last_seen_at?.toISOString() ?? never)
  return { items: page.items.map(shown), next_cursor: page.next_cursor }
}

export async function countDevices(scope: Scope, filter: DeviceFilter) {
  const { condition } = await matching(scope, filter)
  const counting = scope.tx.select({ count: sql<number>`count(*)::int` }).from(devices)
  const [counted] = await (asksWhen(scope, filter) ? counting.leftJoin(presence(scope), withPresence) : counting).where(condition)
  return counted!
}

/** What there is to choose from: each with how many devices have it, the most frequent first. */
export async function deviceFacets({ tx, own }: Scope) {
  const facet = (column: typeof devices.type | typeof devices.agent_version) =>
    tx
      .select({ value: sql<string>`${column}`, count: sql<number>`count(*)::int` })
      .from(devices)
      .where(and(own(devices), sql`${column} is not null`))
      .groupBy(column)
      .orderBy(sql`count(*) desc`)
      .limit(limits.facets)
  return { type: await facet(devices.type), agent_version: await facet(devices.agent_version) }
}

const countOf = (condition: SQL) => sql<number>`count(*) filter (where ${condition})::int`
const statusCounts = () => ({
  online: countOf(inStatus.online()),
  offline: countOf(inStatus.offline()),
  never: countOf(inStatus.never()),
})

/** Within a unit and those below it; with `since`, also how many registered from then on. */
export async function summarizeDevices(scope: Scope, { org_unit_id, since }: { org_unit_id?: string; since?: Time }) {
  const [summary] = await scope.tx
    .select({
      total: sql<number>`count(*)::int`,
      ...statusCounts(),
      registered: countOf(sql`${devices.created_at} >= ${since ? new Date(since).toISOString() : 'infinity'}`),
    })
    .from(devices)
    .leftJoin(presence(scope), withPresence)
    .where((await matching(scope, { org_unit_id })).condition)
  const { registered, ...told } = summary!
  return since ? { ...told, since: { registered } } : told
}

/** How many devices each unit has itself, by status; those of no unit under null. */
export async function devicesByUnit(scope: Scope) {
  const { tx, own } = scope
  const { org_unit_id } = devices
  const counted = tx
    .select({ org_unit_id, ...statusCounts() })
    .from(devices)
    .leftJoin(presence(scope), withPresence)
  return { items: await counted.where(own(devices)).groupBy(org_unit_id).orderBy(org_unit_id) }
}

/** The same of each site where a device stands. */
export async function devicesBySite(scope: Scope) {
  const { tx, own } = scope
  const site_id = sql<string>`${devices.site_id}`
  const counted = tx
    .select({ site_id, ...statusCounts() })
    .from(devices)
    .leftJoin(presence(scope), withPresence)
  return {
    items: await counted
      .where(and(own(devices), isNotNull(devices.site_id)))
      .groupBy(site_id)
      .orderBy(site_id),
  }
}

const bulkRows = (scope: Scope): BulkRows<DeviceFilter> => ({
  page: (filter) => listDevices(scope, { ...filter, sort: 'created_at' }),
  named: (ids) =>
    scope.tx
      .select({ id: devices.id, name: devices.name })
      .from(devices)
      .where(and(scope.own(devices), sql`${devices.id} = any(${uuids(ids)})`)),
})

export const updateDevices = (scope: Scope, { change, ...which }: BulkInput<DeviceFilter> & { change: DeviceChange }) =>
  inBulk(scope, which, bulkRows(scope), (id) => updateDevice(scope, id, change))

export const deleteDevices = (scope: Scope, which: BulkInput<DeviceFilter>) =>
  inBulk(scope, which, bulkRows(scope), (id) => deleteDevice(scope, id))

type Device = ReturnType<typeof shown>

export const deviceExport: Exported<DeviceFilter & Pick<DeviceQuery, 'sort'>, Device> = {
  kind: 'devices',
  permission: 'devices.export',
  columns: {
    name: ({ name }) => name,
    status: ({ status }) => status,
    type: ({ type }) => type,
    address: ({ address }) => address,
    location: ({ location }) => location,
    org_unit_id: ({ org_unit_id }) => org_unit_id,
    site_id: ({ site_id }) => site_id,
    hardware_id: ({ hardware_id }) => hardware_id,
    agent_version: ({ agent_version }) => agent_version,
    last_seen_at: ({ last_seen_at }) => last_seen_at,
    created_at: ({ created_at }) => created_at,
    id: ({ id }) => id,
  },
  page: listDevices,
}
