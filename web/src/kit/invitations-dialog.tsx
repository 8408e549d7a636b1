import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog, DialogContent } from '@/ui/dialog'

/** Who was invited and did not come yet. */
export function InvitationsDialog({ open, onClose, children }: { open: boolean; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent width="medium" title={t('settings.users.invitations')}>
        {children}
      </DialogContent>
    </Dialog>
  )
}

/** `rows` are of InvitationRow. */
export function InvitationRows({ rows }: { rows: ReactNode[] }) {
  const { t } = useTranslation()
  if (!rows.length) return <p className="text-muted">{t('settings.users.invitations_none')}</p>
  return <ul className="border-border divide-border thin-scrollbar max-h-96 divide-y overflow-y-auto rounded-md border">{rows}</ul>
}

/** What can be done about it stands beside it. */
export function InvitationRow({ email, note, children }: { email: string; note: ReactNode; children: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center gap-2 px-3 py-2">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{email}</p>
        <p className="text-muted text-xs">{note}</p>
      </div>
      {children}
    </li>
  )
}
