import { now } from '../src/core/clock'
import type { Unit } from './examine'
import type { Arrival } from './arrivals'
import type { Parameter } from './bind'
import { arrayOf } from './frames'
import { idFrom } from './ids'
import type { Device } from './keys'
import { limits } from './limits'

/** A statement and its one parameter: JSON text, or in PostgreSQL's binary form. Rows go in by the order of their keys, so that two batches wait for each other, never in a circle. */
export interface Statement {
  text: string
  value?: string | Parameter
  /** How many rows it added is told to the sender. */
  isCounted?: boolean
}

/** The type of an element of what `addFrames` is given, which stands in its bytes. */
export const selectFrameType = `select 'incoming_frame'::regtype::oid as type`

/**
 * Where none of them can be there already this costs PostgreSQL a sixth less: it looks for each key once, not twice, and need not write down that
 * it may take a row back. If one is there all the same, it fails with 23505.
 */
export const addFrames = (units: Unit[], type: number, mayRepeat: boolean): Statement | undefined => {
  const rows = units.filter(({ frames }) => frames > 0)
  if (!rows.length) return undefined
  const count = rows.reduce((sum, { frames }) => sum + frames, 0)
  return {
    text: `insert into telemetry_frame (tenant_id, device_id, at, layout_id, values)
      select tenant_id, device_id, at, layout_id, values from unnest($1::incoming_frame[])${mayRepeat ? ' on conflict do nothing' : ''}`,
    value: arrayOf(
      rows.map((unit) => unit.rows),
      count,
      type,
    ),
    isCounted: true,
  }
}

/**
 * Which five minutes of which devices need their rollup made anew. Where that is known already its row is locked all the same: who makes the
 * rollup holds it too, and so either sees these frames or leaves a row behind that is added here again.
 */
export function addArrivals(arrivals: Arrival[]): Statement | undefined {
  if (!arrivals.length) return undefined
  return {
    text: `insert into telemetry_arrival (tenant_id, device_id, at)
      select tenant_id, device_id, at ${from('tenant_id uuid, device_id uuid, at timestamptz')} order by 1, 2, 3
      on conflict (tenant_id, device_id, at) do update set at = excluded.at where false`,
    value: JSON.stringify(arrivals.map(({ at, ...rest }) => ({ ...rest, at: new Date(at) }))),
  }
}

const from = (columns: string) => `from json_to_recordset($1::text::json) as r(${columns})`

/** The ones that are new, or in use for longer than the database keeps them by now: of several units for as long as the latest of them wants. */
export function keepLayouts(units: Unit[]): Statement | undefined {
  const rows = new Map<string, object>()
  const some = units.filter(({ layouts }) => layouts.length > 0)
  for (const { device, layouts, latest } of some.sort((a, b) => a.latest - b.latest)) {
    const kept_until = new Date(latest + limits.layoutKeptMs)
    for (const { id, hash, metrics, labels, keptUntil } of layouts)
      if (keptUntil < latest) rows.set(id, { tenant_id: device.tenant_id, id, hash, metrics, labels, kept_until })
  }
  return rows.size ? { text: 'select keep_layouts($1::text::json)', value: JSON.stringify([...rows.values()]) } : undefined
}

/** `data` is JSON already and goes in as it is. */
export function addRecords(units: Unit[]): Statement | undefined {
  const rows = units.flatMap(({ device: { tenant_id, device_id }, records }) =>
    records.map(({ at, kind, key, data }) => {
      const rest = JSON.stringify({ tenant_id, id: Bun.randomUUIDv7(), device_id, at: new Date(at), kind, key })
      return `${rest.slice(0, -1)},"data":${data}}`
    }),
  )
  if (!rows.length) return undefined
  return {
    text: `insert into device_record (tenant_id, id, device_id, at, kind, key, data)
      select tenant_id, id, device_id, at, kind, key, data
      ${from('tenant_id uuid, id uuid, device_id uuid, at timestamptz, kind text, key text, data jsonb')}
      order by tenant_id, device_id, at, kind, key on conflict do nothing`,
    value: `[${rows.join(',')}]`,
    isCounted: true,
  }
}

export function addRejected(units: Unit[]): Statement | undefined {
  const rows = units.flatMap(({ device: { tenant_id, device_id }, rejected }) =>
    rejected.map(({ error, detail, record, replayable }) => ({
      tenant_id,
      id: idFrom(tenant_id, device_id, error, record),
      device_id,
      error,
      detail,
      record,
      replayable,
    })),
  )
  if (!rows.length) return undefined
  return {
    text: `insert into rejected_record (tenant_id, id, device_id, error, detail, record, replayable)
      select tenant_id, id, device_id, error, detail, record, coalesce(replayable, false)
      ${from('tenant_id uuid, id uuid, device_id uuid, error text, detail text, record text, replayable boolean')}
      order by tenant_id, id on conflict do nothing`,
    value: JSON.stringify(rows),
  }
}

/** Removes the refusals of records that are stored now, and renews the reason of those that are refused again. */
export function settleReplays(units: Unit[]): Statement | undefined {
  const results = units.flatMap(({ device: { tenant_id }, settled = [] }) => settled.map((result) => ({ tenant_id, ...result })))
  return results.length ? { text: 'select settle_replays($1::text::json)', value: JSON.stringify(results) } : undefined
}

export function addPresence(devices: Device[]): Statement | undefined {
  if (!devices.length) return undefined
  const last_seen_at = now()
  const some = new Map(devices.map((device) => [device.device_id, device]))
  return {
    text: `insert into device_presence (tenant_id, id, device_id, last_seen_at)
      select tenant_id, id, device_id, last_seen_at ${from('tenant_id uuid, id uuid, device_id uuid, last_seen_at timestamptz')}
      order by tenant_id, device_id
      on conflict (tenant_id, device_id) do update
      set last_seen_at = greatest(device_presence.last_seen_at, excluded.last_seen_at), updated_at = excluded.updated_at`,
    value: JSON.stringify(
      [...some.values()].map(({ tenant_id, device_id }) => ({ tenant_id, id: Bun.randomUUIDv7(), device_id, last_seen_at })),
    ),
  }
}

/** The first use of a key ends the one it replaces. */
export function useKeys(devices: Device[]): Statement | undefined {
  if (!devices.length) return undefined
  const used = devices.map(({ tenant_id, key_id }) => ({ tenant_id, id: key_id }))
  return {
    text: 'select use_device_keys(r.used, r.at) from json_to_record($1::text::json) as r(used json, at timestamptz)',
    value: JSON.stringify({ used, at: now() }),
  }
}

/** Last of all: it holds the row of the tenant's job until COMMIT. */
export function queueJobs(units: Unit[]): Statement | undefined {
  const tenants = new Set(units.filter(({ isHandled }) => isHandled).map(({ device }) => device.tenant_id))
  return tenants.size ? { text: 'select queue_records($1::text::uuid[])', value: `{${[...tenants].sort().join(',')}}` } : undefined
}
