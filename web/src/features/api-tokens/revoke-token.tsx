import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { notify } from '@/lib/notify'
import { type ApiToken, useRevokeApiToken } from './queries'

export function RevokeToken({ token, onClose }: { token: ApiToken | null; onClose: () => void }) {
  const { t } = useTranslation()
  const revoke = useRevokeApiToken()
  return (
    <ConfirmDialog
      open={token !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t('settings.api_tokens.revoke_title', { name: token?.name ?? '' })}
      description={t('settings.api_tokens.revoke_description')}
      confirmLabel={t('settings.api_tokens.revoke')}
      typed={token?.name}
      onConfirm={async () => {
        if (!token) return
        await revoke.mutateAsync(token.id)
        notify.success(t('settings.api_tokens.revoked', { name: token.name }))
      }}
    />
  )
}
