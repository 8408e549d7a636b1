import { type SQL, sql } from 'drizzle-orm'
import type { Scope } from '../../core/scope'
import { type Bucket, type FilledBucket, framesIn, isNumber, recordset } from './buckets'

/** A layout of a bucket that names what an older one names too, with a moment in both: where (1-based) it stands in each of them. */
interface Repeated extends Bucket {
  layout_id: string
  older: string
  places: number[]
  older_places: number[]
}

/** Where a frame of the layout `older` has the moment of `f` too. */
const twinOf = ({ actor }: Scope, of: SQL, older: SQL) => sql`
  (select o.values from telemetry_frame o
  where o.tenant_id = ${actor.tenant_id} and o.device_id = ${of}.device_id and o.at = f.at and o.layout_id = ${older} offset 0)`

async function repeatedIn(scope: Scope, buckets: Bucket[]): Promise<Repeated[]> {
  if (!buckets.length) return []
  const tenant = scope.actor.tenant_id
  const found = await scope.tx.execute<Repeated>(sql`
    with named as (
      select s.*, l.labels
      from (select distinct w.device_id, w.at, f.layout_id from ${recordset(buckets)} cross join lateral ${framesIn(scope, sql`w`)} f) s
        join telemetry_layout l on l.tenant_id = ${tenant} and l.id = s.layout_id),
    pairs as (
      select n.device_id, n.at, n.layout_id, o.layout_id as older
      from named n join named o on o.device_id = n.device_id and o.at = n.at and o.labels = n.labels and o.layout_id < n.layout_id
      where exists (
        select from ${framesIn(scope, sql`n`, sql`and f.layout_id = n.layout_id`)} f cross join lateral ${twinOf(scope, sql`n`, sql`o.layout_id`)} t)),
    shared as (
      select p.layout_id, p.older, json_agg(n.place) as places, json_agg(o.place) as older_places
      from (select distinct layout_id, older from pairs) p
        join telemetry_layout l on l.tenant_id = ${tenant} and l.id = p.layout_id
        join telemetry_layout e on e.tenant_id = ${tenant} and e.id = p.older
        cross join lateral unnest(l.metrics) with ordinality n (metric, place)
        join lateral unnest(e.metrics) with ordinality o (metric, place) on o.metric = n.metric
      group by p.layout_id, p.older)
    select p.device_id, p.at::text as at, p.layout_id, p.older, s.places, s.older_places
    from pairs p join shared s on s.layout_id = p.layout_id and s.older = p.older`)
  return [...found]
}

/**
 * The subquery `twins` (device, moment, layout, place) of what does not count, as an older layout has it of the same moment: what was sent again with
 * other metrics beside it. Nothing where there is no such thing.
 */
export async function twinsOf(scope: Scope, buckets: FilledBucket[]): Promise<SQL | undefined> {
  const repeated = await repeatedIn(
    scope,
    buckets.filter(({ has_twins }) => has_twins),
  )
  if (!repeated.length) return undefined
  return sql`
  twins as (
    select r.device_id, f.at, r.layout_id, s.place
    from json_to_recordset(${JSON.stringify(repeated)}::text::json)
        as r (device_id uuid, at timestamptz, layout_id uuid, older uuid, places bigint[], older_places bigint[])
      cross join lateral ${framesIn(scope, sql`r`, sql`and f.layout_id = r.layout_id`)} f
      cross join lateral ${twinOf(scope, sql`r`, sql`r.older`)} t
      cross join unnest(r.places, r.older_places) s (place, older_place)
    where ${isNumber(sql`t.values[s.older_place]`)})`
}
