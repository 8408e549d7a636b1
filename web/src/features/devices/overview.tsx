import { useQuery } from '@tanstack/react-query'
import { Activity, ChartSpline, Pause, Play } from 'lucide-react'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { deviceTelemetryQuery, latestTelemetryQuery, type DeviceTelemetry } from '@/features/telemetry/queries'
import { disks, hasPoints, interfaces, levelSeries, trafficSeries } from '@/features/telemetry/series'
import { StatTiles } from '@/features/telemetry/stat-tiles'
import { Chart } from '@/kit/chart'
import { EmptyState } from '@/kit/empty-state'
import { Loaded } from '@/kit/loaded'
import { TimeRangePicker, timeRanges } from '@/kit/time-range'
import { formatBitRate, formatDuration, formatNumber, formatPercent } from '@/lib/format'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { Select } from '@/ui/select'
import { Skeleton } from '@/ui/skeleton'
import type { Device } from './queries'

const load = (value: number) => formatNumber(value, 2)

export default function Overview({ device }: { device: Device }) {
  const { t } = useTranslation()
  const [range, setRange] = useQueryState('range', parseAsStringLiteral(timeRanges).withDefault('15m'))
  const [paused, setPaused] = useState(false)
  const telemetry = useQuery(deviceTelemetryQuery(device.id, range, paused))
  const latest = useQuery(latestTelemetryQuery(device.id, paused))
  const PauseIcon = paused ? Play : Pause
  return (
    <div className="space-y-4">
      <StatTiles latest={latest.data?.items} />
      <div className="flex flex-wrap items-center gap-2">
        <TimeRangePicker value={range} onChange={(value) => void setRange(value)} />
        <Button size="small" variant="quiet" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          <PauseIcon aria-hidden />
          {paused ? t('telemetry.resume') : t('telemetry.pause')}
        </Button>
        <Button asChild variant="link" size="small" className="ml-auto">
          <Link to={`/telemetry?device=${device.id}&metric=cpu_percent,memory_percent&range=${range}`}>
            <ChartSpline aria-hidden />
            {t('explorer.open')}
          </Link>
        </Button>
      </div>
      <Loaded query={telemetry} skeleton={<ChartSkeletons />}>
        {(data) =>
          hasPoints(data) ? (
            <Charts data={data} />
          ) : (
            <NoTelemetry device={device} filtered={latest.data !== undefined && latest.data.items.length > 0} />
          )
        }
      </Loaded>
    </div>
  )
}

function Charts({ data }: { data: DeviceTelemetry }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useQueryState('interface', parseAsString)
  const names = interfaces(data)
  const current = chosen && names.includes(chosen) ? chosen : (names[0] ?? null)
  const { fromMs, toMs, sinceMs } = data
  const window = { fromMs, toMs, syncKey: 'device' }
  const cpu = useMemo(() => levelSeries(data, { cpu_percent: t('telemetry.cpu') }), [data, t])
  const memory = useMemo(() => levelSeries(data, { memory_percent: t('telemetry.memory'), swap_percent: t('telemetry.swap') }), [data, t])
  const traffic = useMemo(
    () => (current ? trafficSeries(data, current, { rx_bytes: t('telemetry.received'), tx_bytes: t('telemetry.sent') }) : []),
    [data, current, t],
  )
  const disk = useMemo(() => disks(data), [data])
  const loads = useMemo(() => levelSeries(data, { load_1m: t('telemetry.load') }), [data, t])
  return (
    <>
      {sinceMs !== null && (
        <p role="status" className="text-muted text-xs">
          {t('telemetry.short_history', { duration: formatDuration(sinceMs / 1000) })}
        </p>
      )}
      <div className="grid gap-4 xl:grid-cols-2">
        {cpu.length > 0 && (
          <ChartCard title={t('telemetry.cpu')}>
            <Chart label={t('telemetry.cpu')} series={cpu} {...window} format={formatPercent} highest={100} />
          </ChartCard>
        )}
        {memory.length > 0 && (
          <ChartCard title={t('telemetry.memory')}>
            <Chart label={t('telemetry.memory')} series={memory} {...window} format={formatPercent} highest={100} />
          </ChartCard>
        )}
        {current && (
          <ChartCard
            title={t('telemetry.network')}
            action={
              names.length > 1 && (
                <Select
                  className="h-7 w-36"
                  aria-label={t('telemetry.interface')}
                  value={current}
                  onValueChange={(value) => void setChosen(value)}
                  options={names.map((name) => ({ value: name, label: name }))}
                />
              )
            }
          >
            <Chart label={`${t('telemetry.network')} ${current}`} series={traffic} {...window} format={formatBitRate} />
          </ChartCard>
        )}
        {disk.length > 0 && (
          <ChartCard title={t('telemetry.disk')}>
            <Chart label={t('telemetry.disk')} series={disk} {...window} format={formatPercent} highest={100} />
          </ChartCard>
        )}
        {loads.length > 0 && (
          <ChartCard title={t('telemetry.load')}>
            <Chart label={t('telemetry.load')} series={loads} {...window} format={load} />
          </ChartCard>
        )}
      </div>
    </>
  )
}

function ChartCard({ title, action, children }: { title: string; action?: React.ReactNode; children: React.ReactNode }) {
  return (
    <Card>
      <CardHeader title={title}>{action}</CardHeader>
      <div className="px-2 pb-3">{children}</div>
    </Card>
  )
}

function NoTelemetry({ device, filtered }: { device: Device; filtered: boolean }) {
  const { t } = useTranslation()
  return (
    <Card>
      <EmptyState
        icon={Activity}
        title={filtered ? t('telemetry.none_in_range') : t('telemetry.none')}
        description={
          filtered ? t('telemetry.none_in_range_hint') : device.status === 'never' ? t('telemetry.none_never') : t('telemetry.none_hint')
        }
      />
    </Card>
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
