import { useState } from 'react'

/**
 * Holds back rows that arrived above the others while somebody is busy with the list, so that nothing moves under the pointer.
 * `show` lets them in.
 */
export function useArrivals<Row extends { id: string }>(
  rows: readonly Row[],
  busy: boolean,
): { visible: readonly Row[]; arrived: number; show: () => void } {
  const [known, setKnown] = useState<ReadonlySet<string> | null>(null)
  const ids = () => new Set(rows.map((row) => row.id))
  if (busy && known === null && rows.length > 0) setKnown(ids())
  if (!busy && known !== null) setKnown(null)
  const firstKnown = known ? rows.findIndex((row) => known.has(row.id)) : 0
  if (firstKnown <= 0) return { visible: rows, arrived: 0, show: () => setKnown(null) }
  return { visible: rows.slice(firstKnown), arrived: firstKnown, show: () => setKnown(null) }
}
