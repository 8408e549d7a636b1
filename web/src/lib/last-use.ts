const mark = 'monozu.last_use'
/** Windows tell each other no more often than this. */
const leastApartMs = 5_000

let ownMs = Date.now()
let toldMs = 0

/** Somebody is at this window just now. */
export function noteUse(): void {
  ownMs = Date.now()
  // A clock that was set back must not keep it from being told.
  if (Math.abs(ownMs - toldMs) < leastApartMs) return
  toldMs = ownMs
  localStorage.setItem(mark, String(ownMs))
}

/** When somebody was last at any window of this browser, ms since 1970. What lies ahead is of a clock that has been set back since. */
export function lastUseMs(): number {
  const now = Date.now()
  if (ownMs > now) ownMs = now
  const told = Number(localStorage.getItem(mark))
  return told > now ? ownMs : Math.max(ownMs, told)
}

export const forgetUse = () => localStorage.removeItem(mark)
