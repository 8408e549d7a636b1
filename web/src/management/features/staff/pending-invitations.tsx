import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogContent } from '@/ui/dialog'
import { useCan } from '../../lib/me'
import { type Invitation, invitationsQuery, useRevokeInvitation } from './queries'

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
  return (
    <Loaded query={useQuery(invitationsQuery)}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="text-muted">{t('settings.users.invitations_none')}</p>
        ) : (
          <ul className="border-border divide-border divide-y rounded-md border">
            {items.map((invitation) => (
              <Row key={invitation.id} invitation={invitation} />
            ))}
          </ul>
        )
      }
    </Loaded>
  )
}

function Row({ invitation: { id, email, role, expires_at } }: { invitation: Invitation }) {
  const { t } = useTranslation()
  const can = useCan()
  const revoke = useRevokeInvitation()
  return (
    <li className="flex flex-wrap items-center gap-2 px-3 py-2">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{email}</p>
        <p className="text-muted text-xs">
          {t(`management.role.${role}`)} · {t('settings.users.invitation_until')} <RelativeTime at={expires_at} />
        </p>
      </div>
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
    </li>
  )
}
