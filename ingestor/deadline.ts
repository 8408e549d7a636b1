/** How late at most what is over is told, as a part of the time that was given. */
const looks = 10

/**
 * Work that may take `ms` each, of which there is much and hardly any is ever late: one timer looks at all of it, since one for each would
 * cost time with every request.
 */
export function openDeadline(ms: number, late: () => Error) {
  /** The oldest first. */
  const waiting = new Set<{ since: number; end: (error: Error) => void }>()
  const timer = setInterval(() => {
    const begun = performance.now() - ms
    for (const one of waiting) {
      if (one.since > begun) break
      waiting.delete(one)
      one.end(late())
    }
  }, ms / looks)

  /** Rejects with what `late` makes when the work takes longer, and with what `failed` makes when it fails. */
  function within<T>(work: Promise<T>, failed: () => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const one = { since: performance.now(), end: reject }
      waiting.add(one)
      const settle = (how: () => void) => {
        waiting.delete(one)
        how()
      }
      work.then(
        (value) => settle(() => resolve(value)),
        () => settle(() => reject(failed())),
      )
    })
  }

  return { within, close: () => clearInterval(timer) }
}
