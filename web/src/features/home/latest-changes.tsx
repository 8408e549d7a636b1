import { useQuery } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { latestAuditQuery } from '@/features/audit/queries'
import { useKindName } from '@/features/audit/use-kind-name'
import { EmptyState } from '@/kit/empty-state'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'

export function LatestChanges() {
  const { t } = useTranslation()
  const kindName = useKindName()
  const query = useQuery(latestAuditQuery)
  return (
    <Card>
      <CardHeader title={t('home.latest_changes')}>
        <Button asChild variant="link" size="small">
          <Link to="/settings/audit">{t('settings.audit.title')}</Link>
        </Button>
      </CardHeader>
      <Loaded query={query} skeleton={<Skeleton className="m-4 h-48" />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={History} title={t('settings.audit.none')} />
          ) : (
            <ul className="divide-border border-border divide-y border-t">
              {items.map((entry) => (
                <li key={entry.id}>
                  <Link
                    to={`/settings/audit?entry=${entry.id}`}
                    className="hover:bg-hover flex h-9 items-center gap-3 px-4 -outline-offset-2!"
                  >
                    <span className="w-32 shrink-0 truncate font-medium">{entry.actor_name ?? kindName(entry.actor_kind)}</span>
                    <span className="text-muted min-w-0 flex-1 truncate font-mono text-xs">{entry.action}</span>
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
    </Card>
  )
}
