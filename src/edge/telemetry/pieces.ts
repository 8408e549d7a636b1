import { type SQL, sql } from 'drizzle-orm'
import { uuids } from '../../core/wire'
import { isNumber } from './buckets'
import type { telemetryLayouts } from './schema'

/** Where a metric stands: (layout, position in its values), 1-based as PostgreSQL counts. */
export interface Place {
  layout: Pick<typeof telemetryLayouts.$inferSelect, 'id' | 'metrics' | 'labels'>
  metric: string
  place: number
  /** Of metric and labels: the same wherever it stands. A device that does not always report the same metrics has it in several layouts. */
  series: string
}

export interface Asked {
  tenant_id: string
  /** Sorted, as the database sorts them. */
  ids: string[]
  places: Place[]
  from: Date
  to: Date
}

/** A stretch of time read from rollups of so many seconds, or, with 0, from the frames themselves. */
export interface Stretch {
  fromMs: number
  toMs: number
  seconds: number
}

const widthsKept = [3600, 300]

/** Cuts a range so that as much as possible of it is read from the widest rollups of which whole ones fit into it. */
export function stretches(fromMs: number, toMs: number, [seconds, ...finer]: number[]): Stretch[] {
  if (fromMs >= toMs) return []
  if (!seconds) return [{ fromMs, toMs, seconds: 0 }]
  const widthMs = seconds * 1000
  const begins = Math.ceil(fromMs / widthMs) * widthMs
  const ends = Math.floor(toMs / widthMs) * widthMs
  if (begins >= ends) return stretches(fromMs, toMs, finer)
  return [...stretches(fromMs, begins, finer), { fromMs: begins, toMs: ends, seconds }, ...stretches(ends, toMs, finer)]
}

/** The widths of rollups that never cross the edge of a bucket of `step` seconds, in whatever zone its days begin. */
export function widthsFor(step: number, { from, to }: Pick<Asked, 'from' | 'to'>, tz: string | undefined): number[] {
  const offsets = tz && step >= 86_400 ? offsetsOf(tz, from, to) : [0]
  return widthsKept.filter((seconds) => step % seconds === 0 && offsets.every((offset) => offset % seconds === 0))
}

