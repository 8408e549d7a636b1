import { useQuery } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { latestAlertsQuery } from '@/features/alerts/queries'
import { EmptyState } from '@/kit/empty-state'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { Severity } from '@/kit/severity'
import { listAt } from '@/lib/unit'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'

export function LatestAlerts({ unit }: { unit: string | undefined }) {
  const { t } = useTranslation()
  const query = useQuery(latestAlertsQuery(unit))
  return (
    <Card>
      <CardHeader title={t('home.latest_alerts')}>
        <Button asChild variant="link" size="small">
          <Link to={listAt('/alerts', { org_unit: unit })}>{t('home.all_alerts')}</Link>
        </Button>
      </CardHeader>
      <Loaded query={query} skeleton={<Skeleton className="m-4 h-48" />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={ShieldCheck} title={t('alerts.none_open')} description={t('alerts.none_open_hint')} />
          ) : (
            <ul className="divide-border border-border divide-y border-t">
              {items.map((alert) => (
                <li key={alert.id}>
                  <Link
                    to={listAt('/alerts', { alert: alert.id, org_unit: unit })}
                    className="hover:bg-hover flex h-9 items-center gap-3 px-4 -outline-offset-2!"
                  >
                    <span className="w-20 shrink-0">
                      <Severity value={alert.severity} />
                    </span>
                    <span className="min-w-0 flex-1 truncate font-medium">{alert.title}</span>
                    <span className="text-muted max-w-36 truncate max-sm:hidden">{alert.device_name}</span>
                    <span className="text-muted w-22 shrink-0 text-right text-xs">
                      <RelativeTime at={alert.last_seen_at} />
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  )
}
