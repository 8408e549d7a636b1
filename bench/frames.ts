import type { Page } from 'playwright-core'

export interface Frames {
  perSecond: number
  /** The share of frames that came late. */
  late: number
  longestMs: number
}

/** What the page draws while something is done. */
export async function countFrames(page: Page, work: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate(`(() => {
    globalThis.frames = []
    const step = (at) => { globalThis.frames.push(at); globalThis.counting = requestAnimationFrame(step) }
    globalThis.counting = requestAnimationFrame(step)
  })()`)
  await work()
  const frames = await page.evaluate<number[]>('(cancelAnimationFrame(globalThis.counting), globalThis.frames)')
  const gaps = frames.slice(1).map((at, index) => at - frames[index]!)
  return {
    perSecond: (gaps.length * 1000) / (frames.at(-1)! - frames[0]!),
    late: gaps.filter((gap) => gap > 25).length / gaps.length,
    longestMs: Math.max(...gaps),
  }
}
