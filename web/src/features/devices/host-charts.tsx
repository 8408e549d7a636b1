import { parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { DeviceTelemetry } from '@/features/telemetry/queries'
import { disks, interfaces, levelSeries, trafficSeries } from '@/features/telemetry/series'
import { Chart } from '@/kit/chart'
import { formatBitRate, formatNumber, formatPercent } from '@/lib/format'
import { Select } from '@/ui/select'
import { ChartCard } from './chart-card'

const load = (value: number, more = 0) => formatNumber(value, 2 + more)

/** What every host tells of itself. */
export function HostCharts({ data }: { data: DeviceTelemetry }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useQueryState('interface', parseAsString)
  const names = interfaces(data)
  const current = chosen && names.includes(chosen) ? chosen : (names[0] ?? null)
  const { fromMs, toMs } = data
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
    </>
  )
}
