import { type SQL, and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import { routine } from '../../core/audit'
import { enqueue } from '../../core/jobs'
import { limits } from '../../core/limits'
import { type Scope, ago } from '../../core/scope'
import { uuids } from '../../core/wire'
import { devicePresence } from '../devices/schema'
import { telemetryFrames as frames } from './frames'
import { devicesOf } from './query'
import { telemetryLayouts as layouts } from './schema'

const latestMs = 7 * 86_400_000

/** The layouts that rollups tell of from the hour of a moment on, with the beginning of each: of hours, and of the five minutes of those that are open. */
const summedUp = (theirs: (alias: string) => SQL, since: string) => sql`
  select r.layout_id, r.at from telemetry_rollup r where ${theirs('r')} and r.seconds = 3600 and r.at > ${since}::timestamptz - interval '1 hour'
  union all
  select n.layout_id, n.at from telemetry_open_hour o cross join lateral (
    select r.layout_id, r.at from telemetry_rollup r
    where r.tenant_id = o.tenant_id and r.device_id = o.device_id and r.seconds = 300 and r.at >= o.at and r.at < o.at + interval '1 hour'
      and r.at > ${since}::timestamptz - interval '1 hour' offset 0) n
  where ${theirs('o')} and o.at > ${since}::timestamptz - interval '1 hour'`

interface Newest extends Record<string, unknown> {
  layout_id: string
  atMs: number
  /** What is no finite number comes as text. */
  values: (number | string)[]
}

/**
 * The newest frame of each layout of a device within the last week; "newest" is by the device's own time, not by arrival. Rollups tell which layouts
 * there are and the hour, at the longest, of each, arrivals where frames came since: however many frames a week has, few of them are read.
 */
async function newestFrames(scope: Scope, device_id: string) {
  await devicesOf(scope, { device_id: [device_id] })
  const { tx, actor, own } = scope
  const since = ago(latestMs).toISOString()
  const mine = (alias: string) => sql.raw(`${alias}.tenant_id = '${actor.tenant_id}' and ${alias}.device_id = '${device_id}'`)
  const recent = sql`telemetry_frame f where ${mine('f')} and f.at > ${since}::timestamptz`
  const newest = await tx.execute<Newest>(sql`
    with summed as (select s.layout_id, max(s.at) as at from (${summedUp(mine, since)}) s group by s.layout_id),
    settled as (
      select s.layout_id, n.at from summed s cross join lateral (
        select f.at from ${recent} and f.layout_id = s.layout_id and f.at >= s.at and f.at < s.at + interval '1 hour' order by f.at desc limit 1) n),
    unsettled as (
      select n.layout_id, max(n.at) as at from telemetry_arrival a cross join lateral (
        select f.layout_id, f.at from ${recent} and f.at >= a.at and f.at < a.at + interval '5 minutes' offset 0) n
      where ${mine('a')} and a.at > ${since}::timestamptz - interval '5 minutes' group by n.layout_id),
    newest as (select layout_id, max(at) as at from (table settled union all table unsettled) both_of group by layout_id)
    select n.layout_id, date_part('epoch', n.at) * 1000 as "atMs", to_json(v.values) as values from newest n cross join lateral (
      select f.values from ${recent} and f.at = n.at and f.layout_id = n.layout_id) v`)
  if (!newest.length) return []
  const byLayout = new Map(newest.map((frame) => [frame.layout_id, frame]))
  const known = await tx
    .select({ id: layouts.id, metrics: layouts.metrics, labels: layouts.labels })
    .from(layouts)
    .where(and(own(layouts), inArray(layouts.id, [...byLayout.keys()])))
  return known.map((layout) => ({ layout, frame: byLayout.get(layout.id)! }))
}

/** A metric with the same labels may stand in several layouts: what is newest counts, and of one moment the oldest layout. */
export async function latestTelemetry(scope: Scope, device_id: string) {
  const found = await newestFrames(scope, device_id)
  const newest = new Map<string, { device_id: string; metric: string; labels: Record<string, string>; at: Date; value: number }>()
  for (const { layout, frame } of found.sort((a, b) => a.frame.atMs - b.frame.atMs || (a.layout.id < b.layout.id ? 1 : -1))) {
    const { metrics, labels } = layout
    const [at, written] = [new Date(frame.atMs), JSON.stringify(labels)]
    for (const [place, metric] of metrics.entries()) {
      const value = frame.values[place]
      if (typeof value === 'number') newest.set(`${metric} ${written}`, { device_id, metric, labels, at, value })
    }
  }
  return { items: [...newest.values()].sort((a, b) => (a.metric < b.metric ? -1 : 1)) }
}

interface Asked {
  device_id?: string[]
  org_unit_id?: string
}

/** A unit may hold thousands of devices: those that reported last stand for it. */
async function recentlySeen({ tx, own }: Scope, ids: string[]) {
  const found = await tx
    .select({ id: devicePresence.device_id })
    .from(devicePresence)
    .where(and(own(devicePresence), sql`${devicePresence.device_id} = any(${uuids(ids)})`))
    .orderBy(desc(devicePresence.last_seen_at))
    .limit(limits.queryDevices)
  return found.map(({ id }) => id)
}

/** Which metrics devices reported within the last week, and with which labels. */
export async function listMetrics(scope: Scope, asked: Asked) {
  const { tx, own, actor } = scope
  const all = await devicesOf(scope, asked)
  const ids = all.length > limits.queryDevices ? await recentlySeen(scope, all) : all
  const since = ago(latestMs).toISOString()
  const theirs = (alias: string) =>
    sql`${sql.raw(alias)}.tenant_id = ${actor.tenant_id} and ${sql.raw(alias)}.device_id = any(${uuids(ids)})`
  const known = await tx
    .select({ metrics: layouts.metrics, labels: layouts.labels })
    .from(layouts)
    .where(
      and(
        own(layouts),
        sql`${layouts.id} in (
          select s.layout_id from (${summedUp(theirs, since)}) s
          union
          select n.layout_id from telemetry_arrival a cross join lateral (
            select f.layout_id from telemetry_frame f
            where f.tenant_id = a.tenant_id and f.device_id = a.device_id and f.at >= a.at and f.at < a.at + interval '5 minutes'
              and f.at > ${since}::timestamptz offset 0) n
          where ${theirs('a')} and a.at > ${since}::timestamptz - interval '5 minutes')`,
      ),
    )
    .orderBy(layouts.id)
  const labels = new Map<string, Map<string, Record<string, string>>>()
  for (const layout of known) {
    const written = JSON.stringify(layout.labels)
    for (const metric of layout.metrics) labels.set(metric, (labels.get(metric) ?? new Map()).set(written, layout.labels))
  }
  const items = [...labels].map(([metric, sets]) => ({ metric, labels: [...sets.values()] }))
  return { items: items.sort((a, b) => (a.metric < b.metric ? -1 : 1)) }
}

/** Many more than the frames of one instant, few enough for one statement. */
const framesPurgedAtOnce = 20_000

/** Removes the telemetry of a device that is gone, a part at a time, oldest first. */
export async function purgeTelemetry(scope: Scope, device_id: string) {
  routine(scope, 'the removal of the device was audited')
  const { tx, own, actor } = scope
  const mine = and(own(frames), eq(frames.device_id, device_id))
  const [rest] = await tx.select({ at: frames.at }).from(frames).where(mine).orderBy(frames.at).offset(framesPurgedAtOnce).limit(1)
  await tx.delete(frames).where(and(mine, rest && lt(frames.at, rest.at)))
  if (rest) return enqueue(scope, 'telemetry.purge', { device_id })
  await tx.execute(sql`delete from telemetry_rollup r where r.tenant_id = ${actor.tenant_id} and r.device_id = ${device_id}::uuid`)
  await tx.execute(sql`delete from telemetry_open_hour o where o.tenant_id = ${actor.tenant_id} and o.device_id = ${device_id}::uuid`)
  await tx.execute(sql`delete from telemetry_arrival a where a.tenant_id = ${actor.tenant_id} and a.device_id = ${device_id}::uuid`)
}
