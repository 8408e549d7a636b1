import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleDashed, CircleX, Plus, Server } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { deviceSummaryQuery } from '@/features/devices/queries'
import { EmptyState } from '@/kit/empty-state'
import { Loaded } from '@/kit/loaded'
import { formatNumber } from '@/lib/format'
import { useCan } from '@/lib/me'
import { listAt } from '@/lib/unit'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'

const states = [
  { status: 'online', icon: CircleCheck, text: 'text-positive', bar: 'bg-positive' },
  { status: 'offline', icon: CircleX, text: 'text-critical', bar: 'bg-critical' },
  { status: 'never', icon: CircleDashed, text: 'text-muted', bar: 'bg-strong' },
] as const

export function Fleet({ unit }: { unit: string | undefined }) {
  const { t } = useTranslation()
  const can = useCan()
  const query = useQuery(deviceSummaryQuery({ org_unit_id: unit }))
  return (
    <Card>
      <CardHeader title={t('home.fleet')}>
        {query.data && query.data.total > 0 && (
          <Button asChild variant="link" size="small">
            <Link to={listAt('/devices', { org_unit: unit })}>
              {t('home.devices_total', { count: query.data.total, formatted: formatNumber(query.data.total) })}
            </Link>
          </Button>
        )}
      </CardHeader>
      <div className="px-4 pb-4">
        <Loaded query={query} skeleton={<Skeleton className="h-24" />}>
          {(summary) =>
            summary.total === 0 ? (
              <EmptyState icon={Server} title={t('devices.none')} description={t('devices.none_hint')}>
                {can('settings.edge_registration_keys.create') && (
                  <Button asChild variant="primary">
                    <Link to="/devices?add=true">
                      <Plus aria-hidden />
                      {t('devices.add.title')}
                    </Link>
                  </Button>
                )}
              </EmptyState>
            ) : (
              <>
                <ul className="grid grid-cols-3 gap-2">
                  {states.map(({ status, icon: Icon, text }) => (
                    <li key={status}>
                      <Link
                        to={listAt('/devices', { status, org_unit: unit })}
                        className="hover:bg-hover -mx-2 block rounded-md px-2 py-1.5"
                      >
                        <span className="block text-2xl font-semibold tracking-tight">{formatNumber(summary[status])}</span>
                        <span className="flex items-center gap-1.5 text-xs">
                          <Icon className={`size-3.5 ${text}`} aria-hidden />
                          {t(`devices.status.${status}`)}
                        </span>
                      </Link>
                    </li>
                  ))}
                </ul>
                <div aria-hidden className="bg-hover mt-3 flex h-1.5 gap-0.5 overflow-hidden rounded-full">
                  {states.map(
                    ({ status, bar }) => summary[status] > 0 && <div key={status} className={bar} style={{ flexGrow: summary[status] }} />,
                  )}
                </div>
              </>
            )
          }
        </Loaded>
      </div>
    </Card>
  )
}
