import { type SQL, sql } from 'drizzle-orm'
import type { Scope } from '../../core/scope'

/** Five minutes or an hour of a device, by when it begins. */
export interface Bucket extends Record<string, unknown> {
  device_id: string
  at: string
}

export interface FilledBucket extends Bucket {
  /** Whether it has a moment that is in several layouts. */
  has_twins: boolean
}

export const recordset = (buckets: Bucket[]) =>
  sql`json_to_recordset(${JSON.stringify(buckets)}::text::json) as w (device_id uuid, at timestamptz)`

/** The frames of five minutes `of`, by its key whatever the planner guesses. */
export const framesIn = ({ actor }: Scope, of: SQL, more = sql``) => sql`
  (select f.layout_id, f.at, f.values from telemetry_frame f
  where f.tenant_id = ${actor.tenant_id} and f.device_id = ${of}.device_id and f.at >= ${of}.at and f.at < ${of}.at + interval '5 minutes' ${more} offset 0)`

/** Whether a number among the values of a frame is one: NaN and the infinities are none. */
export const isNumber = (value: SQL) => sql`${value} > '-Infinity' and ${value} < 'Infinity'`
