import { now } from '../src/core/clock'
import type { Unit } from './examine'
import { valuesIn } from './frames'
import { limits } from './limits'

interface Counts {
  requests: number
  records: number
  values: number
  rejected: number
  bytes: number
}

const dayMs = 86_400_000

export type Volumes = ({ tenant_id: string; day: string } & Counts)[]

function addTo(sum: Counts, more: Counts) {
  for (const name of Object.keys(more) as (keyof Counts)[]) sum[name] += more[name]
}

/**
 * What each tenant sent, counted here and written every few seconds, so that no batch waits for a row that all batches of its tenant would write.
 * While the database is away it goes on counting.
 */
export function openVolume(write: (volumes: Volumes) => Promise<unknown>) {
  /** Of each day since 1970 and each tenant. */
  let counted = new Map<number, Map<string, Counts>>()
  const timer = setInterval(() => void flush(), limits.volumeFlushMs)

  function countsOf(day: number, tenant_id: string): Counts {
    const tenants = counted.get(day) ?? new Map<string, Counts>()
    counted.set(day, tenants)
    const counts = tenants.get(tenant_id) ?? { requests: 0, records: 0, values: 0, rejected: 0, bytes: 0 }
    tenants.set(tenant_id, counts)
    return counts
  }

  function note({ device, rows, frames, records, rejected, bytes }: Unit) {
    const counts = countsOf(Math.floor(now().getTime() / dayMs), device.tenant_id)
    counts.requests += 1
    counts.records += frames + records.length
    counts.values += valuesIn(rows, frames)
    counts.rejected += rejected.length
    counts.bytes += bytes
  }

  async function flush() {
    const leaving = counted
    if (!leaving.size) return
    counted = new Map()
    const volumes = [...leaving].flatMap(([day, tenants]) =>
      [...tenants].map(([tenant_id, counts]) => ({ tenant_id, day: new Date(day * dayMs).toISOString().slice(0, 10), ...counts })),
    )
    await write(volumes).catch(() => {
      for (const [day, tenants] of leaving) for (const [tenant_id, counts] of tenants) addTo(countsOf(day, tenant_id), counts)
    })
  }

  return {
    note,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}
