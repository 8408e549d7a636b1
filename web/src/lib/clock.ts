import { useSyncExternalStore } from 'react'

let nowMs = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (!timer) nowMs = Date.now()
  timer ??= setInterval(() => {
    nowMs = Date.now()
    for (const notify of listeners) notify()
  }, 5_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time, moving every five seconds for the whole page at once. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs)
}

/** When the reader's day began (ISO 8601); another one after his midnight. */
export function useToday(): string {
  return new Date(new Date(useNow()).setHours(0, 0, 0, 0)).toISOString()
}
