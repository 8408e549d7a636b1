import type { ChartSeries } from '@/kit/chart-data'
import { type DeviceTelemetry, type Series, trafficMetrics } from './queries'

function label(series: Series, name: string): string {
  return series.labels[name] ?? ''
}

export function hasPoints(data: DeviceTelemetry): boolean {
  return [...data.levels, ...data.rates].some((series) => series.points.length > 0)
}

/** In the order people count in: the second before the tenth. */
export const compareNames = (left: string, right: string): number => left.localeCompare(right, undefined, { numeric: true })

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
    .toSorted((left, right) => compareNames(left.label, right.label))
}

/** The network interfaces, the busiest first and the loopback last. */
export function interfaces(data: DeviceTelemetry): string[] {
  const traffic = new Map<string, number>()
  for (const series of data.rates) {
    if (!trafficMetrics.includes(series.metric)) continue
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

/** The values of those labels in which series differ: what all have alike tells none from the others. */
export function tellingLabels(series: readonly { labels: Record<string, string> }[]): string[] {
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))]
  const telling = names.filter((name) => new Set(series.map(({ labels }) => labels[name])).size > 1)
  return series.map(({ labels }) => telling.flatMap((name) => labels[name] ?? []).join(' · '))
}

export const allLabels = ({ labels }: { labels: Record<string, string> }) => Object.values(labels).join(' · ')
