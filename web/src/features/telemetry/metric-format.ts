import { formatBitRate, formatBytes, formatDuration, formatNumber, formatPercent } from '@/lib/format'

/** What a number of a metric measures: those of one kind share a scale. */
export type Kind = 'percent' | 'bytes' | 'bytes_rate' | 'bit_rate' | 'seconds' | 'number' | 'number_rate'

const plain = (value: number) => formatNumber(value, Math.abs(value) < 10 ? 3 : Math.abs(value) < 1_000 ? 1 : 0)

export const formats: Record<Kind, (value: number) => string> = {
  percent: formatPercent,
  bytes: formatBytes,
  bytes_rate: (value) => `${formatBytes(value)}/s`,
  bit_rate: formatBitRate,
  seconds: (value) => (value < 60 ? `${plain(value)} s` : formatDuration(value)),
  number: plain,
  number_rate: (value) => `${plain(value)}/s`,
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
