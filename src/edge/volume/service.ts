import { nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { raw } from '../../core/db'

interface Row {
  tenant_id: string
  users: number
  devices: number
  devices_online: number
  failed_jobs: number
  last_seen_at: Date | null
  stored_bytes: string
  days: { day: string; requests: number; records: number; values: number; rejected: number; bytes: number }[]
}

/** Numbers of so many tenants behind `after`, in the order of their ids: for the Management plane, which sees nothing else of them. `since` is a day. */
export async function usageOfTenants({ after, most, since }: { after?: string; most: number; since: string }) {
  const rows = await raw<Row[]>`
    select * from usage_of_tenants(${after ?? null}::uuid, ${most + 1}::int, ${new Date(nowMs()).toISOString()}::timestamptz, ${since}::date, ${config.TELEMETRY_RAW_DAYS}::int)`
  const items = rows.slice(0, most).map(({ stored_bytes, last_seen_at, ...row }) => ({
    ...row,
    stored_bytes: Number(stored_bytes),
    last_seen_at: last_seen_at && new Date(last_seen_at),
  }))
  return { items, next_cursor: rows.length > most ? items.at(-1)!.tenant_id : null }
}
