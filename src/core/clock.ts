let offsetMs = 0

/** The time of this process, epoch milliseconds. Tests move it; nothing waits for it. */
export const nowMs = () => Date.now() + offsetMs

export const now = () => new Date(nowMs())

export function moveClock(byMs: number) {
  offsetMs = byMs === 0 ? 0 : offsetMs + byMs
}