/** Seconds by which a zone differs from UTC, asked at every half month of the range. */
function offsetsOf(tz: string, from: Date, to: Date): number[] {
  const zone = new Intl.DateTimeFormat('en-GB', { timeZone: tz, timeZoneName: 'longOffset', year: 'numeric' })
  const found = new Set<number>()
  const earliest = Math.max(from.getTime(), Date.UTC(1969, 11, 31))
  const latest = Math.min(to.getTime(), Date.UTC(2200, 0, 2))
  for (let at = earliest; at <= latest + halfMonthMs; at += halfMonthMs) {
    const [, hours = '0', minutes = '0', seconds = '0'] = /GMT[+-](\d\d):(\d\d)(?::(\d\d))?/.exec(zone.format(Math.min(at, latest))) ?? []
    found.add(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
  }
  return [...found]
}
const halfMonthMs = 15 * 86_400_000

const moment = (ms: number) => sql`${new Date(ms).toISOString()}::timestamptz`
const within = (column: SQL, { fromMs, toMs }: Stretch) => sql`${column} >= ${moment(fromMs)} and ${column} < ${moment(toMs)}`

export const finite = isNumber(sql`x.v`)
const fromFrames = sql`w.series, f.at, 1 as count, x.v as low, x.v as high, addend(x.v) as total, x.v as first, x.v as last, 0::float8 as increase`
const fromRollups = sql`w.series, r.at, r.counts[w.place] as count, r.lows[w.place] as low, r.highs[w.place] as high,
  r.totals[w.place] as total, r.firsts[w.place] as first, r.lasts[w.place] as last, r.increases[w.place] as increase`

/** The places asked for as rows: three arrays however many there are, so that a prepared statement is reused. */
const wantedOf = (places: Place[]) => {
  const numbers = sql`${`{${places.map(({ place }) => place).join(',')}}`}::int[]`
  const [layouts, series] = [places.map(({ layout }) => layout.id), places.map((one) => one.series)].map(uuids)
  return sql`unnest(${layouts}, ${numbers}, ${series}) w (layout_id, place, series)`
}

/**
 * The beginning of a subquery beside a device `d`: `pieces` are all its points within the stretches, each on its own or summed up in a rollup (count,
 * low, high, total, first, last, and `increase` of a counter). Five minutes are left aside where frames arrived since they were made; then the frames
 * speak. So is an hour where one of its five minutes is, or was made since; then they speak. Rollups of `whole` seconds are not among the pieces but for
 * themselves, as `wholes`. Where series are `isSplit` over layouts, of one moment the oldest counts, as it does in rollups. A rollup knows no moments:
 * where `isOrdered` is asked for, one of which a series has several, of as many layouts, is left aside as well, for as long as there are frames.
 */
export function piecesOf(
  { tenant_id, places }: Asked,
  parts: Stretch[],
  { whole, isSplit, isOrdered }: { whole?: number; isSplit: boolean; isOrdered: boolean },
): SQL {
  const wanted = wantedOf(places)
  const layouts = uuids([...new Set(places.map(({ layout }) => layout.id))])
  const own = (table: SQL) => sql`${table}.tenant_id = ${tenant_id} and ${table}.device_id = d.device_id`
  const asked = (table: SQL) => sql`${own(table)} and ${table}.layout_id = any(${layouts})`
  const [once, oldest] = isSplit ? [sql`distinct on (w.series, f.at)`, sql`order by w.series, f.at, f.layout_id`] : [sql``, sql``]
  const frames = (part: Stretch) => sql`
    (select ${once} ${fromFrames} from telemetry_frame f join ${wanted} on w.layout_id = f.layout_id cross join lateral (select f.values[w.place] as v) x
    where ${asked(sql`f`)} and ${within(sql`f.at`, part)} and ${finite} ${oldest})`
  const isHours = ({ seconds }: Stretch) => seconds === 3600
  const isWhole = ({ seconds }: Stretch) => seconds === whole
  const settled = (part: Stretch) => sql`
    select ${fromRollups} from telemetry_rollup r join ${wanted} on w.layout_id = r.layout_id
    where ${asked(sql`r`)} and r.seconds = ${part.seconds} and ${within(sql`r.at`, part)} and r.counts[w.place] > 0
      and not exists (select from ${isHours(part) ? sql`open` : sql`arrived`} u where u.at = r.at)`
  const opened = (part: Stretch) => sql`
    select ${fromRollups} from open o cross join lateral (
        select r.* from telemetry_rollup r
        where ${asked(sql`r`)} and r.seconds = 300 and r.at >= o.at and r.at < o.at + interval '1 hour' and ${within(sql`r.at`, part)} offset 0) r
      join ${wanted} on w.layout_id = r.layout_id
    where ${within(sql`o.at`, part)} and r.counts[w.place] > 0 and not exists (select from arrived a where a.at = r.at)`
  const fresh = (all: Stretch) => sql`
    (select ${once} ${fromFrames} from arrived a cross join lateral (
        select f.layout_id, f.at, f.values from telemetry_frame f
        where ${asked(sql`f`)} and f.at >= a.at and f.at < a.at + interval '5 minutes' and ${within(sql`f.at`, all)} offset 0) f
      join ${wanted} on w.layout_id = f.layout_id cross join lateral (select f.values[w.place] as v) x
    where ${finite} ${oldest})`
  const summed = parts.filter(({ seconds }) => seconds > 0)
  const hours = parts.filter(isHours)
  const noted = summed.map((part) => sql`select a.at from telemetry_arrival a where ${own(sql`a`)} and ${within(sql`a.at`, part)}`)
  const shared = (seconds: number, when: SQL) => sql`
    select r.at from telemetry_rollup r join ${wanted} on w.layout_id = r.layout_id
    where ${asked(sql`r`)} and r.seconds = ${seconds}::int and ${when} group by r.at, w.series having count(*) > 1`
  const open = hours.map(
    (part) => sql`
      select o.at from telemetry_open_hour o where ${own(sql`o`)} and ${within(sql`o.at`, part)}
      union select date_bin('1 hour', a.at, '2000-01-03Z') from noted a where ${within(sql`a.at`, part)}
      ${isOrdered ? sql`union ${shared(3600, within(sql`r.at`, part))}` : sql``}`,
  )
  const hasFrames = sql`r.at >= coalesce((select t.raw_expired_before from telemetry_retention t where t.tenant_id = ${tenant_id}), '-infinity')`
  const sharedFives = summed.map((part) =>
    isHours(part)
      ? sql`select s.at from open o cross join lateral (${shared(300, sql`r.at >= o.at and r.at < o.at + interval '1 hour' and ${hasFrames}`)}) s`
      : shared(300, sql`${within(sql`r.at`, part)} and ${hasFrames}`),
  )
  const arrived = summed.length ? [sql.join([sql`select at from noted`, ...(isOrdered ? sharedFives : [])], sql` union `)] : []
  const pieces = [
    ...parts.filter(({ seconds }) => seconds === 0).map(frames),
    ...summed.filter((part) => !isWhole(part)).map(settled),
    ...hours.map(opened),
    ...(summed.length ? [fresh({ ...summed[0]!, toMs: summed.at(-1)!.toMs })] : []),
  ]
  const sets = { noted, open, arrived, wholes: parts.filter(isWhole).map(settled), pieces }
  const written = Object.entries(sets).flatMap(([name, each]) =>
    each.length ? [sql`${sql.raw(name)} as (${sql.join(each, sql` union all `)})`] : [],
  )
  return sql`with ${sql.join(written, sql`, `)}`
}
