import type uPlot from 'uplot'

export type Point = readonly [epochMs: number, value: number]
export type ChartSeries = {
  label: string
  points: readonly Point[]
  /** Which of the chart's colours it keeps, whatever stands beside it. */
  colour?: number
  /** Drawn faintly: what stands behind another. */
  faint?: boolean
}

function usualGapMs(points: readonly Point[]): number {
  const gaps = new Float64Array(Math.max(0, points.length - 1))
  for (let index = 0; index < gaps.length; index += 1) gaps[index] = points[index + 1]![0] - points[index]![0]
  return gaps.sort()[gaps.length >> 1] ?? 0
}

type Silence = { fromMs: number; toMs: number; usualMs: number }

/** Where a source said nothing for longer than three of its usual intervals. */
function silences(points: readonly Point[]): Silence[] {
  const usualMs = usualGapMs(points)
  return points.flatMap(([fromMs], index) => {
    const toMs = points[index + 1]?.[0]
    return toMs !== undefined && toMs - fromMs > usualMs * 3 ? [{ fromMs, toMs, usualMs }] : []
  })
}

const areOfOneTime = (one: readonly Point[], other: readonly Point[]) =>
  one.length === other.length && one.every(([at], index) => at === other[index]![0])

/**
 * Puts series on one axis of time, in seconds, as uPlot wants them. A line breaks where its own source was silent (null); it goes on where another
 * source spoke at a moment at which this one did not (undefined).
 */
export function alignSeries(series: readonly ChartSeries[]): uPlot.AlignedData {
  const times = series[0]?.points ?? []
  // Answers in steps speak at the same moments: there is nothing to look up.
  if (series.every(({ points }) => areOfOneTime(points, times)) && silences(times).length === 0)
    return [times.map(([at]) => at / 1000), ...series.map(({ points }) => points.map(([, value]) => value))]
  const lines = series.map(({ points }) => ({ values: new Map(points), silent: silences(points) }))
  const moments = lines.flatMap(({ values, silent }) => [...values.keys(), ...silent.map(({ fromMs, usualMs }) => fromMs + usualMs)])
  const axis = [...new Set(moments)].toSorted((left, right) => left - right)
  const columns = lines.map(({ values, silent }) => {
    let next = 0
    return axis.map((at) => {
      while (silent[next] && silent[next]!.toMs <= at) next += 1
      // Each moment of it: a gap ends for the plot where the next one is not null.
      const isSilent = silent[next] !== undefined && at > silent[next]!.fromMs
      return isSilent ? null : values.get(at)
    })
  })
  return [axis.map((at) => at / 1000), ...columns]
}

/** The value of a line at a place of the axis, or at the nearest where it has none of its own. */
export function valueAt(column: ArrayLike<number | null | undefined> | undefined, place: number): number | null {
  for (let away = 0; column && away < 50; away += 1) {
    const before = column[place - away]
    if (before !== undefined) return before
    const after = column[place + away]
    if (after !== undefined) return after
  }
  return null
}

export type Summary = { latest: number; lowest: number; highest: number; mean: number }

export function summarize(points: readonly Point[]): Summary | null {
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
