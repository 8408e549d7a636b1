/** Time as the agent sees it, so that tests decide when it passes. */
export interface Clock {
  /** Epoch milliseconds. */
  now: () => number
  /** Resolves after `waitMs`, or as soon as the signal aborts; never rejects. */
  wait: (waitMs: number, signal?: AbortSignal) => Promise<void>
}

export const systemClock: Clock = {
  now: Date.now,
  wait: (waitMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, waitMs)
      signal?.addEventListener('abort', done)
    }),
}

/** Exponential back-off; half of each delay is random, so that a fleet does not come back in step. */
export function createBackoff({ baseMs = 1_000, capMs = 60_000, random = Math.random } = {}) {
  let failures = 0
  return {
    nextMs() {
      const ceilingMs = Math.min(capMs, baseMs * 2 ** Math.min(failures++, 30))
      return Math.round(ceilingMs / 2 + (random() * ceilingMs) / 2)
    },
    reset() {
      failures = 0
    },
  }
}

/** A rest that somebody can cut short. A ring that nobody waits for is kept for the next rest. */
export function createBell(clock: Clock, stop: AbortSignal) {
  let rung = false
  let wake: (() => void) | undefined
  return {
    ring() {
      rung = true
      wake?.()
    },
    async rest(waitMs: number) {
      if (!rung && !stop.aborted) {
        const heard = new AbortController()
        wake = () => heard.abort()
        stop.addEventListener('abort', wake)
        await clock.wait(waitMs, heard.signal)
        stop.removeEventListener('abort', wake)
        wake = undefined
      }
      rung = false
    },
  }
}

export type Bell = ReturnType<typeof createBell>
