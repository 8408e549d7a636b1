import type postgres from 'postgres'
import type { Account } from './device'

export interface Difference {
  lost: number
  doubled: number
  /** Devices of which other things are stored than were acknowledged, though as many. */
  different: number
}

/** Compares what devices were told with what is stored. `sql` is a login that sees all rows. */
export async function compare(sql: postgres.Sql, accounts: Map<string, Account>): Promise<Difference> {
  const ids = [...accounts.keys()]
  const frames = await sql<Stored[]>`
    select device_id, count(*)::float8 as count, sum(round(date_part('epoch', at) * 1000))::float8 as total
    from telemetry_frame where device_id = any(${ids}::uuid[]) group by device_id`
  const logs = await sql<Stored[]>`
    select device_id, count(*)::float8 as count, sum((data->>'sequence')::float8) as total
    from device_record where device_id = any(${ids}::uuid[]) and kind = 'log' group by device_id`
  const difference: Difference = { lost: 0, doubled: 0, different: 0 }
  for (const [device_id, account] of accounts) {
    add(difference, frames, device_id, account.frames, account.momentSum)
    add(difference, logs, device_id, account.logs, account.logSum)
  }
  return difference
}

interface Stored {
  device_id: string
  count: number
  total: number
}

function add(difference: Difference, stored: Stored[], device_id: string, count: number, total: number) {
  const found = stored.find((row) => row.device_id === device_id) ?? { count: 0, total: 0 }
  difference.lost += Math.max(0, count - found.count)
  difference.doubled += Math.max(0, found.count - count)
  if (count === found.count && total !== found.total) difference.different += 1
}
