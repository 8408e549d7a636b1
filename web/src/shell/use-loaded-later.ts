import { useEffect, useEffectEvent } from 'react'

const afterMs = 1_500

/** Loads it once there is time: who presses Ctrl-K types on at once, and the page must not take those letters for its own. */
export function useLoadedLater(load: () => Promise<unknown>): void {
  const begin = useEffectEvent(() => void load())
  useEffect(() => {
    const timer = setTimeout(() => begin(), afterMs)
    return () => clearTimeout(timer)
  }, [])
}
