import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { kindOf, lookOf } from '@/features/telemetry/metric-format'
import type { DeviceTelemetry, Series } from '@/features/telemetry/queries'
import { isCounter } from '@/features/telemetry/reported'
import { allLabels, compareNames, tellingLabels } from '@/features/telemetry/series'
import { Chart } from '@/kit/chart'
import { ChartCard } from './chart-card'

/** More lines than these nobody tells apart. */
const linesMost = 20

/** What the device measures by itself, a chart a metric, as its name says. */
export function OwnCharts({ data, metrics }: { data: DeviceTelemetry; metrics: readonly string[] }) {
  const found = useMemo(() => Map.groupBy([...data.levels, ...data.rates], ({ metric }) => metric), [data])
  return metrics.map((metric) => {
    const lines = found.get(metric)?.filter(({ points }) => points.length > 0) ?? []
    return lines.length > 0 && <OwnChart key={metric} metric={metric} lines={lines} data={data} />
  })
}

function OwnChart({ metric, lines, data: { fromMs, toMs } }: { metric: string; lines: readonly Series[]; data: DeviceTelemetry }) {
  const { t } = useTranslation()
  const kind = kindOf(metric, isCounter(metric) ? 'rate' : 'avg')
  const names = tellingLabels(lines)
  const named = lines.map((one, index) => ({ label: names[index] || allLabels(one) || metric, points: one.points }))
  const drawn = named.toSorted((left, right) => compareNames(left.label, right.label)).slice(0, linesMost)
  return (
    <ChartCard title={metric}>
      <Chart label={metric} series={drawn} fromMs={fromMs} toMs={toMs} syncKey="device" {...lookOf(kind)} />
      {lines.length > drawn.length && (
        <p className="text-muted px-2 text-xs">{t('explorer.too_many', { drawn: drawn.length, all: String(lines.length) })}</p>
      )}
    </ChartCard>
  )
}
