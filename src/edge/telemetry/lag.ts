import { now } from '../../core/clock'
import { raw } from '../../core/db'
import type { Family } from '../../core/metrics'

const askMs = 2_000

async function ask(): Promise<Family[]> {
  const at = now()
  const [row] = await raw<
    { buckets: number; oldest: Date | null }[]
  >`select buckets, oldest from rollups_waiting(${at.toISOString()}::timestamptz)`
  const lagSeconds = row?.oldest ? Math.max(0, (at.getTime() - row.oldest.getTime()) / 1000) : 0
  const gauge = (name: string, help: string, value: number): Family => ({ name, help, type: 'gauge', samples: [{ value }] })
  return [
    gauge(
      'monozu_rollups_waiting',
      'Five minutes and hours of devices whose rollup has to be made, or made anew, by now',
      row?.buckets ?? 0,
    ),
    gauge('monozu_rollup_lag_seconds', 'How long ago the oldest of them was; what arrives late is old as it arrives', lagSeconds),
  ]
}

/** How far all tenants' rollups are behind their frames; nothing where the database does not say so in time. */
export const rollupLag = (): Promise<Family[]> => Promise.race([ask().catch(() => []), Bun.sleep(askMs).then(() => [])])
