import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Chart, type ChartCursor } from '@/kit/chart'
import { formatDateTime } from '@/lib/format'
import { Card, CardHeader } from '@/ui/card'
import { Legend } from './legend'
import { lookOf } from '@/features/telemetry/metric-format'
import { drawnOf, type Panel } from './panels'

type PanelCardProps = {
  panel: Panel
  fromMs: number
  toMs: number
  height: number
  zone?: string
  compare: boolean
  hidden: readonly string[]
  onHidden: (hidden: string[]) => void
  onZoom: (fromMs: number, toMs: number) => void
}

export function PanelCard({ panel, hidden, onHidden, compare, ...chart }: PanelCardProps) {
  const { t } = useTranslation()
  const [cursor, setCursor] = useState<ChartCursor>(null)
  const series = useMemo(() => drawnOf(panel.lines, hidden, (name) => t('explorer.before_of', { name })), [panel.lines, hidden, t])
  const at = useMemo(() => new Map(series.map(({ label }, index) => [label, cursor?.values[index] ?? null])), [series, cursor])
  return (
    <Card>
      <CardHeader title={panel.title}>
        <span className="text-muted text-xs tabular-nums" aria-hidden>
          {cursor && formatDateTime(cursor.atMs, chart.zone)}
        </span>
      </CardHeader>
      <div className="px-2 pb-1">
        <Chart label={panel.title} series={series} {...lookOf(panel.kind)} syncKey="explorer" onCursor={setCursor} {...chart} />
      </div>
      <Legend panel={panel} compare={compare} hidden={hidden} onHidden={onHidden} at={cursor ? at : null} />
    </Card>
  )
}
