import { useQuery } from '@tanstack/react-query'
import { ChartSpline, Pause, Play } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '@/kit/empty-state'
import { ErrorState } from '@/kit/error-state'
import { ExportButton } from '@/kit/export-button'
import { PageHeader } from '@/kit/page-header'
import { formatDuration } from '@/lib/format'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'
import { linesMost, type Panel, panelsOf } from './panels'
import { PanelCard } from './panel-card'
import { type Series, answerQuery, createTelemetryExport, deviceNamesQuery, hasPlace } from './queries'
import { useQuestion } from './question'
import { QuestionBar } from './question-bar'
import { StartHere } from './start-here'
import { ValuesTable } from './values-table'

/** Time series of any devices, metrics and times, side by side; the address holds all of it. */
export function ExplorerPage() {
  const { t } = useTranslation()
  const can = useCan()
  const state = useQuestion()
  const { question, asked, set, setRange } = state
  const [paused, setPaused] = useState(false)
  const query = useQuery(answerQuery(question, paused))
  // Where devices are chosen their names are there before the answer is, so that lines are drawn once.
  const ids = useMemo(() => (question.orgUnit === null ? question.devices : devicesIn(query.data?.series ?? [])), [question, query.data])
  const { data: names } = useQuery({ ...deviceNamesQuery(ids), enabled: ids.length > 0 && can('devices.read') })
  const panels = useMemo(
    () => (query.data ? panelsOf(query.data, asked.layout, asked.aggregate, (id) => names?.get(id) ?? id.slice(-8)) : []),
    [query.data, asked.layout, asked.aggregate, names],
  )
  const complete = hasPlace(question) && question.metrics.length > 0
  const PauseIcon = paused ? Play : Pause
  return (
    <div className="space-y-4">
      <PageHeader title={t('nav.telemetry')}>
        {question.range.last !== undefined && (
          <Button variant="quiet" aria-pressed={paused} onClick={() => setPaused(!paused)}>
            <PauseIcon aria-hidden />
            <span className="max-sm:sr-only">{paused ? t('telemetry.resume') : t('telemetry.pause')}</span>
          </Button>
        )}
        {complete && can('telemetry.export') && (
          <ExportButton path="/api/v1/telemetry/exports" create={() => createTelemetryExport(question)} hint={t('explorer.export_hint')} />
        )}
      </PageHeader>
      <QuestionBar state={state} automatic={query.data?.stepSeconds} />
      {complete ? (
        <Answered
          query={query}
          panels={panels}
          zone={question.range.zone}
          view={asked.view}
          compare={question.compare}
          hidden={asked.hidden}
          onHidden={(hidden) => void set({ hidden })}
          onZoom={(fromMs, toMs) => setRange({ fromMs, toMs, zone: question.range.zone })}
        />
      ) : (
        <StartHere question={question} set={(next) => void set(next)} />
      )}
    </div>
  )
}

const devicesIn = (series: readonly Series[]) => [...new Set(series.slice(0, linesMost).map(({ device_id }) => device_id))]

type AnsweredProps = {
  query: ReturnType<typeof useQuery<Awaited<ReturnType<NonNullable<ReturnType<typeof answerQuery>['queryFn']>>>>>
  panels: Panel[]
  zone?: string
  view: 'chart' | 'table'
  compare: boolean
  hidden: readonly string[]
  onHidden: (hidden: string[]) => void
  onZoom: (fromMs: number, toMs: number) => void
}

function Answered({ query, panels, view, ...rest }: AnsweredProps) {
  const { t } = useTranslation()
  const { data, error, isPlaceholderData } = query
  if (error) {
    return (
      <Card>
        <ErrorState error={error} onRetry={() => void query.refetch()} />
      </Card>
    )
  }
  if (!data) return <Skeleton className="h-96" />
  if (panels.length === 0) {
    return (
      <Card aria-busy={isPlaceholderData}>
        <EmptyState icon={ChartSpline} title={t('telemetry.none_in_range')} description={t('explorer.none_in_range_hint')} />
      </Card>
    )
  }
  const drawn = panels.reduce((sum, { lines }) => sum + lines.length, 0)
  const left = data.series.filter(({ points }) => points.length > 0).length - drawn
  return (
    <div className="space-y-4" aria-busy={isPlaceholderData}>
      {data.sinceMs !== null && (
        <p role="status" className="text-muted text-xs">
          {t('telemetry.short_history', { duration: formatDuration(data.sinceMs / 1000) })}
        </p>
      )}
      {(left > 0 || data.more) && (
        <p role="status" className="text-muted text-xs">
          {t('explorer.too_many', { drawn, all: data.more ? `${drawn + left}+` : String(drawn + left) })}
        </p>
      )}
      <div className={panels.length > 1 ? 'grid gap-4 xl:grid-cols-2' : undefined}>
        {panels.map((panel) =>
          view === 'table' ? (
            <ValuesTable key={panel.key} panel={panel} {...rest} />
          ) : (
            <PanelCard
              key={panel.key}
              panel={panel}
              fromMs={data.fromMs}
              toMs={data.toMs}
              height={panels.length > 1 ? 220 : 340}
              {...rest}
            />
          ),
        )}
      </div>
    </div>
  )
}
