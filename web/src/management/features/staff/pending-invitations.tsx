import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { InvitationRow, InvitationRows, InvitationsDialog } from '@/kit/invitations-dialog'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { useCan } from '../../lib/me'
import { type Invitation, invitationsQuery, useRevokeInvitation } from './queries'

export function PendingInvitations({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <InvitationsDialog open={open} onClose={onClose}>
      <List />
    </InvitationsDialog>
  )
}

function List() {
  return (
    <Loaded query={useQuery(invitationsQuery)}>
      {({ items }) => (
        <InvitationRows
          rows={items.map((invitation) => (
            <Row key={invitation.id} invitation={invitation} />
          ))}
        />
      )}
    </Loaded>
  )
}

function Row({ invitation: { id, email, role, expires_at } }: { invitation: Invitation }) {
  const { t } = useTranslation()
  const can = useCan()
  const revoke = useRevokeInvitation()
  const note = (
    <>
      {t(`management.role.${role}`)} · {t('settings.users.invitation_until')} <RelativeTime at={expires_at} />
    </>
  )
  return (
    <InvitationRow email={email} note={note}>
      {can('staff.invite') && (
        <Button
          size="small"
          variant="danger"
          busy={revoke.isPending}
          aria-label={t('settings.users.revoke_named', { email })}
          onClick={() => revoke.mutate(id, { onSuccess: () => notify.success(t('settings.users.revoked', { email })) })}
        >
          {t('settings.users.revoke')}
        </Button>
      )}
    </InvitationRow>
  )
}
