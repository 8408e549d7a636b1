import { type ChartSeries, type Summary, summarize } from '@/kit/chart-data'
import { type Kind, kindOf } from '@/features/telemetry/metric-format'
import { allLabels, compareNames, tellingLabels } from '@/features/telemetry/series'
import type { Answer, Series } from './queries'
import type { Aggregate, layouts } from './question'

export type Line = {
  /** Short, for the address. */
  key: string
  name: string
  series: Series
  colour: number
  summary: Summary | null
  before: Series | null
  summaryBefore: Summary | null
}
export type Panel = { key: string; title: string; kind: Kind; lines: Line[] }
type Layout = (typeof layouts)[number]

/** More lines than these nobody tells apart. */
export const linesMost = 40

const identity = ({ metric, device_id, labels }: Series) => `${metric} ${device_id} ${JSON.stringify(labels)}`

function shortOf(text: string): string {
  let hash = 7
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) >>> 0
  return hash.toString(36)
}

/** Only what tells a line from the others of its panel. */
function namesOf(series: readonly Series[], deviceName: (id: string) => string): string[] {
  const differs = (of: (one: Series) => string) => new Set(series.map(of)).size > 1
  const [ofDevices, ofMetrics] = [differs(({ device_id }) => device_id), differs(({ metric }) => metric)]
  const labels = tellingLabels(series)
  const joined = (...parts: (string | false | undefined)[]) => parts.filter(Boolean).join(' · ')
  return series.map(
    (one, index) =>
      joined(ofDevices && deviceName(one.device_id), ofMetrics && one.metric, labels[index]) || joined(one.metric, allLabels(one)),
  )
}

/** The charts of an answer: lines that measure different things never share a scale. */
export function panelsOf(answer: Answer, layout: Layout, aggregate: Aggregate, deviceName: (id: string) => string): Panel[] {
  const before = new Map(answer.before.map((series) => [identity(series), series]))
  const shown = answer.series.filter(({ points }) => points.length > 0).slice(0, linesMost)
  const groups = Map.groupBy(shown, ({ metric, device_id }) => {
    const kind = kindOf(metric, aggregate)
    if (layout === 'metric') return metric
    return layout === 'device' ? `${device_id} ${kind}` : kind
  })
  return [...groups].map(([key, found]) => {
    const named = namesOf(found, deviceName).map((name, index) => ({ name, one: found[index]! }))
    const sorted = named.toSorted((left, right) => compareNames(left.name, right.name))
    const series = sorted.map(({ one }) => one)
    const metrics = [...new Set(series.map(({ metric }) => metric))].join(', ')
    const first = series[0]!
    const lines = series.map((one, colour): Line => {
      const past = before.get(identity(one)) ?? null
      return {
        key: shortOf(identity(one)),
        name: sorted[colour]!.name,
        series: one,
        colour,
        summary: summarize(one.points),
        before: past,
        summaryBefore: past && summarize(past.points),
      }
    })
    return {
      key,
      title: layout === 'device' ? `${deviceName(first.device_id)} · ${metrics}` : metrics,
      kind: kindOf(first.metric, aggregate),
      lines,
    }
  })
}

/** What is drawn of a panel: the stretch before first, so that it lies behind. */
export function drawnOf(lines: readonly Line[], hidden: readonly string[], beforeName: (name: string) => string): ChartSeries[] {
  const visible = lines.filter(({ key }) => !hidden.includes(key))
  const past = visible.flatMap(({ name, before, colour }) =>
    before ? [{ label: beforeName(name), points: before.points, colour, faint: true }] : [],
  )
  return [...past, ...visible.map(({ name, series, colour }) => ({ label: name, points: series.points, colour }))]
}
