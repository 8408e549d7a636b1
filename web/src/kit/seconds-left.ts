import { useEffect, useState } from 'react'

const leftUntil = (untilMs: number) => Math.max(0, Math.ceil((untilMs - Date.now()) / 1000))

/** Whole seconds until a moment, counted down. */
export function useSecondsLeft(untilMs: number): number {
  const [left, setLeft] = useState(() => leftUntil(untilMs))
  useEffect(() => {
    setLeft(leftUntil(untilMs))
    const timer = setInterval(() => setLeft(leftUntil(untilMs)), 500)
    return () => clearInterval(timer)
  }, [untilMs])
  return left
}
