import { useTranslation } from 'react-i18next'
import { InvitationRow, InvitationRows, InvitationsDialog } from '@/kit/invitations-dialog'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { useNow } from '@/lib/clock'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { type Invitation, invitationList, useResendInvitation, useRevokeInvitation } from './queries'

export function PendingInvitations({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <InvitationsDialog open={open} onClose={onClose}>
      <List />
    </InvitationsDialog>
  )
}

function List() {
  const { t } = useTranslation()
  const { rows, query } = useList(invitationList)
  return (
    <Loaded query={query}>
      {() => (
        <>
          <InvitationRows
            rows={rows.map((invitation) => (
              <Row key={invitation.id} invitation={invitation} />
            ))}
          />
          {query.hasNextPage && (
            <Button className="mt-3" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('action.more')}
            </Button>
          )}
        </>
      )}
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
  const note = (
    <>
      {over ? t('settings.users.invitation_over') : t('settings.users.invitation_until')} <RelativeTime at={expires_at} />
    </>
  )
  return (
    <InvitationRow email={email} note={note}>
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
    </InvitationRow>
  )
}
