import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { alertSummaryQuery } from '@/features/alerts/queries'
import { latestAuditQuery } from '@/features/audit/queries'
import { useActionName } from '@/lib/action-name'
import { useKindName } from '@/features/audit/use-kind-name'
import { deviceSummaryQuery } from '@/features/devices/queries'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { useToday } from '@/lib/clock'
import { formatNumber } from '@/lib/format'
import { listAt } from '@/lib/unit'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'

type TodayProps = { unit: string | undefined; devices: boolean; alerts: boolean; changes: boolean }

/** What happened since the reader's midnight. */
export function Today({ unit, devices, alerts, changes }: TodayProps) {
  const { t } = useTranslation()
  const since = useToday()
  return (
    <Card>
      <CardHeader title={t('home.today')}>
        {changes && (
          <Button asChild variant="link" size="small">
            <Link to="/settings/audit">{t('settings.audit.title')}</Link>
          </Button>
        )}
      </CardHeader>
      <dl className="grid grid-cols-3 gap-2 px-4 pb-3">
        {alerts && <AlertFigures unit={unit} since={since} />}
        {devices && <DeviceFigure unit={unit} since={since} />}
      </dl>
      {changes && <Changes unit={unit} since={since} />}
    </Card>
  )
}

type Since = { unit: string | undefined; since: string }

function AlertFigures({ unit, since }: Since) {
  const { t } = useTranslation()
  const told = useQuery(alertSummaryQuery({ org_unit_id: unit, since })).data?.since
  return (
    <>
      <Figure label={t('home.raised')} value={told?.raised} to={listAt('/alerts', { status: 'all', org_unit: unit })} />
      <Figure label={t('home.taken')} value={told?.acknowledged} to={listAt('/alerts', { status: 'acknowledged', org_unit: unit })} />
    </>
  )
}

function DeviceFigure({ unit, since }: Since) {
  const { t } = useTranslation()
  const told = useQuery(deviceSummaryQuery({ org_unit_id: unit, since })).data?.since
  return <Figure label={t('home.registered')} value={told?.registered} to={listAt('/devices', { sort: '-created_at', org_unit: unit })} />
}

function Figure({ label, value, to }: { label: string; value: number | undefined; to: string }) {
  return (
    <div className="flex flex-col-reverse">
      <dt className="text-muted text-xs">{label}</dt>
      <dd className="text-2xl font-semibold tracking-tight tabular-nums">
        <Link to={to} className="hover:text-accent-text rounded-sm">
          {value === undefined ? '–' : formatNumber(value)}
          <span className="sr-only"> {label}</span>
        </Link>
      </dd>
    </div>
  )
}

function Changes({ unit, since }: Since) {
  const { t } = useTranslation()
  const kindName = useKindName()
  const actionName = useActionName()
  const query = useQuery(latestAuditQuery({ org_unit_id: unit, from: since }))
  return (
    <Loaded query={query} skeleton={<Skeleton className="m-4 h-48" />}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="text-muted border-border border-t px-4 py-6 text-center">{t('home.no_changes')}</p>
        ) : (
          <ul aria-label={t('home.changes')} className="divide-border border-border divide-y border-t">
            {items.map((entry) => (
              <li key={entry.id}>
                <Link
                  to={`/settings/audit?entry=${entry.id}`}
                  className="hover:bg-hover flex h-9 items-center gap-3 px-4 -outline-offset-2!"
                >
                  <span className="w-32 shrink-0 truncate font-medium">{entry.actor_name ?? kindName(entry.actor_kind)}</span>
                  <span className="text-muted min-w-0 flex-1 truncate" title={entry.action}>
                    {actionName(entry.action)}
                  </span>
                  <span className="text-muted w-22 shrink-0 text-right text-xs">
                    <RelativeTime at={entry.at} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  )
}
