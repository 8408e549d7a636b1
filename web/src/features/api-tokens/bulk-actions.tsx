import { Ban } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'

type TokenBulkActionsProps = { count: number; busy: boolean; onRevoke: () => Promise<void> }

export function TokenBulkActions({ count, busy, onRevoke }: TokenBulkActionsProps) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Button size="small" variant="danger" disabled={busy} onClick={() => setAsking(true)}>
        <Ban aria-hidden />
        {t('settings.api_tokens.revoke')}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t('settings.api_tokens.revoke_many_title', { count, formatted: formatNumber(count) })}
        description={t('settings.api_tokens.revoke_many_description')}
        confirmLabel={t('settings.api_tokens.revoke')}
        typed={String(count)}
        onConfirm={async () => void onRevoke()}
      />
    </>
  )
}
