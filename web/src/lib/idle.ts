import { create } from 'zustand'
import { lastUseMs, noteUse } from './last-use'
import { expireSession, useSession } from './session'

/** When the session ends if nobody comes; null while that is further away than is told. */
export const useIdle = create<{ endsAtMs: number | null }>(() => ({ endsAtMs: null }))

const lookEachMs = 5_000
/** WCAG 2.2.1 asks for 20 s at the least. */
const toldBeforeMs = 60_000
/** A pointer that moves tells more often than anybody wants to know. */
const usesApartMs = 500

/** A click alone is what assistive technology sends. */
const signs = ['keydown', 'pointerdown', 'pointermove', 'touchmove', 'wheel', 'click'] as const

/** Also sent where the page moves beneath a pointer that rests. */
const restsStill = (event: Event) => event.type === 'pointermove' && event instanceof PointerEvent && !event.movementX && !event.movementY

/**
 * Ends the session once nobody has been at any window of this browser for as long as its tenant allows; `tellServer` must end it there as well, and
 * is called again until it does. A page that is `forAll` to look at is in use for as long as it is in sight. Answers how to stop.
 */
export function watchIdle(tellServer: () => Promise<unknown>, forAll = false): () => void {
  let isUntold = false
  let lastSignMs = 0

  const tell = async () => {
    isUntold = false
    await tellServer().catch(() => (isUntold = true))
  }
  const look = () => {
    const { status, reason, idleMs } = useSession.getState()
    if (isUntold && reason === 'idle') void tell()
    if (forAll && document.visibilityState === 'visible') noteUse()
    const endsAtMs = status === 'signed_in' && idleMs !== null ? lastUseMs() + idleMs : Infinity
    const leftMs = endsAtMs - Date.now()
    useIdle.setState({ endsAtMs: leftMs > 0 && leftMs <= toldBeforeMs ? endsAtMs : null })
    if (leftMs > 0) return
    expireSession('idle')
    void tell()
  }
  const hear = (event: Event) => {
    if (restsStill(event) || Math.abs(Date.now() - lastSignMs) < usesApartMs) return
    lastSignMs = Date.now()
    // Whoever comes after the end, as to a computer that slept, is too late.
    look()
    if (useSession.getState().status !== 'signed_in') return
    noteUse()
    useIdle.setState({ endsAtMs: null })
  }

  // Somebody has opened the page.
  noteUse()
  const timer = setInterval(look, lookEachMs)
  for (const sign of signs) window.addEventListener(sign, hear, { capture: true, passive: true })
  return () => {
    clearInterval(timer)
    for (const sign of signs) window.removeEventListener(sign, hear, { capture: true })
  }
}
