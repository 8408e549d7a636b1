import type { ChartSeries } from '@/kit/chart-data'
import type { DeviceTelemetry, Series } from './queries'

const shortestWindowMs = 60_000

function label(series: Series, name: string): string {
  return series.labels[name] ?? ''
}

export function hasPoints(data: DeviceTelemetry): boolean {
  return [...data.levels, ...data.rates].some((series) => series.points.length > 0)
}

/** One line for each of the metrics that has data. */
export function levelSeries(data: DeviceTelemetry, names: Record<string, string>): ChartSeries[] {
  return Object.entries(names).flatMap(([metric, name]) => {
    const found = data.levels.find((series) => series.metric === metric && series.points.length > 0)
    return found ? [{ label: name, points: found.points }] : []
  })
}

export function disks(data: DeviceTelemetry): ChartSeries[] {
  return data.levels
    .filter((series) => series.metric === 'disk_percent' && series.points.length > 0)
    .map((series) => ({ label: label(series, 'mount') || 'disk', points: series.points }))
    .toSorted((left, right) => left.label.localeCompare(right.label))
}

/** The network interfaces, the busiest first and the loopback last. */
export function interfaces(data: DeviceTelemetry): string[] {
  const traffic = new Map<string, number>()
  for (const series of data.rates) {
    const name = label(series, 'interface')
    const bytes = series.points.reduce((sum, [, value]) => sum + value, 0)
    traffic.set(name, (traffic.get(name) ?? 0) + bytes)
  }
  const weight = ([name, bytes]: [string, number]) => (name === 'lo' ? -1 : bytes)
  return [...traffic].toSorted((left, right) => weight(right) - weight(left)).map(([name]) => name)
}

export function trafficSeries(data: DeviceTelemetry, name: string, names: Record<string, string>): ChartSeries[] {
  return Object.entries(names).map(([metric, text]) => ({
    label: text,
    points: data.rates.find((series) => series.metric === metric && label(series, 'interface') === name)?.points ?? [],
  }))
}

/**
 * The stretch of time that the charts show. A device that has only just begun is not drawn as a
 * speck at the right edge: the window begins at its first point, and `sinceMs` says how long ago that was.
 */
export function chartWindow(data: DeviceTelemetry): { fromMs: number; toMs: number; sinceMs: number | null } {
  let first = Infinity
  for (const { points } of [...data.levels, ...data.rates]) first = Math.min(first, points[0]?.[0] ?? Infinity)
  const span = data.toMs - data.fromMs
  const history = data.toMs - first
  if (!Number.isFinite(first) || history > span * 0.6) return { fromMs: data.fromMs, toMs: data.toMs, sinceMs: null }
  return { fromMs: data.toMs - Math.max(shortestWindowMs, history * 1.05), toMs: data.toMs, sinceMs: history }
}
