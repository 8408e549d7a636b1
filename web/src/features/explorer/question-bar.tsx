import { useQuery } from '@tanstack/react-query'
import { Activity, Building2, GitCompareArrows, Server } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { metricsMost } from '@/features/telemetry/reported'
import { automaticStep } from '@/features/telemetry/step'
import { Choice } from '@/kit/choice'
import { lengthMs } from '@/kit/range'
import { RangePicker } from '@/kit/range-picker'
import { formatDuration } from '@/lib/format'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Select } from '@/ui/select'
import { Segments } from '@/ui/segments'
import { catalogueQuery, deviceChoicesQuery, deviceNamesQuery, hasPlace } from './queries'
import { aggregates, layouts, type useQuestion, views } from './question'

type BarProps = { state: ReturnType<typeof useQuestion> }
/** `automatic` is the step that was taken where none is chosen. */
type QuestionBarProps = BarProps & { automatic?: number }

const devicesMost = 100

/** What is asked: of what, which numbers, when, and how they are summed up and shown. */
export function QuestionBar({ state, automatic }: QuestionBarProps) {
  const { t } = useTranslation()
  const { question, asked, set, setRange, offered } = state
  const { range, stepSeconds } = question
  const aggregateOptions = aggregates.map((value) => ({ value, label: t(`explorer.aggregate.${value}`) }))
  const automaticSeconds = (stepSeconds === null && automatic) || automaticStep(lengthMs(range))
  const stepOptions = [
    { value: '', label: t('explorer.step_automatic', { step: formatDuration(automaticSeconds) }) },
    ...offered.map((seconds) => ({ value: String(seconds), label: formatDuration(seconds) })),
  ]
  return (
    <Card className="space-y-2.5 p-3">
      <div className="flex flex-wrap items-center gap-2">
        <Devices state={state} />
        <Units state={state} />
        <Metrics state={state} />
        <div className="sm:ml-auto">
          <RangePicker value={range} onChange={setRange} />
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Select
          className="max-sm:flex-1 sm:w-36"
          aria-label={t('explorer.aggregate.label')}
          value={asked.aggregate}
          onValueChange={(aggregate) => void set({ aggregate })}
          options={aggregateOptions}
        />
        <Select
          className="max-sm:flex-1 sm:w-44"
          aria-label={t('explorer.step')}
          value={String(stepSeconds ?? '')}
          onValueChange={(step) => void set({ step: step || null })}
          options={stepOptions}
        />
        <Button
          variant={asked.compare ? 'secondary' : 'quiet'}
          aria-pressed={asked.compare}
          onClick={() => void set({ compare: !asked.compare || null })}
        >
          <GitCompareArrows aria-hidden />
          {t('explorer.compare')}
        </Button>
        <div className="flex flex-wrap items-center gap-2 sm:ml-auto">
          <Segments
            label={t('explorer.layout.label')}
            value={asked.layout}
            onChange={(layout) => void set({ layout })}
            options={layouts.map((value) => ({ value, label: t(`explorer.layout.${value}`) }))}
          />
          <Segments
            label={t('explorer.view.label')}
            value={asked.view}
            onChange={(view) => void set({ view })}
            options={views.map((value) => ({ value, label: t(`explorer.view.${value}`) }))}
          />
        </div>
      </div>
    </Card>
  )
}

function Devices({ state: { asked, set } }: BarProps) {
  const { t } = useTranslation()
  const can = useCan()
  const [text, setText] = useState('')
  const search = text.trim()
  const found = useQuery({ ...deviceChoicesQuery(search), enabled: can('devices.read') })
  const names = useQuery({ ...deviceNamesQuery(asked.device), enabled: asked.device.length > 0 && can('devices.read') }).data
  const { nameOf } = useOrgUnits()
  if (!can('devices.read')) return null
  return (
    <Choice
      label={t('nav.devices')}
      icon={Server}
      chosen={asked.device.map((value) => ({ value, label: names?.get(value) ?? '…' }))}
      options={(found.data?.items ?? []).map(({ id, name, org_unit_id }) => ({
        value: id,
        label: name,
        hint: nameOf(org_unit_id) ?? undefined,
      }))}
      onChange={(device) => void set({ device, hidden: [] })}
      onText={setText}
      answered={found.isPlaceholderData ? undefined : search}
      most={devicesMost}
      busy={found.isFetching}
      nothing={t('palette.nothing')}
    />
  )
}

function Units({ state: { asked, set } }: BarProps) {
  const { t } = useTranslation()
  const { options, nameOf } = useOrgUnits()
  if (asked.device.length > 0 || options.length === 0) return null
  return (
    <Choice
      label={t('devices.org_unit')}
      icon={Building2}
      chosen={asked.org_unit ? [{ value: asked.org_unit, label: nameOf(asked.org_unit) ?? '…' }] : []}
      options={options}
      onChange={([unit]) => void set({ org_unit: unit ?? null, hidden: [] })}
      most={1}
      nothing={t('palette.nothing')}
    />
  )
}

function Metrics({ state: { question, asked, set } }: BarProps) {
  const { t } = useTranslation()
  const catalogue = useQuery(catalogueQuery(question))
  const options = (catalogue.data?.items ?? []).map(({ metric, labels }) => ({
    value: metric,
    label: metric,
    hint: labels.length > 1 ? t('explorer.series_count', { count: labels.length }) : undefined,
  }))
  return (
    <Choice
      label={t('explorer.metrics')}
      icon={Activity}
      chosen={asked.metric.map((value) => ({ value, label: value }))}
      options={options}
      onChange={(metric) => void set({ metric, hidden: [] })}
      most={metricsMost}
      busy={catalogue.isFetching}
      nothing={hasPlace(question) ? t('explorer.no_metrics') : t('explorer.choose_devices_first')}
    />
  )
}
