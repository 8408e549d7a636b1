import type { LatestValue } from './queries'

/** What the agent tells of the host that it runs on. */
const ofHosts = new Set([
  'agent_dropped_records',
  'cpu_percent',
  'disk_percent',
  'disk_total_bytes',
  'disk_used_bytes',
  'load_15m',
  'load_1m',
  'load_5m',
  'memory_percent',
  'memory_total_bytes',
  'memory_used_bytes',
  'processes',
  'read_bytes',
  'rx_bytes',
  'rx_errors',
  'swap_percent',
  'tx_bytes',
  'tx_errors',
  'uptime_seconds',
  'write_bytes',
])

/** How many metrics a question of the explorer may have. */
export const metricsMost = 20

/** More charts than these are for the explorer. */
const chartsMost = 12

export type Reported = {
  host: ReadonlySet<string>
  /** What the device measures besides: a controller its pressures, a meter its currents. By name, the first of them. */
  own: readonly string[]
  /** Those besides that have no chart here. */
  left: readonly string[]
  /** When the latest of it all was measured, by the device's clock; 0 where there is nothing. */
  newestMs: number
}

/** Without the name of the field, which Telegraf's metrics in line protocol end with. */
export const plainName = (metric: string): string => metric.replace(/_(value|gauge|counter)$/, '')

/** Counts upwards: its rate tells more than its height. */
export const isCounter = (metric: string): boolean => plainName(metric).endsWith('_total')

export function reportedIn(latest: readonly LatestValue[]): Reported {
  const names = [...new Set(latest.map(({ metric }) => metric))].toSorted((left, right) =>
    left.localeCompare(right, 'en', { numeric: true }),
  )
  const own = names.filter((name) => !ofHosts.has(name))
  return {
    host: new Set(names.filter((name) => ofHosts.has(name))),
    own: own.slice(0, chartsMost),
    left: own.slice(chartsMost),
    newestMs: latest.reduce((newest, { at }) => Math.max(newest, new Date(at).getTime()), 0),
  }
}
