import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { type Language, languages } from '@/lib/i18n'
import { notify } from '@/lib/notify'
import { languageNames } from '@/shell/preference-menus'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { useCreateTenant } from './queries'

export function CreateTenant({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent title={t('management.tenants.create')} description={t('management.tenants.create_hint')}>
        <CreateForm onCancel={onClose} />
      </DialogContent>
    </Dialog>
  )
}

function CreateForm({ onCancel }: { onCancel: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const create = useCreateTenant()
  const form = useServerForm<{ name: string; administrator: { email: string; language: Language } }>({
    defaultValues: { name: '', administrator: { email: '', language: 'en' } },
    submit: async ({ name, administrator: { email, language } }) => {
      const made = await create.mutateAsync({ name: name.trim(), administrator: { email: email.trim(), language } })
      notify.success(t('management.tenants.created', { name: made.name }))
      await navigate(`/tenants/${made.id}`)
    },
  })
  const { errors, isSubmitting } = form.formState
  const isAddress = (text: string) => /^[^@\s]+@[^@\s]+$/.test(text.trim()) || t('form.email')
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('management.tenants.name')} required error={errors.name?.message}>
        {(control) => (
          <Input {...control} {...form.register('name', { required: t('form.required') })} maxLength={200} autoComplete="off" />
        )}
      </Field>
      <Field label={t('management.tenants.administrator')} required error={errors.administrator?.email?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('administrator.email', { required: t('form.required'), validate: isAddress })}
            type="email"
            maxLength={254}
            autoComplete="off"
          />
        )}
      </Field>
      <Field label={t('management.tenants.language')} required>
        {(control) => (
          <Select
            {...control}
            value={form.watch('administrator.language')}
            onValueChange={(language) => form.setValue('administrator.language', language)}
            options={languages.map((value) => ({ value, label: languageNames[value] }))}
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          {t('management.tenants.create')}
        </Button>
      </DialogActions>
    </Form>
  )
}
