import { nowMs } from './clock'
import { limits } from './limits'
import { type Signal, onSignal } from './signals'

interface Entry<T> {
  found: T | undefined
  tenant_id: string
  loadedAt: number
}

/**
 * Remembers what `load` found, or that it found nothing, for at most 5 s. A signal that names the id or its tenant makes it forget at once,
 * and a lost connection to the signals makes it forget everything.
 */
export function remembered<K extends { tenant_id: string }, T>(
  topic: Signal['topic'],
  idOf: (key: K) => string,
  load: (key: K) => Promise<T | undefined>,
) {
  const entries = new Map<string, Entry<T>>()
  const idsOf = new Map<string, Set<string>>()
  const reading = new Map<string, { since: number; found: Promise<T | undefined> }>()
  let signals = 0

  function forget(id: string) {
    const tenant_id = entries.get(id)?.tenant_id
    entries.delete(id)
    const ids = tenant_id && idsOf.get(tenant_id)
    if (ids && ids.delete(id) && !ids.size) idsOf.delete(tenant_id)
  }
  function remember(id: string, entry: Entry<T>) {
    if (entries.size >= limits.sessionCacheEntries) forget(entries.keys().next().value!)
    entries.set(id, entry)
    idsOf.set(entry.tenant_id, (idsOf.get(entry.tenant_id) ?? new Set()).add(id))
  }
  onSignal(
    topic,
    (key) => {
      signals += 1
      forget(key)
      for (const id of idsOf.get(key) ?? []) forget(id)
    },
    () => {
      signals += 1
      entries.clear()
      idsOf.clear()
    },
  )

  function recall(id: string): Entry<T> | undefined {
    const entry = entries.get(id)
    return entry && nowMs() - entry.loadedAt < limits.sessionCacheMs ? entry : undefined
  }
  async function read(key: K, id: string): Promise<T | undefined> {
    const signalsBefore = signals
    const found = await load(key)
    // What a signal may have overtaken while it was read is not kept.
    if (signals === signalsBefore) remember(id, { found, tenant_id: key.tenant_id, loadedAt: nowMs() })
    return found
  }
  async function find(key: K): Promise<T | undefined> {
    const id = idOf(key)
    const entry = recall(id)
    if (entry) return entry.found
    const { since, found } = reading.get(id) ?? {}
    // Those who ask for the same at once share one reading, unless a signal came after it began.
    if (found && since === signals) return found
    const mine = read(key, id).finally(() => reading.get(id)?.found === mine && reading.delete(id))
    reading.set(id, { since: signals, found: mine })
    return mine
  }
  return { recall, find }
}
