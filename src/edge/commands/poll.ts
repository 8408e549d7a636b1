import { onSignal } from '../../core/signals'

const waiters = new Map<string, Set<() => void>>()

const wake = (device_id: string) => {
  for (const resume of waiters.get(device_id) ?? []) resume()
}

onSignal('commands', wake, () => {
  for (const device_id of waiters.keys()) wake(device_id)
})

/** Tells a long poll of a device apart from a busy loop: resolves on a new command for it, after `waitMs`, or when the caller has gone. */
export function nextCommand(device_id: string, waitMs: number, gone: AbortSignal) {
  let resume = () => {}
  const woken = new Promise<void>((resolve) => (resume = resolve))
  const mine = waiters.get(device_id) ?? new Set()
  waiters.set(device_id, mine.add(resume))
  const timer = setTimeout(resume, waitMs)
  gone.addEventListener('abort', resume, { once: true })
  if (gone.aborted) resume()
  const stop = () => {
    clearTimeout(timer)
    gone.removeEventListener('abort', resume)
    mine.delete(resume)
    if (!mine.size) waiters.delete(device_id)
  }
  return { woken, stop }
}

/** A draining process answers its long polls at once. */
export function answerPolls() {
  for (const device_id of waiters.keys()) wake(device_id)
}
