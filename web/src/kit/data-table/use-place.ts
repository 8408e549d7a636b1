import { useEffect, useRef } from 'react'

/** Steps from a row to its neighbours; from a row that is gone, to what took its place. */
export function usePlace(rowIds: readonly string[], id: string | null): (by: number) => string | undefined {
  const last = useRef(-1)
  const at = id === null ? -1 : rowIds.indexOf(id)
  useEffect(() => {
    if (at >= 0) last.current = at
  }, [at])
  return (by) => {
    if (at >= 0) return rowIds[at + by]
    if (id === null || last.current < 0) return rowIds[0]
    return rowIds[Math.min(rowIds.length - 1, Math.max(0, by > 0 ? last.current + by - 1 : last.current + by))]
  }
}
