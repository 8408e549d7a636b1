import { useQuery } from '@tanstack/react-query'
import { Activity, ChartSpline, Pause, Play } from 'lucide-react'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { deviceTelemetryQuery, latestTelemetryQuery, type DeviceTelemetry } from '@/features/telemetry/queries'
import { metricsMost, type Reported, reportedIn } from '@/features/telemetry/reported'
import { hasPoints } from '@/features/telemetry/series'
import { StatTiles } from '@/features/telemetry/stat-tiles'
import { EmptyState } from '@/kit/empty-state'
import { Loaded } from '@/kit/loaded'
import { type TimeRange, TimeRangePicker, timeRanges } from '@/kit/time-range'
import { useNow } from '@/lib/clock'
import { formatDateTime, formatDuration } from '@/lib/format'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'
import { ClockNotice } from './clock-notice'
import { HostCharts } from './host-charts'
import { OwnCharts } from './own-charts'
import type { Device } from './queries'

export default function Overview({ device }: { device: Device }) {
  const { t } = useTranslation()
  const [range, setRange] = useQueryState('range', parseAsStringLiteral(timeRanges).withDefault('15m'))
  const [paused, setPaused] = useState(false)
  const latest = useQuery(latestTelemetryQuery(device.id, paused))
  const PauseIcon = paused ? Play : Pause
  const items = latest.data?.items ?? []
  const reported = reportedIn(items)
  const controls = (
    <div className="flex flex-wrap items-center gap-2">
      <TimeRangePicker value={range} onChange={(value) => void setRange(value)} />
      <Button size="small" variant="quiet" aria-pressed={paused} onClick={() => setPaused(!paused)}>
        <PauseIcon aria-hidden />
        {paused ? t('telemetry.resume') : t('telemetry.pause')}
      </Button>
      <ToExplorer className="ml-auto" device={device} range={range} metrics={headlines(reported)}>
        {t('explorer.open')}
      </ToExplorer>
    </div>
  )
  return (
    <div className="space-y-4">
      <Loaded
        query={latest}
        skeleton={
          <div className="space-y-4">
            <TileSkeletons />
            {controls}
            <ChartSkeletons />
          </div>
        }
      >
        {() => (
          <>
            <StatTiles latest={items} own={reported.own} />
            <ClockNotice device={device} newestMs={reported.newestMs} />
            {controls}
            {items.length === 0 ? <NoTelemetry device={device} /> : <Measured {...{ device, reported, range, paused }} />}
          </>
        )}
      </Loaded>
    </div>
  )
}

/** What the explorer begins with. */
const headlines = ({ host, own }: Reported) => {
  const ofHost = ['cpu_percent', 'memory_percent'].filter((metric) => host.has(metric))
  return ofHost.length > 0 ? ofHost : own
}

type ToExplorerProps = { device: Device; range: TimeRange; metrics: readonly string[]; className?: string; children: ReactNode }

function ToExplorer({ device, range, metrics, className, children }: ToExplorerProps) {
  const chosen = metrics.map(encodeURIComponent).join(',')
  return (
    <Button asChild variant="link" size="small" className={className}>
      <Link to={`/telemetry?device=${device.id}&metric=${chosen}&range=${range}`}>
        <ChartSpline aria-hidden />
        {children}
      </Link>
    </Button>
  )
}

type MeasuredProps = { device: Device; reported: Reported; range: TimeRange; paused: boolean }

function Measured({ device, reported, range, paused }: MeasuredProps) {
  const { t } = useTranslation()
  const telemetry = useQuery(deviceTelemetryQuery(device.id, reported, range, paused))
  return (
    <>
      <Loaded query={telemetry} skeleton={<ChartSkeletons />}>
        {(data) => (hasPoints(data) ? <Charts data={data} metrics={reported.own} /> : <NoneInRange newestMs={reported.newestMs} />)}
      </Loaded>
      {reported.left.length > 0 && (
        <ToExplorer device={device} range={range} metrics={reported.left.slice(0, metricsMost)}>
          {t('telemetry.more_metrics', { count: reported.left.length })}
        </ToExplorer>
      )}
    </>
  )
}

function Charts({ data, metrics }: { data: DeviceTelemetry; metrics: readonly string[] }) {
  const { t } = useTranslation()
  return (
    <>
      {data.sinceMs !== null && (
        <p role="status" className="text-muted text-xs">
          {t('telemetry.short_history', { duration: formatDuration(data.sinceMs / 1000) })}
        </p>
      )}
      <div className="grid gap-4 xl:grid-cols-2">
        <HostCharts data={data} />
        <OwnCharts data={data} metrics={metrics} />
      </div>
    </>
  )
}

/** A device may send logs alone. */
function NoTelemetry({ device }: { device: Device }) {
  const { t } = useTranslation()
  const can = useCan()
  const isSilent = device.status === 'never'
  return (
    <Card>
      <EmptyState icon={Activity} title={t('telemetry.none')} description={isSilent ? t('telemetry.none_never') : t('telemetry.none_hint')}>
        {!isSilent && can('devices.events.read') && (
          <Button asChild>
            <Link to="?tab=events">{t('telemetry.to_events')}</Link>
          </Button>
        )}
      </EmptyState>
    </Card>
  )
}

function NoneInRange({ newestMs }: { newestMs: number }) {
  const { t } = useTranslation()
  const isToCome = newestMs > useNow()
  const description = isToCome ? t('telemetry.none_yet_hint') : t('telemetry.none_in_range_hint', { at: formatDateTime(newestMs) })
  return (
    <Card>
      <EmptyState icon={Activity} title={t('telemetry.none_in_range')} description={description} />
    </Card>
  )
}

function TileSkeletons() {
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      {[0, 1, 2, 3].map((index) => (
        <Skeleton key={index} className="h-22" />
      ))}
    </div>
  )
}

function ChartSkeletons() {
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      {[0, 1, 2, 3].map((index) => (
        <Skeleton key={index} className="h-60" />
      ))}
    </div>
  )
}
