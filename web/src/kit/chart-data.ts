import type uPlot from 'uplot'

export type Point = readonly [epochMs: number, value: number]
export type ChartSeries = { label: string; points: readonly Point[] }

/**
 * Puts series on one axis of time, in seconds, as uPlot wants them.
 * Where the source was silent for longer than three of its usual intervals the line breaks.
 */
export function alignSeries(series: readonly ChartSeries[]): uPlot.AlignedData {
  const times = [...new Set(series.flatMap(({ points }) => points.map(([at]) => at)))].toSorted((left, right) => left - right)
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at))
  const usualMs = gaps.toSorted((left, right) => left - right)[Math.floor(gaps.length / 2)] ?? 0
  const axis = times.flatMap((at, index) => {
    const gap = gaps[index]
    return gap !== undefined && gap > usualMs * 3 ? [at, at + usualMs] : [at]
  })
  const columns = series.map(({ points }) => {
    const values = new Map(points)
    return axis.map((at) => values.get(at) ?? null)
  })
  return [axis.map((at) => at / 1000), ...columns]
}

export function summarize(points: readonly Point[]): { latest: number; lowest: number; highest: number; mean: number } | null {
  const latest = points.at(-1)
  if (!latest) return null
  let lowest = Infinity
  let highest = -Infinity
  let sum = 0
  for (const [, value] of points) {
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
    sum += value
  }
  return { latest: latest[1], lowest, highest, mean: sum / points.length }
}
