import { LogOut, MonitorSmartphone } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { useList } from '@/lib/list'
import { notify } from '@/lib/notify'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { browserName } from './browser-name'
import { type OwnSession, sessionList, useEndOtherSessions, useEndSession } from './queries'

function useNameOf(): (session: Pick<OwnSession, 'user_agent'>) => string {
  const { t } = useTranslation()
  return useCallback(
    ({ user_agent }) => {
      const { browser, system } = browserName(user_agent)
      if (browser && system) return t('account.sessions.browser_on', { browser, system })
      return browser ?? system ?? t('account.sessions.unknown_browser')
    },
    [t],
  )
}

export function SessionsPage() {
  const { t } = useTranslation()
  const nameOf = useNameOf()
  const list = useList(sessionList)
  const { rows } = list
  const [ending, setEnding] = useState<OwnSession | null>(null)
  const [endingOthers, setEndingOthers] = useState(false)
  const end = useEndSession()
  const endOthers = useEndOtherSessions()
  const columns = useMemo<TableColumn<OwnSession>[]>(
    () => [
      {
        id: 'browser',
        header: t('account.sessions.browser'),
        choice: 'locked',
        cell: (session) => (
          <span className="flex min-w-0 items-center gap-2" title={session.user_agent ?? undefined}>
            <span className="truncate font-medium">{nameOf(session)}</span>
            {session.current && <Badge tone="positive">{t('account.sessions.this_one')}</Badge>}
          </span>
        ),
      },
      {
        id: 'address',
        header: t('account.sessions.address'),
        width: 160,
        from: 'sm',
        cell: (session) => <span className="truncate font-mono text-xs">{session.address ?? '—'}</span>,
      },
      {
        id: 'last_used',
        header: t('account.sessions.last_used'),
        width: 120,
        cell: (session) => <RelativeTime at={session.last_used_at} />,
      },
      {
        id: 'began',
        header: t('account.sessions.began'),
        width: 120,
        from: 'md',
        cell: (session) => <RelativeTime at={session.created_at} />,
      },
      {
        id: 'ends',
        header: t('account.sessions.ends'),
        width: 120,
        from: 'lg',
        cell: (session) => <RelativeTime at={session.expires_at} />,
      },
      {
        id: 'actions',
        header: t('alerts.actions'),
        width: 96,
        align: 'end',
        choice: 'locked',
        cell: (session) =>
          !session.current && (
            <Button
              size="small"
              variant="quiet"
              onClick={() => setEnding(session)}
              aria-label={t('account.sessions.end_named', { name: nameOf(session) })}
            >
              {t('account.sessions.end')}
            </Button>
          ),
      },
    ],
    [t, nameOf],
  )
  return (
    <ListPage
      header={
        <PageHeader
          title={t('account.sessions.title')}
          crumbs={[{ label: t('account.title'), to: '/account' }]}
          description={t('account.sessions.description')}
        >
          {rows.some(({ current }) => !current) && (
            <Button onClick={() => setEndingOthers(true)}>
              <LogOut aria-hidden />
              {t('account.sessions.end_others')}
            </Button>
          )}
        </PageHeader>
      }
    >
      <DataTable
        label={t('account.sessions.title')}
        rowLabel={nameOf}
        list={list}
        columns={columns}
        empty={<EmptyState icon={MonitorSmartphone} title={t('account.sessions.none')} />}
      />
      <ConfirmDialog
        open={ending !== null}
        onOpenChange={(open) => !open && setEnding(null)}
        title={t('account.sessions.end_title')}
        description={t('account.sessions.end_description', { name: ending ? nameOf(ending) : '' })}
        confirmLabel={t('account.sessions.end')}
        onConfirm={async () => {
          if (!ending) return
          await end.mutateAsync(ending.id)
          notify.success(t('account.sessions.ended'))
        }}
      />
      <ConfirmDialog
        open={endingOthers}
        onOpenChange={setEndingOthers}
        title={t('account.sessions.end_others_title')}
        description={t('account.sessions.end_others_description')}
        confirmLabel={t('account.sessions.end_others')}
        onConfirm={async () => {
          await endOthers.mutateAsync()
          notify.success(t('account.sessions.others_ended'))
        }}
      />
    </ListPage>
  )
}
