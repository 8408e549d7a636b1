import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useMemo } from 'react'
import { type Range, lengthMs, useRange } from '@/kit/range'

export const aggregates = ['avg', 'min', 'max', 'sum', 'last', 'rate'] as const
export type Aggregate = (typeof aggregates)[number]
export const layouts = ['together', 'metric', 'device'] as const
export const views = ['chart', 'table'] as const

/** Widths of one point, in seconds. */
const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400] as const
const pointsWanted = 400
/** Finer steps than these would be more than a screen can show, and a browser likes to draw. */
const pointsMost = 4_000

export type Question = {
  devices: readonly string[]
  orgUnit: string | null
  metrics: readonly string[]
  aggregate: Aggregate
  range: Range
  stepSeconds: number
  compare: boolean
}

export const automaticStep = (spanMs: number): number =>
  steps.find((seconds) => spanMs / 1000 / seconds <= pointsWanted) ?? steps[steps.length - 1]!

const list = parseAsArrayOf(parseAsString).withDefault([])

/** What is asked and how it is shown, all of it in the address. */
export function useQuestion() {
  const [range, setRange] = useRange('1h')
  const [asked, set] = useQueryStates({
    device: list,
    org_unit: parseAsString,
    metric: list,
    aggregate: parseAsStringLiteral(aggregates).withDefault('avg'),
    step: parseAsStringLiteral(steps.map(String)),
    compare: parseAsBoolean.withDefault(false),
    layout: parseAsStringLiteral(layouts).withDefault('together'),
    view: parseAsStringLiteral(views).withDefault('chart'),
    hidden: list,
  })
  const spanMs = lengthMs(range)
  const offered = steps.filter((seconds) => spanMs / 1000 / seconds <= pointsMost && spanMs / 1000 / seconds >= 2)
  const chosen = offered.find((seconds) => String(seconds) === asked.step) ?? null
  const stepSeconds = chosen ?? automaticStep(spanMs)
  const { device, org_unit, metric, aggregate, compare } = asked
  const rangeText = JSON.stringify(range)
  const question = useMemo<Question>(
    () => ({
      devices: device,
      orgUnit: device.length > 0 ? null : org_unit,
      metrics: metric,
      aggregate,
      range: JSON.parse(rangeText) as Range,
      stepSeconds,
      compare,
    }),
    [device, org_unit, metric, aggregate, compare, rangeText, stepSeconds],
  )
  return { question, asked, set, setRange, chosenStep: chosen, offered }
}
