import { useSyncExternalStore } from 'react'
import { i18next } from './i18n'

let nowMs = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

const tick = () => {
  nowMs = Date.now()
  for (const notify of listeners) notify()
}
// What is said of a time changes with the language, too.
i18next.on('languageChanged', tick)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (!timer) nowMs = Date.now()
  timer ??= setInterval(tick, 5_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time, moving every five seconds for the whole page at once, and with the language. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs)
}

/** When the reader's day began (ISO 8601); another one after his midnight. */
export function useToday(): string {
  return new Date(new Date(useNow()).setHours(0, 0, 0, 0)).toISOString()
}
