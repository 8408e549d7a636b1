import { useQuery } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { alertSummaryQuery } from '@/features/alerts/queries'
import { Loaded } from '@/kit/loaded'
import { severities, severityIcons, type SeverityName } from '@/kit/severity'
import { classNames } from '@/lib/class-names'
import { formatNumber } from '@/lib/format'
import { listAt } from '@/lib/unit'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'

const looks: Record<SeverityName, string> = {
  critical: 'bg-critical-soft text-critical',
  high: 'bg-high-soft text-high',
  medium: 'bg-medium-soft text-medium',
  low: 'bg-low-soft text-low',
}

export function OpenAlerts({ unit }: { unit: string | undefined }) {
  const { t } = useTranslation()
  const query = useQuery(alertSummaryQuery({ org_unit_id: unit }))
  return (
    <Card className="flex flex-col">
      <CardHeader title={t('home.open_alerts')}>
        {query.data && query.data.acknowledged > 0 && (
          <Button asChild variant="link" size="small">
            <Link to={listAt('/alerts', { status: 'acknowledged', org_unit: unit })}>
              {t('home.acknowledged', { count: query.data.acknowledged, formatted: formatNumber(query.data.acknowledged) })}
            </Link>
          </Button>
        )}
      </CardHeader>
      <div className="flex flex-1 flex-col px-4 pb-4">
        <Loaded query={query} skeleton={<Skeleton className="h-24" />}>
          {({ open }) =>
            severities.every((severity) => open[severity] === 0) ? (
              <p className="text-muted flex flex-1 items-center justify-center gap-2 py-6">
                <ShieldCheck className="text-positive size-5" aria-hidden />
                {t('alerts.none_open')}
              </p>
            ) : (
              <ul className="grid max-h-28 flex-1 grid-cols-2 gap-2 sm:grid-cols-4">
                {severities.map((severity) => {
                  const Icon = severityIcons[severity]
                  const quiet = open[severity] === 0
                  return (
                    <li key={severity}>
                      <Link
                        to={listAt('/alerts', { severity, org_unit: unit })}
                        className={classNames(
                          'flex h-full flex-col justify-between rounded-lg p-2.5 transition-[filter] hover:brightness-97 dark:hover:brightness-120',
                          quiet ? 'bg-sunken text-muted' : looks[severity],
                        )}
                      >
                        <span className="flex items-center gap-1 truncate text-xs font-medium">
                          <Icon className="size-3.5 shrink-0" aria-hidden />
                          <span className="truncate">{t(`severity.${severity}`)}</span>
                        </span>
                        <span className="text-2xl font-semibold tracking-tight">{formatNumber(open[severity])}</span>
                      </Link>
                    </li>
                  )
                })}
              </ul>
            )
          }
        </Loaded>
      </div>
    </Card>
  )
}
