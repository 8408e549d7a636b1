import type { TFunction } from 'i18next'
import { createParser, parseAsInteger, useQueryStates } from 'nuqs'
import { isZone } from '@/lib/zone'

/** The last so and so much, up to now; or from one moment to another. `zone` is given where it is not the browser's. */
export type Range = { zone?: string } & ({ last: string; fromMs?: never; toMs?: never } | { last?: never; fromMs: number; toMs: number })

export const lastRanges = ['15m', '1h', '6h', '24h', '7d', '30d', '90d'] as const

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const longestMs = 3 * 366 * unitMs.d
const shortestMs = 10_000

function lastMs(last: string): number | null {
  const [, count, unit] = last.match(/^(\d{1,4})([mhd])$/) ?? []
  const ms = Number(count) * unitMs[unit as keyof typeof unitMs]
  return ms > 0 && ms <= longestMs ? ms : null
}

export const sayLast = (t: TFunction, last: string): string => {
  const [, count, unit] = last.match(/^(\d+)([mhd])$/) ?? []
  return t(`range.last.${(unit ?? 'h') as keyof typeof unitMs}`, { count: Number(count) })
}

export const lengthMs = (range: Range) => (range.last === undefined ? range.toMs - range.fromMs : (lastMs(range.last) ?? 0))

/** Where the range begins and ends, as of now. */
export function spanOf(range: Range): { fromMs: number; toMs: number } {
  if (range.last === undefined) return range
  const toMs = Date.now()
  return { fromMs: toMs - lengthMs(range), toMs }
}

/** Earlier or later by a part of its length. */
export function shifted(range: Range, part: number): Range {
  const { fromMs, toMs } = spanOf(range)
  const by = (toMs - fromMs) * part
  return { fromMs: Math.round(fromMs + by), toMs: Math.round(toMs + by), zone: range.zone }
}

/** Twice as long, around the same middle. */
export function wider(range: Range): Range {
  const { fromMs, toMs } = spanOf(range)
  const half = Math.min(longestMs, (toMs - fromMs) * 2) / 2
  const middle = (fromMs + toMs) / 2
  return { fromMs: Math.round(middle - half), toMs: Math.round(middle + half), zone: range.zone }
}

const parseAsLast = createParser({ parse: (text) => (lastMs(text) ? text : null), serialize: (text: string) => text })
const parseAsZone = createParser({ parse: (text) => (isZone(text) ? text : null), serialize: (text: string) => text })

/** The range of a page, in its address: `range=6h`, or `from` and `to` in epoch milliseconds; `zone`. */
export function useRange(fallback: (typeof lastRanges)[number]): [Range, (range: Range) => void] {
  const [{ range, from, to, zone }, set] = useQueryStates(
    { range: parseAsLast, from: parseAsInteger, to: parseAsInteger, zone: parseAsZone },
    { history: 'push' },
  )
  const own = zone ?? undefined
  const whole = from !== null && to !== null && to - from >= shortestMs && to - from <= longestMs
  const change = (next: Range) =>
    void set({ range: next.last ?? null, from: next.fromMs ?? null, to: next.toMs ?? null, zone: next.zone ?? null })
  return [whole && !range ? { fromMs: from, toMs: to, zone: own } : { last: range ?? fallback, zone: own }, change]
}
