import { and, eq, sql } from 'drizzle-orm'
import { invalid, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { type Scope, isId } from '../../core/scope'
import { uuids } from '../../core/wire'
import { devices } from '../devices/schema'
import { telemetryFrames as frames } from './frames'
import { type Asked, type Place, piecesOf, stretches, widthsFor } from './pieces'
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
  points: [number, number][]
}
interface Page {
  series: Series[]
  next_cursor: string | null
}

/** The devices asked for, as far as the caller sees them: one that is not seen does not exist. */
export async function devicesOf(
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

async function placesOf({ tx, own }: Scope, metrics: string[]): Promise<Place[]> {
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

/** Refuses what no answer can be given to; the devices asked for. */
export async function examineQuery(scope: Scope, query: TelemetryQuery): Promise<string[]> {
  const { from, to, step, tz } = query
  if (from >= to) throw invalid('/to', 'must be later than from')
  if (tz && !isZone(tz)) throw invalid('/tz', 'must be an IANA time zone')
  if (step && bucketsOf(query, stepSeconds(step)) > limits.queryPoints)
    throw invalid('/step', `gives more than ${limits.queryPoints} points`)
  return devicesOf(scope, query)
}

const bucketsOf = ({ from, to }: Pick<TelemetryQuery, 'from' | 'to'>, seconds: number) => (to.getTime() - from.getTime()) / 1000 / seconds

/**
 * `points` are [epoch milliseconds, value], oldest first; what is no finite number is no point. Without `step` they are raw, at most 50,000 a page;
 * with it there is one a bucket, and a page holds whole series. `rate` is the increase of a counter a second; one that falls has begun again at zero.
 */
export async function queryTelemetry(scope: Scope, query: TelemetryQuery): Promise<Page> {
  const { from, to, step } = query
  const ids = await examineQuery(scope, query)
  const places = await placesOf(scope, [...new Set(query.metric)])
  if (!ids.length || !places.length) return { series: [], next_cursor: null }
  const asked = { tenant_id: scope.actor.tenant_id, ids, places, from, to }
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

const asNumber = {
  avg: sql`sum(total) / sum(count)`,
  min: sql`min(low)`,
  max: sql`max(high)`,
  sum: sql`sum(total)`,
  count: sql`sum(count)`,
  last: sql`(array_agg(last order by at desc))[1]`,
}

interface Row extends Record<string, unknown> {
  device_id: string
  layout_id: string
  place: number
  points: [number, number][]
}

/** How far back the sample may lie from which the first of a range has grown, in milliseconds. */
const marginMs = (seconds: number, aggregate: Aggregate) => (aggregate === 'rate' ? Math.min(seconds, 3600) * 1000 : 0)

async function bucketed({ tx }: Scope, asked: Asked, seconds: number, { aggregate = 'avg', tz, cursor }: TelemetryQuery): Promise<Page> {
  const [fromMs, toMs] = [asked.from.getTime(), asked.to.getTime()]
  const most = Math.min(limits.querySeries, Math.max(1, Math.floor(limits.queryPagePoints / Math.ceil(bucketsOf(asked, seconds)))))
  const widths = widthsFor(seconds, asked, tz)
  const parts = [...stretches(fromMs - marginMs(seconds, aggregate), fromMs, widths), ...stretches(fromMs, toMs, widths)]
  const isRate = aggregate === 'rate'
  const inside = sql`at >= ${asked.from.toISOString()}::timestamptz`
  const grown = sql`(select *, lag(addend(last)) over (partition by device_id, layout_id, place order by at) as previous from pieces) p`
  const after = cursor === undefined ? undefined : readPlace(cursor)
  const rows = await tx.execute<Row>(sql`
    ${piecesOf(asked, parts)},
    buckets as (
      select device_id, layout_id, place, ${bucketOf(seconds, tz)} as bucket,
        ${isRate ? sql`sum(increase + coalesce(${gain}, 0)) / ${seconds}` : asNumber[aggregate]} as value
      from ${isRate ? grown : sql`pieces`}
      where ${inside} ${isRate ? sql`and (previous is not null or count > 1)` : sql``}
        ${after ? sql`and (device_id, layout_id, place) > (${after.device}::uuid, ${after.layout}::uuid, ${after.place}::int)` : sql``}
      group by device_id, layout_id, place, bucket)
    select device_id, layout_id, place, json_agg(json_build_array((date_part('epoch', bucket) * 1000)::bigint, value) order by bucket) as points
    from buckets group by device_id, layout_id, place order by device_id, layout_id, place limit ${most + 1}`)
  const page = rows.slice(0, most)
  const last = rows.length > most ? page.at(-1) : undefined
  return {
    series: page.map((row) => seriesOf(asked, row)).sort(bySeries),
    next_cursor: last ? writeCursor(last.device_id, last.layout_id, String(last.place)) : null,
  }
}

function seriesOf({ places }: Asked, { device_id, layout_id, place, points }: Row): Series {
  const { layout, metric } = places.find((known) => known.layout.id === layout_id && known.place === place)!
  return { device_id, metric, labels: layout.labels, points }
}

/** Of each frame the wanted values alone, in the order of its layout's places: a frame may hold hundreds, and a chart wants one. */
function valuesOf(wanted: Map<string, Place[]>) {
  const cases = [...wanted].map(([layout, places]) => {
    const picked = places.map(({ place }) => sql`${frames.values}[${place}::int]`)
    return sql`when ${layout}::uuid then array[${sql.join(picked, sql`, `)}]`
  })
  return sql`case ${frames.layout_id} ${sql.join(cases, sql` `)} end`.mapWith(frames.values)
}

async function rawPoints({ tx, own }: Scope, { ids, places, from, to }: Asked, cursor: string | undefined): Promise<Page> {
  const after = cursor === undefined ? undefined : readMoment(cursor)
  const wanted = Map.groupBy(places, ({ layout }) => layout.id)
  const rows = Math.floor(limits.queryPoints / Math.max(...[...wanted.values()].map((some) => some.length)))
  const found = await tx
    .select({ device_id: frames.device_id, layout_id: frames.layout_id, at: frames.at, values: valuesOf(wanted) })
    .from(frames)
    .where(
      and(
        own(frames),
        sql`${frames.device_id} = any(${uuids(ids)}) and ${frames.layout_id} = any(${uuids([...wanted.keys()])})`,
        sql`${frames.at} >= ${from.toISOString()} and ${frames.at} < ${to.toISOString()}`,
        after &&
          sql`(${frames.device_id}, ${frames.at}, ${frames.layout_id}) > (${after.device}::uuid, ${after.time}::timestamptz, ${after.layout}::uuid)`,
      ),
    )
    .orderBy(frames.device_id, frames.at, frames.layout_id)
    .limit(rows + 1)
  const series = new Map<string, Series>()
  for (const { device_id, layout_id, at, values } of found.slice(0, rows)) {
    for (const [index, { layout, metric, place }] of (wanted.get(layout_id) ?? []).entries()) {
      const value = values[index]
      if (!Number.isFinite(value)) continue
      const key = `${device_id} ${layout_id} ${place}`
      const mine = series.get(key) ?? { device_id, metric, labels: layout.labels, points: [] }
      series.set(key, mine)
      mine.points.push([at.getTime(), value!])
    }
  }
  const last = found.length > rows ? found[rows - 1] : undefined
  return {
    series: [...series.values()].sort(bySeries),
    next_cursor: last ? writeCursor(last.device_id, last.layout_id, last.at.toISOString()) : null,
  }
}

const writeCursor = (...position: [device: string, layout: string, rest: string]) => Buffer.from(position.join(' ')).toString('base64url')

function readCursor(cursor: string, isRest: (rest: string) => boolean) {
  const [device = '', layout = '', rest = ''] = Buffer.from(cursor, 'base64url').toString().split(' ')
  if (!isId(device) || !isId(layout) || !isRest(rest)) throw invalid('/cursor', 'is not a cursor of this question')
  return { device, layout, rest }
}

/** The last series of the page before. */
const readPlace = (cursor: string) => {
  const { rest, ...position } = readCursor(cursor, (text) => /^\d{1,5}$/.test(text))
  return { ...position, place: Number(rest) }
}

/** The last frame of the page before. */
const readMoment = (cursor: string) => {
  const { rest, ...position } = readCursor(cursor, (text) => /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/.test(text) && !Number.isNaN(Date.parse(text)))
  return { ...position, time: rest }
}

/** A name, not an offset: PostgreSQL reads `+01:00` the POSIX way, as one hour behind. */
const isZone = (tz: string) => {
  try {
    return /^[A-Z]/i.test(tz) && Boolean(new Intl.DateTimeFormat('en', { timeZone: tz }))
  } catch {
    return false
  }
}
