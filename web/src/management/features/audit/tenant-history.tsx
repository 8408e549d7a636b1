import { History } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { EmptyState } from '@/kit/empty-state'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { useActionName } from '@/lib/action-name'
import { useList } from '@/lib/list'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'
import { auditList } from './queries'
import { useActorName } from './use-actor-name'

/** What staff did about one tenant, latest first. */
export function TenantHistory({ tenant_id }: { tenant_id: string }) {
  const { t } = useTranslation()
  const actionName = useActionName()
  const actorName = useActorName()
  const { rows, query } = useList(auditList({ tenant_id }, 10))
  return (
    <Card>
      <CardHeader title={t('management.audit.history')}>
        <Button asChild variant="link" size="small">
          <Link to={`/audit?tenant=${tenant_id}`}>{t('management.audit.title')}</Link>
        </Button>
      </CardHeader>
      <Loaded query={query} skeleton={<Skeleton className="m-4 h-32" />}>
        {() =>
          rows.length === 0 ? (
            <EmptyState icon={History} title={t('settings.audit.none')} />
          ) : (
            <ul className="divide-border border-border divide-y border-t">
              {rows.map((entry) => (
                <li key={entry.id}>
                  <Link
                    to={`/audit?tenant=${tenant_id}&entry=${entry.id}`}
                    className="hover:bg-hover flex min-h-9 items-center gap-3 px-4 py-1.5 -outline-offset-2!"
                  >
                    <span className="w-24 shrink-0 truncate sm:w-32 font-medium">{actorName(entry)}</span>
                    <span className="text-muted min-w-0 flex-1 truncate" title={entry.action}>
                      {actionName(entry.action)}
                    </span>
                    <span className="text-muted shrink-0 text-right text-xs">
                      <RelativeTime at={entry.at} />
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
