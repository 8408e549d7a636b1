import { i18next } from './i18n'

/** The region of the browser goes with the chosen language: English in Europe has a 24-hour clock. */
function locale(): string {
  const language = i18next.resolvedLanguage ?? 'en'
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language
}

const cache = new Map<string, unknown>()

/** Making an Intl object costs far more than using it. */
function kept<Made>(kind: string, make: (locale: string) => Made): Made {
  const current = locale()
  const key = `${kind} ${current}`
  const found = cache.get(key)
  if (found) return found as Made
  const made = make(current)
  cache.set(key, made)
  return made
}

export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone

export function formatNumber(value: number, maximumFractionDigits = 0): string {
  return kept(`number ${maximumFractionDigits}`, (locale) => new Intl.NumberFormat(locale, { maximumFractionDigits })).format(value)
}

/** Three digits that are not leading zeros; by its power of ten where there would be many others. */
export function formatSignificant(value: number, more = 0): string {
  const notation = Math.abs(value) < 1e-6 || Math.abs(value) >= 1e15 ? 'scientific' : 'standard'
  const options = { maximumSignificantDigits: 3 + more, notation } as const
  return kept(`significant ${notation} ${more}`, (locale) => new Intl.NumberFormat(locale, options)).format(value)
}

/** "1.235B". */
export function formatCompact(value: number, more = 0): string {
  const options = { maximumSignificantDigits: 4 + more, notation: 'compact' } as const
  return kept(`compact ${more}`, (locale) => new Intl.NumberFormat(locale, options)).format(value)
}

export function formatPercent(value: number, more = 0): string {
  const size = Math.abs(value)
  return `${formatNumber(value, (size < 1 ? 2 : size < 10 ? 1 : 0) + more)} %`
}

/** In the reader's own zone where none is named, as are all times here. */
export function formatDateTime(iso: string | number, timeZone?: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'medium', timeZone } as const
  return kept(`date-time ${timeZone}`, (locale) => new Intl.DateTimeFormat(locale, options)).format(new Date(iso))
}

export function formatDate(iso: string | number): string {
  return kept('date', (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })).format(new Date(iso))
}

export function formatTime(epochMs: number, withSeconds: boolean, timeZone?: string): string {
  const options = { timeStyle: withSeconds ? 'medium' : 'short', timeZone } as const
  return kept(`time ${withSeconds} ${timeZone}`, (locale) => new Intl.DateTimeFormat(locale, options)).format(epochMs)
}

export function formatDayAndTime(epochMs: number, timeZone?: string): string {
  const options = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone } as const
  return kept(`day ${timeZone}`, (locale) => new Intl.DateTimeFormat(locale, options)).format(epochMs)
}

const spans = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** "3 minutes ago", "in 2 days". */
export function formatRelative(iso: string | number, nowMs: number): string {
  const seconds = Math.round((new Date(iso).getTime() - nowMs) / 1000)
  const relative = kept('relative', (locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }))
  for (const [unit, length] of spans) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit)
  }
  return relative.format(Math.abs(seconds) < 5 ? 0 : seconds, 'second')
}

/** "2 d 4 h", "3 min 20 s": the two largest parts. */
export function formatDuration(totalSeconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const
  let rest = Math.max(0, Math.round(totalSeconds))
  const parts: string[] = []
  for (const [unit, length] of units) {
    const amount = Math.floor(rest / length)
    rest -= amount * length
    if (amount > 0) parts.push(`${formatNumber(amount)} ${unit}`)
    if (parts.length === 2) break
  }
  return parts.join(' ') || '0 s'
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

export function formatBytes(bytes: number, more = 0): string {
  const power = Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(bytes))) / 10)))
  const amount = bytes / 1024 ** power
  return `${formatNumber(amount, power > 0 ? (amount < 10 ? 1 : 0) + more : 0)} ${byteUnits[power]}`
}

const bitUnits = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']

/** A rate of bytes, said in bits as network people do. */
export function formatBitRate(bytesPerSecond: number, more = 0): string {
  const bits = bytesPerSecond * 8
  const power = Math.min(bitUnits.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(bits))) / 3)))
  const amount = bits / 1000 ** power
  return `${formatNumber(amount, power > 0 ? (amount < 10 ? 1 : 0) + more : 0)} ${bitUnits[power]}`
}
