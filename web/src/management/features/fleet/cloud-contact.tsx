import { useQuery } from '@tanstack/react-query'
import { CloudOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes, formatDateTime, formatNumber } from '@/lib/format'
import { Card } from '@/ui/card'
import { fleetSummaryQuery, type FleetSummary } from './queries'
import { Volume } from './volume'

/** All tenants together, and as of when that is. */
export function FleetOverview() {
  const { data } = useQuery(fleetSummaryQuery)
  if (!data) return null
  return (
    <div className="mb-3 space-y-3">
      <CloudContact cloud={data.cloud} />
      <Totals summary={data} />
    </div>
  )
}

function CloudContact({ cloud }: { cloud: FleetSummary['cloud'] }) {
  const { t } = useTranslation()
  const { away, reached_at, version } = cloud
  const at = reached_at ? formatDateTime(reached_at) : null
  if (!away && at) {
    return <p className="text-muted text-xs">{t('management.fleet.as_of', { at, version: version ?? '' })}</p>
  }
  return (
    <p role="status" className="bg-medium-soft text-medium flex items-center gap-2 rounded-md px-3 py-2 font-medium">
      <CloudOff className="size-4 shrink-0" aria-hidden />
      {at ? t('management.fleet.away', { at }) : t('management.fleet.never')}
    </p>
  )
}

function Totals({ summary: { health, totals, days } }: { summary: FleetSummary }) {
  const { t } = useTranslation()
  return (
    <Card className="grid grid-cols-2 gap-x-4 gap-y-3 px-4 py-3 sm:grid-cols-3 lg:grid-cols-6">
      <Total term={t('management.fleet.problems')} tone={health.problem ? 'text-critical' : undefined}>
        {formatNumber(health.problem)}
      </Total>
      <Total term={t('management.fleet.attention')}>{formatNumber(health.attention)}</Total>
      <Total term={t('management.fleet.online')}>
        {t('management.licence.of', { used: formatNumber(totals.devices_online), most: formatNumber(totals.devices) })}
      </Total>
      <Total term={t('management.plans.users')}>{formatNumber(totals.users)}</Total>
      <Total term={t('management.fleet.storage')}>{formatBytes(totals.stored_bytes)}</Total>
      <Total term={t('management.fleet.thirty_days')}>
        <div className="pt-1.5">
          <Volume days={days} width={150} height={22} />
        </div>
      </Total>
    </Card>
  )
}

function Total({ term, tone, children }: { term: string; tone?: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <p className="text-muted text-xs">{term}</p>
      <div className={`text-lg leading-7 font-semibold tabular-nums ${tone ?? ''}`}>{children}</div>
    </div>
  )
}
