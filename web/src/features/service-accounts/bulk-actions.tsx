import { CircleCheck, CircleSlash } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'

type AccountBulkActionsProps = { count: number; busy: boolean; onDisable: (disabled: boolean) => Promise<void> }

/** What can be done to many service accounts: locked out and let in again. */
export function AccountBulkActions({ count, busy, onDisable }: AccountBulkActionsProps) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Button size="small" disabled={busy} onClick={() => void onDisable(false)}>
        <CircleCheck aria-hidden />
        {t('settings.users.enable')}
      </Button>
      <Button size="small" variant="danger" disabled={busy} onClick={() => setAsking(true)}>
        <CircleSlash aria-hidden />
        {t('settings.users.disable')}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t('settings.service_accounts.disable_many_title', { count, formatted: formatNumber(count) })}
        description={t('settings.service_accounts.disable_many_description')}
        confirmLabel={t('settings.users.disable')}
        onConfirm={async () => void onDisable(true)}
      />
    </>
  )
}
