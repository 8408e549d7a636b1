import { useEffect } from 'react'

/** Keeps the screen from going dark while this is shown, where the browser can. */
export function useAwake(): void {
  useEffect(() => {
    if (!('wakeLock' in navigator)) return
    let lock: WakeLockSentinel | undefined
    let left = false
    const ask = async () => {
      if (document.visibilityState !== 'visible') return
      lock = await navigator.wakeLock.request('screen').catch(() => undefined)
      if (left) await lock?.release()
    }
    // A window that was hidden has lost it.
    document.addEventListener('visibilitychange', ask)
    void ask()
    return () => {
      left = true
      document.removeEventListener('visibilitychange', ask)
      void lock?.release()
    }
  }, [])
}
