import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { type User, useEndSessions } from './queries'

/** Signs somebody out everywhere: for a lost phone, or a password that was seen. */
export function UserSessions({ user: { id, name } }: { user: User }) {
  const { t } = useTranslation()
  const end = useEndSessions()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('settings.users.end_sessions')}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t('settings.users.end_sessions_title', { name })}
        description={t('settings.users.end_sessions_description')}
        confirmLabel={t('settings.users.end_sessions')}
        onConfirm={async () => {
          await end.mutateAsync(id)
          notify.success(t('settings.users.sessions_ended', { name }))
        }}
      />
    </>
  )
}
