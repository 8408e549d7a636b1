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

export type Volumes = ({ tenant_id: string; day: string } & Counts)[]

/**
 * What each tenant sent, counted here and written every few seconds, so that no batch waits for a row that all batches of its tenant would write.
 * While the database is away it goes on counting.
 */
export function openVolume(write: (volumes: Volumes) => Promise<unknown>) {
  let counted = new Map<string, Counts>()
  const timer = setInterval(() => void flush(), limits.volumeFlushMs)

  function add(key: string, more: Counts) {
    const sum = counted.get(key)
    if (!sum) return void counted.set(key, more)
    for (const name of Object.keys(more) as (keyof Counts)[]) sum[name] += more[name]
  }

  function note({ device, rows, frames, records, rejected, bytes }: Unit) {
    const day = now().toISOString().slice(0, 10)
    add(`${device.tenant_id} ${day}`, {
      requests: 1,
      records: frames + records.length,
      values: valuesIn(rows, frames),
      rejected: rejected.length,
      bytes,
    })
  }

  async function flush() {
    const leaving = counted
    if (!leaving.size) return
    counted = new Map()
    const volumes = [...leaving].map(([key, counts]) => ({ tenant_id: key.slice(0, 36), day: key.slice(37), ...counts }))
    await write(volumes).catch(() => {
      for (const [key, counts] of leaving) add(key, counts)
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
