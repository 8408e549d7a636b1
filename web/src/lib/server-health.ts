import { create } from 'zustand'

/** `away`: neither what was asked nor the server's own word on itself (/readyz) came. */
export const useServer = create<{ away: boolean; nextTryAtMs: number }>(() => ({ away: false, nextTryAtMs: 0 }))

const longestWaitMs = 30_000
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined
let trying: Promise<void> | undefined

async function isReady(): Promise<boolean> {
  try {
    return (await fetch('/readyz', { cache: 'no-store' })).ok
  } catch {
    return false
  }
}

async function look(): Promise<void> {
  clearTimeout(timer)
  if (await isReady()) {
    failures = 0
    if (useServer.getState().away) useServer.setState({ away: false })
    return
  }
  const ceiling = Math.min(longestWaitMs, 1_000 * 2 ** failures)
  const waitMs = ceiling / 2 + (Math.random() * ceiling) / 2
  failures += 1
  useServer.setState({ away: true, nextTryAtMs: Date.now() + waitMs })
  timer = setTimeout(tryServer, waitMs)
}

const tried = () => (trying ??= look().finally(() => (trying = undefined)))

/** Asks now, and while no answer comes again and again, with growing pauses. */
export const tryServer = () => void tried()

/** A request failed in a way that may mean that the server is away. */
export function suspectServer(): void {
  if (navigator.onLine && !useServer.getState().away) tryServer()
}

/** Runs `work` each time the server is back. Returns how to stop. */
export const onServerBack = (work: () => void): (() => void) => useServer.subscribe((now, before) => before.away && !now.away && work())

/** Waits until this browser has a connection and the server answers. False where that was so from the beginning. */
export async function untilReached(): Promise<boolean> {
  if (!navigator.onLine) {
    await new Promise((resolve) => window.addEventListener('online', resolve, { once: true }))
    return true
  }
  await tried()
  if (!useServer.getState().away) return false
  await new Promise<void>((resolve) => {
    const stop = onServerBack(() => (stop(), resolve()))
  })
  return true
}

window.addEventListener('online', () => useServer.getState().away && tryServer())
