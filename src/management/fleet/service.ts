import { and, asc, eq, gte, ilike, inArray, isNull, ne, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { nowMs } from '../../core/clock'
import { limits } from '../../core/limits'
import { type Paging, containing, keyset } from '../../core/wire'
import { tenantLicences } from '../licences/schema'
import type { StaffScope } from '../scope'
import type { TenantState } from '../states'
import { managedTenants } from '../tenants/schema'
import { daysShown } from './pull'
import { type Health, cloudContacts, tenantDays, tenantUsages } from './schema'

/** Numbers in an order that text has too, so that one cursor does for all. */
const asText = (number: ReturnType<typeof sql>) => sql`lpad((coalesce(${number}, -1) + 1)::text, 20, '0')`
const graveness = sql`array_position(array['ok', 'attention', 'problem'], ${tenantUsages.health})`
const sortable = {
  name: sql`lower(${managedTenants.name}) collate "C"`,
  health: asText(graveness),
  users: asText(sql`${tenantUsages.users}`),
  devices: asText(sql`${tenantUsages.devices}`),
  values: asText(sql`${tenantUsages.values_recent}`),
  stored_bytes: asText(sql`${tenantUsages.stored_bytes}`),
  failed_jobs: asText(sql`${tenantUsages.failed_jobs}`),
  last_seen_at: asText(sql`extract(epoch from ${tenantUsages.last_seen_at})::bigint`),
}
type Sort = keyof typeof sortable
export const fleetOrders = [
  'name',
  '-name',
  'health',
  '-health',
  'users',
  '-users',
  'devices',
  '-devices',
  'values',
  '-values',
  'stored_bytes',
  '-stored_bytes',
  'failed_jobs',
  '-failed_jobs',
  'last_seen_at',
  '-last_seen_at',
] as const

interface Filter {
  state?: TenantState
  health?: Health
  search?: string
  sort?: (typeof fleetOrders)[number]
}

const firstDay = () => new Date(nowMs() - (daysShown - 1) * 86_400_000).toISOString().slice(0, 10)

/** The last 30 days, oldest first; a day of which nothing was told is one of zeros. */
function allDays<D extends { day: string; values: number; records: number; rejected: number; bytes: number }>(known: D[]) {
  const byDay = new Map(known.map((day) => [day.day, day]))
  return Array.from({ length: daysShown }, (_, index) => {
    const day = new Date(Date.parse(firstDay()) + index * 86_400_000).toISOString().slice(0, 10)
    const { values = 0, records = 0, rejected = 0, bytes = 0 } = byDay.get(day) ?? {}
    return { day, values, records, rejected, bytes }
  })
}

/** Tenants that are not gone, each with what the Cloud told last of it and its last 30 days. */
export async function listFleet({ tx }: StaffScope, { state, health, search, sort = 'name', ...paging }: Paging & Filter) {
  const by = sortable[sort.replace('-', '') as Sort]
  const { rows, after, order, cut } = keyset(paging, managedTenants.id, { by, descending: sort.startsWith('-') })
  const found = await tx
    .select({ tenant: managedTenants, licence: tenantLicences, usage: tenantUsages, key: sql<string>`${by}` })
    .from(managedTenants)
    .leftJoin(tenantLicences, and(eq(tenantLicences.tenant_id, managedTenants.id), isNull(tenantLicences.ended_at)))
    .leftJoin(tenantUsages, eq(tenantUsages.tenant_id, managedTenants.id))
    .where(
      and(
        ne(managedTenants.state, 'deleted'),
        state ? eq(managedTenants.state, state) : undefined,
        health ? eq(tenantUsages.health, health) : undefined,
        search ? ilike(managedTenants.name, containing(search)) : undefined,
        after,
      ),
    )
    .orderBy(order)
    .limit(rows)
  const page = cut(
    found.map((row) => ({ ...row, id: row.tenant.id })),
    ({ key }) => key,
  )
  const ids = page.items.map(({ id }) => id)
  const days = ids.length
    ? await tx
        .select()
        .from(tenantDays)
        .where(and(inArray(tenantDays.tenant_id, ids), gte(tenantDays.day, firstDay())))
    : []
  const byTenant = Map.groupBy(days, ({ tenant_id }) => tenant_id)
  const items = page.items.map(({ id, tenant, licence, usage }) => ({
    id,
    name: tenant.name,
    state: tenant.state,
    plan: licence?.plan ?? null,
    max_users: licence?.max_users ?? null,
    max_devices: licence?.max_devices ?? null,
    expires_at: licence?.expires_at ?? null,
    usage,
    days: allDays(byTenant.get(id) ?? []),
  }))
  return { items, next_cursor: page.next_cursor }
}

/** What the Cloud told last of one tenant, or nothing yet. */
export async function usageOf({ tx }: StaffScope, tenant_id: string) {
  const [usage] = await tx.select().from(tenantUsages).where(eq(tenantUsages.tenant_id, tenant_id))
  const days = await tx
    .select()
    .from(tenantDays)
    .where(and(eq(tenantDays.tenant_id, tenant_id), gte(tenantDays.day, firstDay())))
  return { usage: usage ?? null, days: allDays(days) }
}

/** All tenants together, and whether the Cloud answers. */
export async function describeFleet({ tx }: StaffScope) {
  const [contact] = await tx.select().from(cloudContacts)
  const [totals] = await tx
    .select({
      users: sql<number>`coalesce(sum(${tenantUsages.users}), 0)::int`,
      devices: sql<number>`coalesce(sum(${tenantUsages.devices}), 0)::int`,
      devices_online: sql<number>`coalesce(sum(${tenantUsages.devices_online}), 0)::int`,
      failed_jobs: sql<number>`coalesce(sum(${tenantUsages.failed_jobs}), 0)::int`,
      stored_bytes: sql`coalesce(sum(${tenantUsages.stored_bytes}), 0)`.mapWith(Number),
    })
    .from(tenantUsages)
  const counted = await tx
    .select({ health: tenantUsages.health, count: sql<number>`count(*)::int` })
    .from(tenantUsages)
    .groupBy(tenantUsages.health)
  const sum = (column: AnyPgColumn) => sql`sum(${column})`.mapWith(Number)
  const days = await tx
    .select({
      day: tenantDays.day,
      values: sum(tenantDays.values),
      records: sum(tenantDays.records),
      rejected: sum(tenantDays.rejected),
      bytes: sum(tenantDays.bytes),
    })
    .from(tenantDays)
    .where(gte(tenantDays.day, firstDay()))
    .groupBy(tenantDays.day)
    .orderBy(asc(tenantDays.day))
  const reached_at = contact?.reached_at ?? null
  return {
    cloud: {
      reached_at,
      tried_at: contact?.tried_at ?? null,
      version: contact?.version ?? null,
      error: contact?.error ?? null,
      away: !reached_at || nowMs() - reached_at.getTime() > limits.usageStaleMs,
    },
    health: { ok: 0, attention: 0, problem: 0, ...Object.fromEntries(counted.map(({ health, count }) => [health, count])) },
    totals: totals!,
    days: allDays(days),
  }
}
