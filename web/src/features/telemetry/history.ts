type Drawn = { points: readonly (readonly [epochMs: number, value: number])[] }
type Stretch = { fromMs: number; toMs: number }

export type History<Found> = Found &
  Stretch & {
    /** How long ago the values begin, where less than the range is read because of that. */
    sinceMs: number | null
  }

const shortPart = 0.6
const shortestMs = 60_000

/**
 * Reads what is seen of a time up to now. Where values fill less than 60 percent of it, only the time since the first of them is seen, and is read again
 * by itself: `read` takes a step that suits the time it is given, so that a short history is not a speck at the edge of a long range.
 */
export async function readHistory<Found>(
  { fromMs, toMs }: Stretch,
  read: (fromMs: number, toMs: number) => Promise<Found>,
  drawnOf: (found: Found) => readonly Drawn[],
): Promise<History<Found>> {
  let seenFromMs = fromMs
  for (;;) {
    const found = await read(seenFromMs, toMs)
    const historyMs = toMs - Math.min(...drawnOf(found).map(({ points }) => points[0]?.[0] ?? Infinity))
    const beginsMs = toMs - Math.max(shortestMs, historyMs * 1.05)
    const isShort = historyMs > 0 && historyMs < (toMs - seenFromMs) * shortPart && beginsMs > seenFromMs
    if (!isShort) return { ...found, fromMs: seenFromMs, toMs, sinceMs: seenFromMs > fromMs ? historyMs : null }
    seenFromMs = beginsMs
  }
}
