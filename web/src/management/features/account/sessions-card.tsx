import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { browserName } from '@/features/account/browser-name'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { notify } from '@/lib/notify'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { type OwnSession, sessionsQuery, useEndOtherSessions, useEndSession } from './queries'

/** Where one is signed in. */
export function SessionsCard() {
  const { t } = useTranslation()
  const query = useQuery(sessionsQuery)
  const endOthers = useEndOtherSessions()
  const [ending, setEnding] = useState(false)
  return (
    <Card>
      <CardHeader title={t('account.sessions.title')} description={t('management.account.sessions_hint')}>
        {query.data?.items.some(({ current }) => !current) && (
          <Button size="small" onClick={() => setEnding(true)}>
            {t('account.sessions.end_others')}
          </Button>
        )}
      </CardHeader>
      <div className="border-border border-t">
        <Loaded query={query}>
          {({ items }) => (
            <ul className="divide-border divide-y" aria-label={t('account.sessions.title')}>
              {items.map((session) => (
                <Session key={session.id} session={session} />
              ))}
            </ul>
          )}
        </Loaded>
      </div>
      <ConfirmDialog
        open={ending}
        onOpenChange={setEnding}
        title={t('account.sessions.end_others_title')}
        description={t('account.sessions.end_others_description')}
        confirmLabel={t('account.sessions.end_others')}
        onConfirm={async () => {
          await endOthers.mutateAsync()
          notify.success(t('account.sessions.others_ended'))
        }}
      />
    </Card>
  )
}

function Session({ session }: { session: OwnSession }) {
  const { t } = useTranslation()
  const end = useEndSession()
  const [ending, setEnding] = useState(false)
  const { browser, system } = browserName(session.user_agent)
  const name =
    browser && system ? t('account.sessions.browser_on', { browser, system }) : (browser ?? system ?? t('account.sessions.unknown_browser'))
  return (
    <li className="flex min-h-12 items-center gap-3 px-4 py-2">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <span className="truncate font-medium">{name}</span>
          {session.current && <Badge tone="positive">{t('account.sessions.this_one')}</Badge>}
        </p>
        <p className="text-muted flex flex-wrap gap-x-3 text-xs">
          <span className="font-mono">{session.address ?? '—'}</span>
          <span>
            {t('account.sessions.last_used')} <RelativeTime at={session.last_used_at} />
          </span>
        </p>
      </div>
      {!session.current && (
        <Button size="small" variant="quiet" onClick={() => setEnding(true)} aria-label={t('account.sessions.end_named', { name })}>
          {t('account.sessions.end')}
        </Button>
      )}
      <ConfirmDialog
        open={ending}
        onOpenChange={setEnding}
        title={t('account.sessions.end_title')}
        description={t('account.sessions.end_description', { name })}
        confirmLabel={t('account.sessions.end')}
        onConfirm={async () => {
          await end.mutateAsync(session.id)
          notify.success(t('account.sessions.ended'))
        }}
      />
    </li>
  )
}
