import { useTranslation } from 'react-i18next'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { useNow } from '@/lib/clock'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogContent } from '@/ui/dialog'
import { type Invitation, invitationList, useResendInvitation, useRevokeInvitation } from './queries'

/** Who was invited and did not come yet. */
export function PendingInvitations({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent width="medium" title={t('settings.users.invitations')}>
        <List />
      </DialogContent>
    </Dialog>
  )
}

function List() {
  const { t } = useTranslation()
  const { rows, query } = useList(invitationList)
  return (
    <Loaded query={query}>
      {() =>
        rows.length === 0 ? (
          <p className="text-muted">{t('settings.users.invitations_none')}</p>
        ) : (
          <>
            <ul className="border-border divide-border thin-scrollbar max-h-96 divide-y overflow-y-auto rounded-md border">
              {rows.map((invitation) => (
                <Row key={invitation.id} invitation={invitation} />
              ))}
            </ul>
            {query.hasNextPage && (
              <Button className="mt-3" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('action.more')}
              </Button>
            )}
          </>
        )
      }
    </Loaded>
  )
}

function Row({ invitation: { id, email, expires_at } }: { invitation: Invitation }) {
  const { t } = useTranslation()
  const can = useCan()
  const now = useNow()
  const resend = useResendInvitation()
  const revoke = useRevokeInvitation()
  const over = Date.parse(expires_at) <= now
  return (
    <li className="flex flex-wrap items-center gap-2 px-3 py-2">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{email}</p>
        <p className="text-muted text-xs">
          {over ? t('settings.users.invitation_over') : t('settings.users.invitation_until')} <RelativeTime at={expires_at} />
        </p>
      </div>
      {can('settings.users.invite') && (
        <>
          <Button
            size="small"
            busy={resend.isPending}
            aria-label={t('settings.users.resend_named', { email })}
            onClick={() => resend.mutate(id, { onSuccess: () => notify.success(t('settings.users.invited', { email })) })}
          >
            {t('settings.users.resend')}
          </Button>
          <Button
            size="small"
            variant="danger"
            busy={revoke.isPending}
            aria-label={t('settings.users.revoke_named', { email })}
            onClick={() => revoke.mutate(id, { onSuccess: () => notify.success(t('settings.users.revoked', { email })) })}
          >
            {t('settings.users.revoke')}
          </Button>
        </>
      )}
    </li>
  )
}
