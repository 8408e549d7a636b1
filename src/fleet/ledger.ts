import type postgres from 'postgres'
import type { Account } from './device'

export interface Difference {
  lost: number
  doubled: number
  /** Devices of which other things are stored than were acknowledged, though as many. */
  different: number
}

/** Compares what the devices of a tenant were told with what is stored. `sql` logs in as monozu_app, or as one that sees all rows. */
export async function compare(sql: postgres.Sql, tenant_id: string, accounts: Map<string, Account>): Promise<Difference> {
  const ids = `{${[...accounts.keys()].join(',')}}`
  const [frames, logs] = await sql.begin('read only', async (tx) => {
    await tx`select set_config('app.tenant_id', ${tenant_id}, true), set_config('app.units', 'all', true)`
    const frames = await tx<Stored[]>`
      select device_id, count(*)::float8 as count, sum(round(date_part('epoch', at) * 1000)::int8)::text as total
      from telemetry_frame where tenant_id = ${tenant_id} and device_id = any(${ids}::text::uuid[]) group by device_id`
    const logs = await tx<Stored[]>`
      select device_id, count(*)::float8 as count, sum((data->>'sequence')::int8)::text as total
      from device_record where tenant_id = ${tenant_id} and device_id = any(${ids}::text::uuid[]) and kind = 'log' group by device_id`
    return [byDevice(frames), byDevice(logs)]
  })
  const difference: Difference = { lost: 0, doubled: 0, different: 0 }
  for (const [device_id, account] of accounts) {
    add(difference, frames.get(device_id), account.frames, account.momentSum)
    add(difference, logs.get(device_id), account.logs, BigInt(account.logSum))
  }
  return difference
}

interface Stored {
  device_id: string
  count: number
  /** Whole, of any size. */
  total: string
}

const byDevice = (rows: Stored[]) => new Map(rows.map((row) => [row.device_id, row]))

function add(difference: Difference, found: Stored | undefined, count: number, total: bigint) {
  const stored = found?.count ?? 0
  difference.lost += Math.max(0, count - stored)
  difference.doubled += Math.max(0, stored - count)
  if (count === stored && total !== BigInt(found?.total ?? 0)) difference.different += 1
}
