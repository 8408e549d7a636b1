import { type SQL, sql } from 'drizzle-orm'
import { routine } from '../../core/audit'
import { now } from '../../core/clock'
import { enqueue } from '../../core/jobs'
import type { Scope } from '../../core/scope'
import { type Bucket, type FilledBucket, framesIn, isNumber, recordset } from './buckets'
import { twinsOf } from './twins'

/** Buckets looked at in one transaction, and how many values they may hold together (a single bucket may hold more); and hours made in it. */
const most = { buckets: 200, values: 2_000_000, hours: 200 }

/** What a counter gained since `previous`; one that fell has begun again at zero. Null where nothing came before. */
export const gain = sql`case when addend(first) < previous then addend(first) else addend(first) - previous end`

const parts = sql`
  parts as (
    select device_id, bucket, layout_id, place,
      coalesce(sum(count) filter (where counts), 0)::int as count, min(low) filter (where counts) as low, max(high) filter (where counts) as high,
      sum(total) filter (where counts) as total,
      min(first) filter (where counts and previous is null) as first, min(last) filter (where counts and next is null) as last,
      sum(increase + coalesce(${gain}, 0)) filter (where counts) as increase
    from pieces group by device_id, bucket, layout_id, place)`

/** A row stands for what is known of its bucket: made again, it replaces what was known before, unless frames of it may be gone since. */
const add = ({ actor }: Scope, seconds: number) => sql`
  insert into telemetry_rollup as r (tenant_id, device_id, seconds, at, layout_id, counts, lows, highs, totals, firsts, lasts, increases)
  select ${actor.tenant_id}::uuid, device_id, ${seconds}::int, bucket, layout_id, array_agg(count order by place), array_agg(low order by place),
    array_agg(high order by place), array_agg(total order by place), array_agg(first order by place), array_agg(last order by place),
    array_agg(increase order by place)
  from parts group by device_id, bucket, layout_id
  on conflict (tenant_id, device_id, seconds, at, layout_id) do update set counts = excluded.counts, lows = excluded.lows, highs = excluded.highs,
    totals = excluded.totals, firsts = excluded.firsts, lasts = excluded.lasts, increases = excluded.increases
  ${
    seconds === 300
      ? sql`where r.at >= coalesce((select t.raw_expired_before from telemetry_retention t where t.tenant_id = ${actor.tenant_id}), '-infinity')`
      : sql``
  }`

/** Hour by hour, and within one device after device: where much waits that is late, an hour is made once of twelve buckets, not anew with each of them. */
const inTurn = (bucket: SQL) => sql`date_bin('1 hour', ${bucket}.at, '2000-01-03Z'), ${bucket}.device_id, ${bucket}.at`

