import { useTranslation } from 'react-i18next'
import { FormActions } from '@/features/org-units/form-actions'
import { Form, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Dialog, DialogContent } from '@/ui/dialog'
import { useCreateSite } from './queries'
import { changeOf, noSite, type SiteFields, SiteFieldset } from './site-fields'

export function CreateSite({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const create = useCreateSite()
  const form = useServerForm<SiteFields>({
    defaultValues: noSite,
    submit: async (fields) => {
      const { name } = await create.mutateAsync({ ...changeOf(fields), org_unit_id: fields.org_unit_id })
      notify.success(t('settings.sites.created', { name }))
      onClose()
    },
  })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('settings.sites.add')}>
        <Form form={form} className="space-y-3">
          <SiteFieldset form={form} readOnly={form.formState.isSubmitting} isNew />
          <FormActions busy={form.formState.isSubmitting} label={t('settings.sites.add')} />
        </Form>
      </DialogContent>
    </Dialog>
  )
}
