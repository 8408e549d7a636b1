import type { Format } from '@/kit/chart-scale'
import {
  formatBitRate,
  formatBytes,
  formatCompact,
  formatDate,
  formatDateTime,
  formatDuration,
  formatNumber,
  formatPercent,
  formatSignificant,
  formatTime,
} from '@/lib/format'
import { plainName } from './reported'

/** What a number of a metric measures: those of one kind share a scale. */
export type Kind = 'percent' | 'bytes' | 'bytes_rate' | 'bit_rate' | 'seconds' | 'moment' | 'number' | 'number_rate'

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

/** In seconds since 1970: what never was is 0, and what lies thousands of years ahead was none. */
const isMoment = (value: number) => value > 0 && value < 1e11

/** Whole where it stands alone; on an axis the date, or the times of one. */
function moment(value: number, more?: number): string {
  if (!isMoment(value)) return plain(value, more)
  const atMs = value * 1000
  if (more === undefined) return formatDateTime(atMs)
  return more === 0 ? formatDate(atMs) : formatTime(atMs, more > 1)
}

/** Date and time each by itself; one number where it is no moment. */
export function momentParts(value: number): [string, ...string[]] {
  return isMoment(value) ? [formatDate(value * 1000), formatTime(value * 1000, true)] : [plain(value)]
}

export const formats: Record<Kind, Format> = {
  percent: formatPercent,
  bytes: formatBytes,
  bytes_rate: (value, more) => `${formatBytes(value, more)}/s`,
  bit_rate: formatBitRate,
  seconds,
  moment,
  number: plain,
  number_rate: (value, more) => `${plain(value, more)}/s`,
}

/** How charts draw what is of a kind. */
export const lookOf = (kind: Kind) => ({
  format: formats[kind],
  ceiling: kind === 'percent' ? 100 : undefined,
  binary: kind === 'bytes' || kind === 'bytes_rate',
  fitted: true,
  unanchored: kind === 'moment',
})

/** As exporters name what is a time and not how long something takes. */
const momentName =
  /((^|_)(timestamp|(start|boot|creation|expiration|expiry)_time)(_seconds)?|^node_time_seconds|_(created|cert_expiry|not_after|not_before))$/i

/** Names say what they measure by their ending, as the agent and most exporters write them. */
export function kindOf(metric: string, aggregate: string): Kind {
  const rate = aggregate === 'rate'
  const name = plainName(metric)
  if (/(_percent|_pct|percent_used)$/i.test(name)) return rate ? 'number_rate' : 'percent'
  if (/_bytes(_total)?$/i.test(name)) {
    if (!rate) return 'bytes'
    return /(^|_)(rx|tx|receive|transmit|network)/i.test(name) ? 'bit_rate' : 'bytes_rate'
  }
  if (momentName.test(name) && !rate) return 'moment'
  if (/_seconds(_total)?$/i.test(name)) return rate ? 'number_rate' : 'seconds'
  return rate ? 'number_rate' : 'number'
}
