import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { type User, useResetFactor } from './queries'

/** Whether the user has one, and for an administrator the way to switch it off for who lost it. */
export function SecondFactor({ user, own }: { user: User; own: boolean }) {
  const { t } = useTranslation()
  const can = useCan()
  const reset = useResetFactor()
  const [open, setOpen] = useState(false)
  return (
    <span className="flex flex-wrap items-center gap-2">
      {user.mfa_enabled ? t('account.mfa.on') : t('account.mfa.off')}
      {user.mfa_enabled && !own && can('settings.users.update') && (
        <Button size="small" onClick={() => setOpen(true)}>
          {t('settings.users.reset_mfa')}
        </Button>
      )}
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t('settings.users.reset_mfa_title', { name: user.name })}
        description={t('settings.users.reset_mfa_description')}
        confirmLabel={t('settings.users.reset_mfa')}
        onConfirm={async () => {
          await reset.mutateAsync(user.id)
          notify.success(t('settings.users.mfa_was_reset', { name: user.name }))
        }}
      />
    </span>
  )
}
