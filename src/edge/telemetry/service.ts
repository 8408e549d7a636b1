import { and, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import { routine } from '../../core/audit'
import { invalid, notFound } from '../../core/errors'
import { enqueue } from '../../core/jobs'
import { limits } from '../../core/limits'
import { type Scope, ago, isId } from '../../core/scope'
import { uuids } from '../../core/wire'
import { devices } from '../devices/schema'
import { telemetryFrames as frames } from './frames'
import { telemetryLayouts as layouts } from './schema'

export const aggregates = ['avg', 'min', 'max', 'sum', 'last', 'count', 'rate'] as const
export interface TelemetryQuery {
  device_id?: string[]
  org_unit_id?: string
  metric: string[]
  from: Date
  to: Date
  step?: string
  aggregate?: (typeof aggregates)[number]
  tz?: string
  cursor?: string
}

type Layout = typeof layouts.$inferSelect
interface Series {
  device_id: string
  metric: string
  labels: Record<string, string>
  points: [number, number][]
}

/** The devices asked for, as far as the caller sees them: one that is not seen does not exist. */
async function devicesOf(
  { tx, own }: Scope,
  { device_id = [], org_unit_id }: Pick<TelemetryQuery, 'device_id' | 'org_unit_id'>,
): Promise<string[]> {
  if (!device_id.length && !org_unit_id) throw invalid('/device_id', 'or org_unit_id is required')
  const found = await tx
    .select({ id: devices.id })
    .from(devices)
    .where(and(own(devices), org_unit_id ? eq(devices.org_unit_id, org_unit_id) : sql`${devices.id} = any(${uuids(device_id)})`))
    .limit(limits.queryDevices + 1)
  if (!org_unit_id && found.length < new Set(device_id).size) throw notFound('device')
  if (found.length > limits.queryDevices) throw invalid('/org_unit_id', `has more than ${limits.queryDevices} devices; name some of them`)
  return found.map(({ id }) => id)
}

/** Where each metric stands: (layout, position in its values), 1-based as PostgreSQL counts. */
async function placesOf({ tx, own }: Scope, metrics: string[]) {
  const wanted = `{${metrics.map((metric) => JSON.stringify(metric)).join(',')}}`
  const found = await tx
    .select()
    .from(layouts)
    .where(and(own(layouts), sql`${layouts.metrics} && ${wanted}::text[]`))
  return found.flatMap((layout) =>
    metrics.flatMap((metric) => (layout.metrics.includes(metric) ? [{ layout, metric, place: layout.metrics.indexOf(metric) + 1 }] : [])),
  )
}

const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const

function stepSeconds(step: string): number {
  const [, count = '0', unit = 's'] = step.match(/^(\d{1,6})([smhd])$/) ?? []
  const seconds = Number(count) * units[unit as keyof typeof units]
  if (!seconds) throw invalid('/step', 'must be a number and s, m, h or d, such as 60s')
  return seconds
}

/** Buckets begin where a day begins in `tz`, so that a day is a day there, also when clocks change. */
function bucketOf(seconds: number, tz: string | undefined) {
  const interval = sql`make_interval(secs => ${seconds})`
  if (!tz || seconds < 86_400) return sql`date_bin(${interval}, f.at, timestamptz '2000-01-03 00:00:00+00')`
  return sql`(date_bin(${interval}, f.at at time zone ${tz}, timestamp '2000-01-03 00:00:00') at time zone ${tz})`
}

const asNumber = {
  avg: sql`avg(v)`,
  min: sql`min(v)`,
  max: sql`max(v)`,
  sum: sql`sum(v)`,
  count: sql`count(v)`,
  last: sql`(array_agg(v order by at desc))[1]`,
}

interface Row extends Record<string, unknown> {
  device_id: string
  layout_id: string
  place: number
  points: [number, number][]
}

/**
 * `points` are [epoch milliseconds, value], oldest first. Without `step` they are raw, at most 50,000 an answer; with it there is one a bucket.
 * `rate` is the increase of a counter a second; a counter that falls has begun again at zero.
 */
export async function queryTelemetry(scope: Scope, query: TelemetryQuery): Promise<{ series: Series[]; next_cursor: string | null }> {
  const { from, to, step, aggregate = 'avg', tz } = query
  if (from >= to) throw invalid('/to', 'must be later than from')
  if (tz && !isZone(tz)) throw invalid('/tz', 'must be an IANA time zone')
  const ids = await devicesOf(scope, query)
  const places = await placesOf(scope, [...new Set(query.metric)])
  if (!ids.length || !places.length) return { series: [], next_cursor: null }
  const asked = { ids, from, to, layouts: [...new Set(places.map(({ layout }) => layout.id))] }
  const at = (row: Row) => places.find(({ layout, place }) => layout.id === row.layout_id && place === row.place)!
  const series = (row: Row): Series => ({
    device_id: row.device_id,
    metric: at(row).metric,
    labels: at(row).layout.labels,
    points: row.points,
  })
  if (!step) return rawPoints(scope, asked, places, query.cursor)
  const seconds = stepSeconds(step)
  if ((to.getTime() - from.getTime()) / 1000 / seconds > limits.queryPoints)
    throw invalid('/step', `gives more than ${limits.queryPoints} points`)
  const rows = await bucketed(scope, asked, places, seconds, aggregate, tz)
  return { series: rows.map(series).sort(bySeries), next_cursor: null }
}

const nameOf = ({ device_id, metric, labels }: Series) => `${metric} ${JSON.stringify(labels)} ${device_id}`
const bySeries = (a: Series, b: Series) => (nameOf(a) < nameOf(b) ? -1 : 1)

interface Asked {
  ids: string[]
  layouts: string[]
  from: Date
  to: Date
}
type Place = { layout: Layout; metric: string; place: number }

const frameRange = ({ ids, layouts, from, to }: Asked, margin = sql``) =>
  sql`f.tenant_id = current_tenant() and f.device_id = any(${uuids(ids)}) and f.layout_id = any(${uuids(layouts)})
    and f.at >= ${from.toISOString()}::timestamptz ${margin} and f.at < ${to.toISOString()}::timestamptz`

async function bucketed(
  { tx, own }: Scope,
  asked: Asked,
  places: Place[],
  seconds: number,
  aggregate: (typeof aggregates)[number],
  tz?: string,
) {
  const wanted = sql.join(
    places.map(({ layout, place }) => sql`(${layout.id}::uuid, ${place}::int)`),
    sql`, `,
  )
  const bucket = bucketOf(seconds, tz)
  const rate = aggregate === 'rate'
  const margin = rate ? sql`- make_interval(secs => ${Math.min(seconds, 3600)})` : sql``
  const value = rate ? sql`sum(case when v < previous then v else v - previous end) / ${seconds}` : asNumber[aggregate]
  return tx.execute<Row>(sql`
    with samples as (
      select f.device_id, f.layout_id, w.place, f.at, f.values[w.place] as v, ${bucket} as bucket
        ${rate ? sql`, lag(f.values[w.place]) over (partition by f.device_id, f.layout_id, w.place order by f.at) as previous` : sql``}
      from telemetry_frame f join (values ${wanted}) w (layout_id, place) on w.layout_id = f.layout_id
      where ${own(frameAlias)} and ${frameRange(asked, margin)}),
    buckets as (
      select device_id, layout_id, place, bucket, ${value} as value from samples
      where at >= ${asked.from.toISOString()}::timestamptz ${rate ? sql`and previous is not null` : sql``}
      group by device_id, layout_id, place, bucket)
    select device_id, layout_id, place, json_agg(json_build_array((extract(epoch from bucket) * 1000)::bigint, value) order by bucket) as points
    from buckets group by device_id, layout_id, place limit ${limits.querySeries}`)
}

/** `f` in raw SQL, for the road predicate. */
const frameAlias = { tenant_id: sql`f.tenant_id` } as unknown as { tenant_id: typeof frames.tenant_id }

async function rawPoints({ tx, own }: Scope, asked: Asked, places: Place[], cursor: string | undefined) {
  const after = cursor === undefined ? undefined : readCursor(cursor)
  const widest = Math.max(...asked.layouts.map((id) => places.filter((known) => known.layout.id === id).length))
  const rows = Math.floor(limits.queryPoints / widest)
  const found = await tx
    .select()
    .from(frames)
    .where(
      and(
        own(frames),
        sql`${frames.device_id} = any(${uuids(asked.ids)}) and ${frames.layout_id} = any(${uuids(asked.layouts)})`,
        sql`${frames.at} >= ${asked.from.toISOString()} and ${frames.at} < ${asked.to.toISOString()}`,
        after &&
          sql`(${frames.device_id}, ${frames.at}, ${frames.layout_id}) > (${after.device}::uuid, ${after.time}::timestamptz, ${after.layout}::uuid)`,
      ),
    )
    .orderBy(frames.device_id, frames.at, frames.layout_id)
    .limit(rows + 1)
  const series = new Map<string, Series>()
  for (const frame of found.slice(0, rows)) {
    for (const { layout, metric, place } of places) {
      if (layout.id !== frame.layout_id) continue
      const key = `${frame.device_id} ${layout.id} ${place}`
      const mine = series.get(key) ?? { device_id: frame.device_id, metric, labels: layout.labels, points: [] }
      series.set(key, mine)
      mine.points.push([frame.at.getTime(), frame.values[place - 1]!])
    }
  }
  const last = found.length > rows ? found[rows - 1] : undefined
  const next_cursor = last ? Buffer.from(`${last.device_id} ${last.at.toISOString()} ${last.layout_id}`).toString('base64url') : null
  return { series: [...series.values()].sort(bySeries), next_cursor }
}

/** The last frame of the page before. */
function readCursor(cursor: string) {
  const [device = '', time = '', layout = ''] = Buffer.from(cursor, 'base64url').toString().split(' ')
  if (!isId(device) || !isId(layout) || Number.isNaN(Date.parse(time))) throw invalid('/cursor', 'is not a cursor of this question')
  return { device, time, layout }
}

/** A name, not an offset: PostgreSQL reads `+01:00` the POSIX way, as one hour behind. */
const isZone = (tz: string) => {
  try {
    return /^[A-Z]/i.test(tz) && Boolean(new Intl.DateTimeFormat('en', { timeZone: tz }))
  } catch {
    return false
  }
}

const latestMs = 7 * 86_400_000
const latestFrames = 2000

/** The newest frame of each layout of a device within the last week. "Newest" is by the device's own time, not by arrival. */
async function newestFrames(scope: Scope, device_id: string) {
  await devicesOf(scope, { device_id: [device_id] })
  const { tx, own } = scope
  const recent = await tx
    .select({ at: frames.at, layout_id: frames.layout_id, values: frames.values })
    .from(frames)
    .where(and(own(frames), eq(frames.device_id, device_id), gt(frames.at, ago(latestMs))))
    .orderBy(desc(frames.at))
    .limit(latestFrames)
  const newest = new Map<string, (typeof recent)[number]>()
  for (const frame of recent) if (!newest.has(frame.layout_id)) newest.set(frame.layout_id, frame)
  if (!newest.size) return []
  const known = await tx
    .select()
    .from(layouts)
    .where(and(own(layouts), inArray(layouts.id, [...newest.keys()])))
  return known.map((layout) => ({ layout, frame: newest.get(layout.id)! }))
}

export async function latestTelemetry(scope: Scope, device_id: string) {
  const found = await newestFrames(scope, device_id)
  const items = found.flatMap(({ layout, frame }) =>
    layout.metrics.map((metric, place) => ({ device_id, metric, labels: layout.labels, at: frame.at, value: frame.values[place]! })),
  )
  return { items: items.sort((a, b) => (a.metric < b.metric ? -1 : 1)) }
}

/** Which metrics a device reports, and with which labels. */
export async function listMetrics(scope: Scope, device_id: string) {
  const found = await newestFrames(scope, device_id)
  const labels = new Map<string, Record<string, string>[]>()
  for (const { layout } of found) for (const metric of layout.metrics) labels.set(metric, [...(labels.get(metric) ?? []), layout.labels])
  return { items: [...labels].map(([metric, labels]) => ({ metric, labels })).sort((a, b) => (a.metric < b.metric ? -1 : 1)) }
}

/** Many more than the frames of one instant, few enough for one statement. */
const framesPurgedAtOnce = 20_000

/** Removes the telemetry of a device that is gone, a part at a time, oldest first. */
export async function purgeTelemetry(scope: Scope, device_id: string) {
  routine(scope, 'the removal of the device was audited')
  const mine = and(scope.own(frames), eq(frames.device_id, device_id))
  const [rest] = await scope.tx.select({ at: frames.at }).from(frames).where(mine).orderBy(frames.at).offset(framesPurgedAtOnce).limit(1)
  await scope.tx.delete(frames).where(and(mine, rest && lt(frames.at, rest.at)))
  if (rest) await enqueue(scope, 'telemetry.purge', { device_id })
}
