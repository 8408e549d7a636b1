import { type SQL, sql } from 'drizzle-orm'
import { limits } from '../../core/limits'
import { ago } from '../../core/scope'
import { handledKinds } from '../records/schema'

/** What one statement removes at most. */
export const rowsAtOnce = 20_000

/** The end of the partition that a moment is in, which is where everything that is older ends too: weeks of frames, months of rollups, in UTC. */
function partitionEnd(of: 'week' | 'month', before: string): string {
  const at = new Date(before)
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
  const end = of === 'month' ? Date.UTC(year, month + 1) : Date.UTC(year, month, day + 7 - ((at.getUTCDay() + 6) % 7))
  return new Date(end).toISOString()
}

/**
 * Who has rows there, a device after the other by one look at the index each. Keys begin with tenant and device: what is old is found at once where
 * its device is named, and else by looking at all there is.
 */
const devicesIn = (table: SQL, tenant: string, before: string) => sql`
  with recursive found as (
    (select t.device_id from ${table} t where t.tenant_id = ${tenant} and t.at < ${before}::timestamptz order by t.device_id limit 1)
    union all
    select (select t.device_id from ${table} t where t.tenant_id = ${tenant} and t.at < ${before}::timestamptz and t.device_id > f.device_id
      order by t.device_id limit 1) as device_id from found f where f.device_id is not null),
  devices as (select f.device_id from found f where f.device_id is not null)`

export const removeFrames = (tenant: string, before: string) => sql`
  ${devicesIn(sql`telemetry_frame`, tenant, partitionEnd('week', before))},
  gone as (
    select old.* from devices d cross join lateral (
      select f.device_id, f.at, f.layout_id from telemetry_frame f
      where f.tenant_id = ${tenant} and f.device_id = d.device_id and f.at < ${before}::timestamptz and not exists (
        select from telemetry_arrival a where a.tenant_id = ${tenant} and a.device_id = f.device_id and a.at = date_bin('5 minutes', f.at, '2000-01-03Z'))
      limit ${rowsAtOnce}) old
    limit ${rowsAtOnce})
  delete from telemetry_frame f using gone g
  where f.tenant_id = ${tenant} and f.device_id = g.device_id and f.at = g.at and f.layout_id = g.layout_id and f.at < ${before}::timestamptz`

export const removeRollups = (tenant: string, before: string) => sql`
  ${devicesIn(sql`telemetry_rollup`, tenant, partitionEnd('month', before))},
  gone as (
    select old.* from devices d cross join (values (300), (3600)) s (seconds) cross join lateral (
      select r.device_id, r.seconds, r.at, r.layout_id from telemetry_rollup r
      where r.tenant_id = ${tenant} and r.device_id = d.device_id and r.seconds = s.seconds and r.at < ${before}::timestamptz
      limit ${rowsAtOnce}) old
    limit ${rowsAtOnce})
  delete from telemetry_rollup r using gone g
  where r.tenant_id = ${tenant} and r.device_id = g.device_id and r.seconds = g.seconds and r.at = g.at and r.layout_id = g.layout_id
    and r.at < ${before}::timestamptz`

/** Once no frame or rollup of that time is left: frames that no rollup sums up yet would be. */
export const removeLayouts = (tenant: string, before: string) => sql`
  delete from telemetry_layout l where l.tenant_id = ${tenant} and l.kept_until < ${before}::timestamptz and not exists (
    select from telemetry_arrival a where a.tenant_id = ${tenant} and a.at < ${before}::timestamptz)`

/** What a job still has to take up stays until it did. */
export const removeRecords = (tenant: string, before: string) => sql`
  ${devicesIn(sql`device_record`, tenant, before)},
  gone as (
    select old.id from devices d cross join lateral (
      select r.id from device_record r where r.tenant_id = ${tenant} and r.device_id = d.device_id and r.at < ${before}::timestamptz
        and (r.handled_at is not null or r.kind not in ${handledKinds})
      limit ${rowsAtOnce}) old
    limit ${rowsAtOnce})
  delete from device_record r using gone g where r.tenant_id = ${tenant} and r.id = g.id`

export const removeRefused = (tenant: string) => sql`
  with gone as (
    select d.id from rejected_record d
    where d.tenant_id = ${tenant} and d.created_at < ${ago(limits.rejectedKeptMs).toISOString()}::timestamptz limit ${rowsAtOnce})
  delete from rejected_record d using gone g where d.tenant_id = ${tenant} and d.id = g.id`
