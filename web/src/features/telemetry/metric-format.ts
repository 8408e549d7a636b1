import type { Format } from '@/kit/chart-scale'
import { formatBitRate, formatBytes, formatCompact, formatDuration, formatNumber, formatPercent, formatSignificant } from '@/lib/format'

/** What a number of a metric measures: those of one kind share a scale. */
export type Kind = 'percent' | 'bytes' | 'bytes_rate' | 'bit_rate' | 'seconds' | 'number' | 'number_rate'

/** As many digits as tell something: what is not zero never reads as zero, and nothing is longer than an axis is wide. */
function plain(value: number, more = 0): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1 || size >= 1e15)) return formatSignificant(value, more)
  return size < 1e8 ? formatNumber(value, (size < 10 ? 3 : size < 1_000 ? 1 : 0) + more) : formatCompact(value, more)
}

function seconds(value: number, more = 0): string {
  const size = Math.abs(value)
  if (value >= 60) return formatDuration(value)
  if (size === 0 || size >= 1) return `${plain(value, more)} s`
  if (size >= 1e-3) return `${plain(value * 1e3, more)} ms`
  return size >= 1e-6 ? `${plain(value * 1e6, more)} µs` : `${plain(value * 1e9, more)} ns`
}

export const formats: Record<Kind, Format> = {
  percent: formatPercent,
  bytes: formatBytes,
  bytes_rate: (value, more) => `${formatBytes(value, more)}/s`,
  bit_rate: formatBitRate,
  seconds,
  number: plain,
  number_rate: (value, more) => `${plain(value, more)}/s`,
}

/** Names say what they measure by their ending, as the agent and most exporters write them. */
export function kindOf(metric: string, aggregate: string): Kind {
  const rate = aggregate === 'rate'
  if (/(_percent|_pct|percent_used)$/i.test(metric)) return rate ? 'number_rate' : 'percent'
  if (/_bytes(_total)?$/i.test(metric)) {
    if (!rate) return 'bytes'
    return /(^|_)(rx|tx|receive|transmit|network)/i.test(metric) ? 'bit_rate' : 'bytes_rate'
  }
  if (/_seconds(_total)?$/i.test(metric)) return rate ? 'number_rate' : 'seconds'
  return rate ? 'number_rate' : 'number'
}
