import { useTranslation } from 'react-i18next'
import { Form, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { type AccountFields, AccountFieldset, noAccount, trimmed } from './account-fields'
import { useCreateServiceAccount } from './queries'

type CreateProps = { open: boolean; onClose: (created?: string) => void }

export function CreateServiceAccount({ open, onClose }: CreateProps) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent width="medium" title={t('settings.service_accounts.add')}>
        <CreateForm onClose={onClose} />
      </DialogContent>
    </Dialog>
  )
}

function CreateForm({ onClose }: Pick<CreateProps, 'onClose'>) {
  const { t } = useTranslation()
  const create = useCreateServiceAccount()
  const form = useServerForm<AccountFields>({
    defaultValues: noAccount,
    submit: async (fields) => {
      const { id, name } = await create.mutateAsync(trimmed(fields))
      notify.success(t('settings.service_accounts.saved', { name }))
      onClose(id)
    },
  })
  const { isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-4">
      <AccountFieldset form={form} readOnly={isSubmitting} />
      <DialogActions>
        <Button onClick={() => onClose()}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          {t('settings.service_accounts.create')}
        </Button>
      </DialogActions>
    </Form>
  )
}
