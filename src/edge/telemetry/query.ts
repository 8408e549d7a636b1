import { type SQL, and, gte, sql } from 'drizzle-orm'
import { invalid, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import type { Scope } from '../../core/scope'
import { uuids } from '../../core/wire'
import { isTimeZone } from '../../core/zone'
import { inUnits } from '../../identity/org-units/subtree'
import { devices } from '../devices/schema'
import { readMoment, readSeries, writeCursor } from './cursors'
import { type Asked, type Place, finite, piecesOf, stretches, widthsFor } from './pieces'
import { gain } from './rollup'
import { telemetryLayouts as layouts } from './schema'

export const aggregates = ['avg', 'min', 'max', 'sum', 'last', 'count', 'rate'] as const
type Aggregate = (typeof aggregates)[number]
export interface TelemetryQuery {
  device_id?: string[]
  org_unit_id?: string
  metric: string[]
  from: Date
  to: Date
  step?: string
  aggregate?: Aggregate
  tz?: string
  cursor?: string
}

interface Series {
  device_id: string
  metric: string
  labels: Record<string, string>
  /** JSON as the database wrote it, so that a long answer costs this process nothing: [[epoch milliseconds, value], ...]. */
  points: string
}
export interface TelemetryPage {
  series: Series[]
  next_cursor: string | null
}

/** The devices asked for, as far as the caller sees them: one that is not seen does not exist. A unit stands for what lies below it. */
export async function devicesOf(
  scope: Scope,
  { device_id = [], org_unit_id }: Pick<TelemetryQuery, 'device_id' | 'org_unit_id'>,
): Promise<string[]> {
  const { tx, own } = scope
  if (!device_id.length && !org_unit_id) throw invalid('/device_id', 'or org_unit_id is required')
  const most = org_unit_id ? limits.queryUnitDevices : limits.queryDevices
  const found = await tx
    .select({ id: devices.id })
    .from(devices)
    .where(
      and(own(devices), org_unit_id ? inUnits(scope, devices.org_unit_id, org_unit_id) : sql`${devices.id} = any(${uuids(device_id)})`),
    )
    .limit(most + 1)
  if (!org_unit_id && found.length < new Set(device_id).size) throw notFound('device')
  if (found.length > most) throw invalid('/org_unit_id', `has more than ${most} devices; name some of them`)
  return found.map(({ id }) => id)
}

/** In layouts that have frames from then on, or had shortly before, which is what a first rate has grown from. */
async function placesOf({ tx, own }: Scope, metrics: string[], from: Date): Promise<Place[]> {
  const earliest = new Date(from.getTime() - longestMarginMs)
  const wanted = `{${metrics.map((metric) => JSON.stringify(metric)).join(',')}}`
  const found = await tx
    .select({ id: layouts.id, metrics: layouts.metrics, labels: layouts.labels })
    .from(layouts)
    .where(and(own(layouts), gte(layouts.kept_until, earliest), sql`${layouts.metrics} && ${wanted}::text[]`))
  return found.flatMap((layout) => {
    const labels = JSON.stringify(layout.labels)
    return metrics.flatMap((metric) => {
      const place = layout.metrics.indexOf(metric) + 1
      return place ? [{ layout, metric, place, series: Bun.randomUUIDv5(`${metric} ${labels}`, 'oid') }] : []
    })
  })
}

const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const

function stepSeconds(step: string): number {
  const [, count = '0', unit = 's'] = step.match(/^(\d{1,6})([smhd])$/) ?? []
  const seconds = Number(count) * units[unit as keyof typeof units]
  if (!seconds) throw invalid('/step', 'must be a number and s, m, h or d, such as 60s')
  return seconds
}

/** Refuses what no answer can be given to; the devices asked for. */
export async function examineQuery(scope: Scope, query: TelemetryQuery): Promise<string[]> {
  const { from, to, step, tz } = query
  if (from >= to) throw invalid('/to', 'must be later than from')
  if (tz && !isTimeZone(tz)) throw invalid('/tz', 'must be an IANA time zone')
  if (step && bucketsOf(query, stepSeconds(step)) > limits.queryPoints)
    throw invalid('/step', `gives more than ${limits.queryPoints} points`)
  return devicesOf(scope, query)
}

const bucketsOf = ({ from, to }: Pick<TelemetryQuery, 'from' | 'to'>, seconds: number) => (to.getTime() - from.getTime()) / 1000 / seconds

/**
 * Points are oldest first; what is no finite number is no point. Without `step` they are raw, at most 50,000 a page; with it there is one a bucket,
 * and a page holds whole series. `rate` is the increase of a counter a second since the bucket before that it was seen in, however many lie between;
 * one that falls has begun again at zero.
 */
export async function queryTelemetry(scope: Scope, query: TelemetryQuery): Promise<TelemetryPage> {
  const { from, to, step } = query
  const [ids, places] = await Promise.all([examineQuery(scope, query), placesOf(scope, [...new Set(query.metric)], from)])
  if (!ids.length || !places.length) return { series: [], next_cursor: null }
  const asked = { tenant_id: scope.actor.tenant_id, ids: ids.sort(), places, from, to }
  return step ? bucketed(scope, asked, stepSeconds(step), query) : rawPoints(scope, asked, query.cursor)
}

const nameOf = ({ device_id, metric, labels }: Series) => `${metric} ${JSON.stringify(labels)} ${device_id}`
const bySeries = (a: Series, b: Series) => (nameOf(a) < nameOf(b) ? -1 : 1)

/** Buckets begin where a day begins in `tz`, so that a day is a day there, also when clocks change. */
function bucketOf(seconds: number, tz: string | undefined) {
  const interval = sql`make_interval(secs => ${seconds})`
  if (!tz || seconds < 86_400) return sql`date_bin(${interval}, at, timestamptz '2000-01-03 00:00:00+00')`
  return sql`(date_bin(${interval}, at at time zone ${tz}, timestamp '2000-01-03 00:00:00') at time zone ${tz})`
}

/** Of a bucket from its pieces, and of one that a single rollup is. */
const asNumber = {
  avg: sql`sum(total) / sum(count)`,
  min: sql`min(low)`,
  max: sql`max(high)`,
  sum: sql`sum(total)`,
  count: sql`sum(count)`,
  last: sql`(array_agg(last order by at desc))[1]`,
}
const asWhole = { avg: sql`total / count`, min: sql`low`, max: sql`high`, sum: sql`total`, count: sql`count`, last: sql`last` }

interface Row extends Record<string, unknown> {
  device_id: string
  series: string
  points: string
}

/** `concat` makes one text where `||` makes one after the other, and a `filter` would have sorted what is in order: a third of what a point costs. */
const pointsOf = (at: SQL, value: SQL, which: SQL) => {
  const point = sql`case when ${which} then concat((date_part('epoch', ${at}) * 1000)::bigint, ',', ${value}) end`
  return sql`'[[' || string_agg(${point}, '],[' order by ${at}) || ']]'`
}

const longestMarginMs = 3_600_000

/** How far back the sample may lie from which the first of a range has grown, in milliseconds. */
const marginMs = (seconds: number, aggregate: Aggregate) => (aggregate === 'rate' ? Math.min(seconds * 1000, longestMarginMs) : 0)

/** Device after device, so that a page costs what it holds, however many devices are asked for. */
async function bucketed(
  { tx }: Scope,
  asked: Asked,
  seconds: number,
  { aggregate = 'avg', tz, cursor }: TelemetryQuery,
): Promise<TelemetryPage> {
  const [fromMs, toMs] = [asked.from.getTime(), asked.to.getTime()]
  const most = Math.min(limits.querySeries, Math.max(1, Math.floor(limits.queryPagePoints / Math.ceil(bucketsOf(asked, seconds)))))
  const widths = widthsFor(seconds, asked, tz)
  const parts = [...stretches(fromMs - marginMs(seconds, aggregate), fromMs, widths), ...stretches(fromMs, toMs, widths)]
  const isRate = aggregate === 'rate'
  const isSplit = new Set(asked.places.map(({ series }) => series)).size < asked.places.length
  const isOrdered = isSplit && (isRate || aggregate === 'last')
  const whole = isRate || isSplit || !parts.some((part) => part.seconds === seconds) ? undefined : asWhole[aggregate]
  const inside = sql`at >= ${asked.from.toISOString()}::timestamptz`
  // Where frames are gone, what only one can tell is told by the layout that has more of it.
  const pieces = isOrdered ? sql`(select distinct on (series, at) * from pieces order by series, at, count desc) pieces` : sql`pieces`
  const grown = sql`(select *, lag(addend(last)) over (partition by series order by at) as previous from ${pieces}) p`
  const growth = sql`sum(increase + coalesce(${gain}, 0)) filter (where ${inside} and (previous is not null or count > 1))`
  const stepsSince = sql`coalesce(round(date_part('epoch', bucket - lag(bucket) over (partition by series order by bucket)) / ${seconds}), 1)`
  const rates = sql`(select series, bucket, value / (${seconds} * ${stepsSince}) as value from buckets) b where value is not null`
  const after = cursor === undefined ? undefined : readSeries(cursor)
  const ids = after ? asked.ids.filter((id) => id >= after.device) : asked.ids
  const rows = await tx.execute<Row>(sql`
    select d.device_id, s.series, s.points
    from (select device_id from unnest(${uuids(ids)}) i (device_id) order by 1) d cross join lateral (
      ${piecesOf(asked, parts, { whole: whole && seconds, isSplit, isOrdered })},
      buckets as (
        select series, ${bucketOf(seconds, tz)} as bucket, ${isRate ? growth : asNumber[aggregate]} as value
        from ${isRate ? grown : sql`${pieces} where ${inside}`}
        group by series, bucket
        ${whole ? sql`union all select series, at, ${whole} from wholes` : sql``})
      select series, ${pointsOf(sql`bucket`, sql`value`, sql`value is not null`)} as points from ${isRate ? rates : sql`buckets`} group by series) s
    ${after ? sql`where (d.device_id, s.series) > (${after.device}::uuid, ${after.series}::uuid)` : sql``}
    order by d.device_id, s.series limit ${most + 1}`)
  const page = rows.slice(0, most)
  const last = rows.length > most ? page.at(-1) : undefined
  return {
    series: seriesOf(asked, page),
    next_cursor: last ? writeCursor(last.device_id, last.series) : null,
  }
}

function seriesOf({ places }: Asked, rows: Row[]): Series[] {
  const known = new Map(places.map((one) => [one.series, one]))
  const series = rows.map(({ device_id, series, points }) => {
    const { layout, metric } = known.get(series)!
    return { device_id, metric, labels: layout.labels, points }
  })
  return series.sort(bySeries)
}

/**
 * The frames `of` a page, and from them a row `x` for each wanted value (device, layout, place, time, `v`): a frame may hold hundreds, and a chart wants
 * one. Where that is so of every layout, it is taken without a detour.
 */
function valuesOf(places: Place[], of: (columns: SQL) => SQL): SQL {
  const wanted = [...Map.groupBy(places, ({ layout }) => layout.id)]
  const byLayout = (take: (some: Place[]) => SQL) => {
    const cases = wanted.map(([layout, some]) => sql`when ${layout}::uuid then ${take(some)}`)
    return cases.length > 1 ? sql`case f.layout_id ${sql.join(cases, sql` `)} end` : take(wanted[0]![1])
  }
  const value = ({ place }: Place) => sql`f.values[${place}::int]`
  if (wanted.every(([, some]) => some.length === 1))
    return sql`(${of(sql`${byLayout(([one]) => sql`${one!.place}::int`)} as place, ${byLayout(([one]) => value(one!))} as v`)}) x`
  const picks = wanted.flatMap(([layout, some]) => some.map(({ place }, index) => ({ layout, place, picked: index + 1 })))
  const list = (numbers: number[]) => sql`${`{${numbers.join(',')}}`}::int[]`
  return sql`(
    select p.device_id, p.layout_id, p.at, w.place, p.values[w.picked] as v
    from (${of(sql`${byLayout((some) => sql`array[${sql.join(some.map(value), sql`, `)}]`)} as values`)}) p
      join unnest(${uuids(picks.map(({ layout }) => layout))}, ${list(picks.map(({ place }) => place))}, ${list(picks.map(({ picked }) => picked))})
        w (layout_id, place, picked) on w.layout_id = p.layout_id) x`
}

async function rawPoints({ tx }: Scope, asked: Asked, cursor: string | undefined): Promise<TelemetryPage> {
  const { tenant_id, ids, places, from, to } = asked
  const after = cursor === undefined ? undefined : readMoment(cursor)
  const layouts = Map.groupBy(places, ({ layout }) => layout.id)
  const most = Math.floor(limits.queryPoints / Math.max(...[...layouts.values()].map(({ length }) => length)))
  const frames = (columns: SQL) => sql`
    select f.device_id, f.layout_id, f.at, ${columns} from telemetry_frame f
    where f.tenant_id = ${tenant_id} and f.device_id = any(${uuids(ids)}) and f.layout_id = any(${uuids([...layouts.keys()])})
      and f.at >= ${from.toISOString()}::timestamptz and f.at < ${to.toISOString()}::timestamptz
      ${after ? sql`and (f.device_id, f.at, f.layout_id) > (${after.device}::uuid, ${after.time}::timestamptz, ${after.layout}::uuid)` : sql``}
    order by f.device_id, f.at, f.layout_id limit ${most}`
  // A chart asks for one place: its frames are in the order of the points already, and need no sorting into series.
  const [only] = places.length === 1 ? places : []
  const series = only ? sql`${only.layout.id}::uuid as layout_id, ${only.place}::int as place` : sql`x.layout_id, x.place`
  const found = await tx.execute<PlaceRow>(sql`
    select x.device_id, ${series}, ${pointsOf(sql`x.at`, sql`x.v`, finite)} as points, count(*)::int as frames,
      to_char(max(x.at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last
    from ${valuesOf(places, frames)} group by x.device_id${only ? sql`` : sql`, x.layout_id, x.place`}`)
  // By the last frame of each device and layout, so that the greatest is the last of the page.
  const byLast = new Map(found.map((row) => [`${row.device_id} ${row.last} ${row.layout_id}`, row]))
  const read = [...byLast.values()].reduce((sum, row) => sum + row.frames, 0)
  const last = read < most ? undefined : byLast.get([...byLast.keys()].sort().at(-1)!)
  const seriesAt = new Map(places.map(({ layout, place, series }) => [`${layout.id} ${place}`, series]))
  const rows = found
    .sort((a, b) => (a.layout_id < b.layout_id ? -1 : 1))
    .flatMap(({ device_id, layout_id, place, points }) =>
      points === null ? [] : [{ device_id, series: seriesAt.get(`${layout_id} ${place}`)!, points }],
    )
  return {
    series: seriesOf(asked, wholeSeries(rows)),
    next_cursor: last ? writeCursor(last.device_id, last.layout_id, last.last) : null,
  }
}

/** Points of one place in one layout. */
interface PlaceRow extends Record<string, unknown> {
  device_id: string
  layout_id: string
  place: number
  points: string | null
  frames: number
  last: string
}

/** Puts together what stands in several layouts; of one moment that of the oldest counts. */
function wholeSeries(rows: Row[]): Row[] {
  const parts = [...Map.groupBy(rows, ({ device_id, series }) => `${device_id} ${series}`).values()]
  return parts.map(([first, ...others]) => {
    if (!others.length) return first!
    const points = new Map([first!, ...others].toReversed().flatMap((row) => JSON.parse(row.points) as [number, number][]))
    return { ...first!, points: JSON.stringify([...points].sort(([a], [b]) => a - b)) }
  })
}
