import { appendFileSync, renameSync, statSync } from 'node:fs'
import { type Bell, type Clock, createBackoff } from './clock'
import { postBatch, type Verdict } from './ingest'
import { type Log, reasonOf } from './log'
import type { Entry, Outbox } from './outbox'
import type { Registration } from './registration'

const idleMs = 60_000

/** Empties the outbox into the ingestor. Nothing leaves it before it is acknowledged or will never be taken. */
export function createDelivery(options: {
  outbox: Outbox
  registration: Pick<Registration, 'device' | 'refused'>
  clock: Clock
  log: Log
  /** Where records go that the ingestor will never take. */
  rejectedPath: string
  rejectedLimitBytes?: number
  /** Aborts a request under way; the agent gives it a little longer than `stop`. */
  signal: AbortSignal
  random?: () => number
}) {
  const { outbox, registration, clock, log, signal, random = Math.random } = options
  const backoff = createBackoff({ baseMs: 1_000, capMs: 30_000, random })
  let isGzipTaken = true

  async function send(entries: Entry[]): Promise<Verdict> {
    const device = registration.device()
    const verdict = await postBatch(device, entries, { now: clock.now, signal, isGzipTaken })
    switch (verdict.is) {
      case 'accepted':
        if (verdict.rejected > 0)
          log('warn', 'records_rejected', { rejected: verdict.rejected, first_error: verdict.firstError ?? 'unknown' })
        outbox.settle(entries)
        return verdict
      case 'refused':
        setAside(entries, `${verdict.status} ${verdict.error}`)
        return verdict
      case 'encoding':
        isGzipTaken = false
        return send(entries)
      case 'too_large':
        return halve(entries)
      case 'unauthorized':
        if (!signal.aborted) await registration.refused(device.device_key)
        return verdict
      default:
        return verdict
    }
  }

  async function halve(entries: Entry[]): Promise<Verdict> {
    if (entries.length <= 1) {
      setAside(entries, '413 too large')
      return { is: 'too_large' }
    }
    const middle = Math.ceil(entries.length / 2)
    const first = await send(entries.slice(0, middle))
    return first.is === 'later' || first.is === 'unauthorized' ? first : send(entries.slice(middle))
  }

  function setAside(entries: Entry[], reason: string) {
    log('error', 'records_set_aside', { records: entries.length, reason })
    outbox.settle(entries)
    const { rejectedPath, rejectedLimitBytes = 1_048_576 } = options
    try {
      // Two files of half the limit: the older one goes when the newer is full.
      const { size } = statSync(rejectedPath, { throwIfNoEntry: false }) ?? { size: 0 }
      if (size > rejectedLimitBytes / 2) renameSync(rejectedPath, `${rejectedPath}.old`)
      let roomBytes = rejectedLimitBytes / 2
      const kept = entries.filter(({ bytes }) => (roomBytes -= bytes) >= 0)
      appendFileSync(rejectedPath, kept.map(({ line }) => `${line}\n`).join(''), { mode: 0o600 })
    } catch (error) {
      log('error', 'rejected_file_failed', { reason: reasonOf(error) })
    }
  }

  /** Sends until the outbox is empty (undefined), or answers the milliseconds to wait before the next try. */
  async function flush(): Promise<number | undefined> {
    while (outbox.size() > 0 && !signal.aborted) {
      const entries = outbox.take()
      const verdict = await outbox.whileSending(entries, () => send(entries))
      if (verdict.is === 'unauthorized') return 0
      if (verdict.is === 'later') {
        // A little after the time asked for, each agent at a moment of its own.
        const waitMs = verdict.afterMs === undefined ? backoff.nextMs() : Math.round(verdict.afterMs * (1 + random() / 10))
        if (!signal.aborted) log('warn', 'report_delayed', { reason: verdict.reason, buffered: outbox.size(), next_try_ms: waitMs })
        return waitMs
      }
      backoff.reset()
    }
    return undefined
  }

  return {
    flush,
    /** Delivers until `stop`; the bell says that there is something new. */
    async run(stop: AbortSignal, bell: Bell) {
      while (!stop.aborted) {
        const waitMs = await flush()
        if (waitMs === undefined) await bell.rest(idleMs)
        else await clock.wait(waitMs, stop)
      }
    },
  }
}
