import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useMemo } from 'react'
import { steps } from '@/features/telemetry/step'
import { type Range, lengthMs, useRange } from '@/kit/range'

export const aggregates = ['avg', 'min', 'max', 'sum', 'last', 'rate'] as const
export type Aggregate = (typeof aggregates)[number]
export const layouts = ['together', 'metric', 'device'] as const
export const views = ['chart', 'table'] as const

/** Finer steps than these would be more than a screen can show, and a browser likes to draw. */
const pointsMost = 4_000

export type Question = {
  devices: readonly string[]
  orgUnit: string | null
  metrics: readonly string[]
  aggregate: Aggregate
  range: Range
  /** Chosen by hand; else it follows from what is seen. */
  stepSeconds: number | null
  compare: boolean
}

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
  const stepSeconds = offered.find((seconds) => String(seconds) === asked.step) ?? null
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
  return { question, asked, set, setRange, offered }
}
