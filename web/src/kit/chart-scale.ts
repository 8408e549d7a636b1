export type ScaleOptions = {
  /** The top of the scale where the unit has one, such as 100 for percent. */
  highest?: number
  /** What the scale does not go beyond while the values do not either. */
  ceiling?: number
  /** Values that differ little from each other fill the height, instead of standing on zero. */
  fitted?: boolean
  /** Zero means nothing to them, as it does not to moments: the scale is where they are. */
  unanchored?: boolean
}

/** Bottom and top of a plot whose values lie between `low` and `high`; neither is finite where there are none. */
export function scaleOf(low: number, high: number, { highest, ceiling, fitted, unanchored }: ScaleOptions): [number, number] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, highest ?? 1]
  const topped = (top: number) => (ceiling !== undefined && high <= ceiling ? Math.min(ceiling, top) : top)
  const differs = high - low
  if (unanchored) {
    const room = differs / 4 || Math.abs(low) / 1e6 || 1
    return [low - room, high + room]
  }
  if (fitted && low > 0 && differs > 0 && differs < high * 0.3) return [Math.max(0, low - differs / 4), topped(high + differs / 4)]
  if (highest !== undefined) return [Math.min(0, low * 1.15), Math.max(highest, high)]
  if (low === 0 && high === 0) return [0, topped(1)]
  return [Math.min(0, low * 1.15), topped(Math.max(0, high * 1.15))]
}

/** A number as people read it, with so many digits `more` than it usually has. */
export type Format = (value: number, more?: number) => string

const mostDigitsMore = 3

/** What stands beside the lines of the scale: with more digits where two would read alike, and nothing where that does not help. */
export function scaleLabels(values: readonly number[], format: Format): string[] {
  for (let more = 0; more <= mostDigitsMore; more += 1) {
    const labels = values.map((value) => format(value, more))
    if (new Set(labels).size === labels.length) return labels
  }
  const labels = values.map((value) => format(value))
  return labels.map((label, index) => (label === labels[index - 1] ? '' : label))
}
