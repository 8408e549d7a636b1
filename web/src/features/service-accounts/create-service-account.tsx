import { useTranslation } from 'react-i18next'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { useCreateServiceAccount } from './queries'
import { ServiceAccountForm } from './service-account-form'

export function CreateServiceAccount({ open, onClose }: { open: boolean; onClose: (created?: string) => void }) {
  const { t } = useTranslation()
  const create = useCreateServiceAccount()
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent width="medium" title={t('settings.service_accounts.add')}>
        <ServiceAccountForm
          values={{ name: '', description: '', group_ids: [], org_unit_scope: 'all' }}
          onSend={async (account) => {
            const { id, name } = await create.mutateAsync(account)
            notify.success(t('settings.service_accounts.saved', { name }))
            onClose(id)
          }}
          actions={({ busy }) => (
            <DialogActions>
              <Button onClick={() => onClose()}>{t('action.cancel')}</Button>
              <Button type="submit" variant="primary" busy={busy}>
                {t('settings.service_accounts.create')}
              </Button>
            </DialogActions>
          )}
        />
      </DialogContent>
    </Dialog>
  )
}