/** One at a time for a tenant, as an hour is made of what its five minutes are. */
export async function rollUp(scope: Scope) {
  routine(scope, 'nothing is decided: telemetry is summed up')
  const { tx, actor } = scope
  const [lock] = await tx.execute<{ mine: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${`telemetry.rollup ${actor.tenant_id}`}, 0)) as mine`,
  )
  if (!lock?.mine) return
  await tx.execute(sql`set local statement_timeout = '120s'`)
  const hasMoreBuckets = await makeFives(scope)
  const hasMoreHours = await makeHours(scope)
  if (hasMoreBuckets || hasMoreHours) await enqueue(scope, 'telemetry.rollup', {}, 'more')
}

/**
 * Takes up buckets of which the time has passed and that frames arrived for. Their rows are locked before the frames are read, and the ingestor locks
 * them too: frames that are not seen here leave a row behind. Their hours are open from then on: whoever reads takes them from the five minutes.
 */
async function makeFives(scope: Scope) {
  const { tx, actor } = scope
  const at = now().toISOString()
  const waiting = await tx.execute<Bucket>(sql`
    select a.device_id, a.at::text as at from telemetry_arrival a where a.tenant_id = ${actor.tenant_id} and rollup_due(a.at, 300, ${at}::timestamptz)
    order by ${inTurn(sql`a`)} limit ${most.buckets} for update skip locked`)
  if (!waiting.length) return false
  const buckets = await fitting(scope, [...waiting])
  await addFromFrames(scope, buckets)
  await tx.execute(sql`
    insert into telemetry_open_hour (tenant_id, device_id, at)
    select distinct ${actor.tenant_id}::uuid, w.device_id, date_bin('1 hour', w.at, '2000-01-03Z') from ${recordset(buckets)} on conflict do nothing`)
  await tx.execute(sql`
    delete from telemetry_arrival a using ${recordset(buckets)}
    where a.tenant_id = ${actor.tenant_id} and a.device_id = w.device_id and a.at = w.at`)
  return waiting.length === most.buckets || buckets.length < waiting.length
}

/** Makes hours that are over of their five minutes, once all of these are made; what comes late opens them again. */
async function makeHours(scope: Scope) {
  const { tx, actor } = scope
  const at = now().toISOString()
  const hours = await tx.execute<Bucket>(sql`
    select o.device_id, o.at::text as at from telemetry_open_hour o
    where o.tenant_id = ${actor.tenant_id} and rollup_due(o.at, 3600, ${at}::timestamptz) and not exists (
      select from telemetry_arrival a
      where a.tenant_id = o.tenant_id and a.device_id = o.device_id and a.at >= o.at and a.at < o.at + interval '1 hour')
    order by o.at, o.device_id limit ${most.hours}`)
  if (!hours.length) return false
  await addHours(scope, [...hours])
  await tx.execute(sql`
    delete from telemetry_open_hour o using ${recordset([...hours])}
    where o.tenant_id = ${actor.tenant_id} and o.device_id = w.device_id and o.at = w.at`)
  return hours.length === most.hours
}

/** As many of the first as do not hold too much together, and whether they have moments that are in several layouts. */
async function fitting({ tx, actor }: Scope, waiting: Bucket[]): Promise<FilledBucket[]> {
  const sizes = await tx.execute<FilledBucket & { size: string }>(sql`
    select w.device_id, w.at::text as at, s.size, s.has_twins from ${recordset(waiting)} cross join lateral (
      select coalesce(sum(cardinality(f.values)), 0) as size, count(*) > count(distinct f.at) as has_twins from telemetry_frame f
      where f.tenant_id = ${actor.tenant_id} and f.device_id = w.device_id and f.at >= w.at and f.at < w.at + interval '5 minutes') s
    order by ${inTurn(sql`w`)}`)
  let values = 0
  const tooMany = sizes.findIndex(({ size }, index) => (values += Number(size)) > most.values && index > 0)
  return sizes.slice(0, tooMany < 0 ? sizes.length : tooMany)
}

/** Of one moment of a series the oldest layout counts. */
async function addFromFrames(scope: Scope, buckets: FilledBucket[]) {
  const twins = await twinsOf(scope, buckets)
  const isOnce = twins ? sql`and (w.device_id, f.at, f.layout_id, n.place) not in (table twins)` : sql``
  await scope.tx.execute(sql`
    with ${twins ? sql`${twins},` : sql``} pieces as (
      select w.device_id, w.at as bucket, f.layout_id, u.place, 1 as count, u.v as low, u.v as high, addend(u.v) as total, u.v as first, u.v as last,
        0::float8 as increase, u.counts, lag(addend(u.v)) over series as previous, lead(f.at) over series as next
      from ${recordset(buckets)}
        cross join lateral ${framesIn(scope, sql`w`)} f
        cross join lateral (
          select v, place, coalesce(${isNumber(sql`v`)}, false) ${isOnce} as counts from unnest(f.values) with ordinality n (v, place)) u
      window series as (partition by w.device_id, f.layout_id, w.at, u.place, u.counts order by f.at)),
    ${parts} ${add(scope, 300)}`)
}

/** Each hour by its key, whatever the planner guesses: while it knows nothing of a month yet, it reads all rollups of the tenant for every round. */
const addHours = (scope: Scope, hours: Bucket[]) =>
  scope.tx.execute(sql`
    with pieces as (
      select w.device_id, w.at as bucket, r.layout_id, u.place, u.count, u.low, u.high, u.total, u.first, u.last, u.increase,
        u.count > 0 as counts, lag(addend(u.last)) over series as previous, lead(r.at) over series as next
      from ${recordset(hours)}
        cross join lateral (
          select r.* from telemetry_rollup r
          where r.tenant_id = ${scope.actor.tenant_id} and r.device_id = w.device_id and r.seconds = 300
            and r.at >= w.at and r.at < w.at + interval '1 hour' offset 0) r
        cross join lateral unnest(r.counts, r.lows, r.highs, r.totals, r.firsts, r.lasts, r.increases)
          with ordinality u (count, low, high, total, first, last, increase, place)
      window series as (partition by w.device_id, r.layout_id, w.at, u.place, u.count > 0 order by r.at)),
    ${parts} ${add(scope, 3600)}`)
