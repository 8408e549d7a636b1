import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { AccessFields } from '@/features/users/access-fields'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { Input, TextArea } from '@/ui/input'
import type { NewServiceAccount } from './queries'

type Fields = Omit<NewServiceAccount, 'description'> & { description: string }
type ServiceAccountFormProps = {
  values: Fields
  readOnly?: boolean
  onSend: (account: Fields) => Promise<unknown>
  actions: (state: { dirty: boolean; busy: boolean }) => ReactNode
}

/** The same fields for one that is made and one that is changed. */
export function ServiceAccountForm({ values, readOnly = false, onSend, actions }: ServiceAccountFormProps) {
  const { t } = useTranslation()
  const form = useServerForm<Fields>({
    defaultValues: values,
    submit: async (account) => {
      await onSend({ ...account, name: account.name.trim(), description: account.description.trim() })
      form.reset(account)
    },
  })
  const { errors, isDirty, isSubmitting } = form.formState
  const fixed = readOnly || isSubmitting
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('settings.service_accounts.name')} required error={errors.name?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('name', { required: t('form.required') })}
            readOnly={fixed}
            autoComplete="off"
            maxLength={200}
          />
        )}
      </Field>
      <Field label={t('settings.service_accounts.about')} error={errors.description?.message}>
        {(control) => <TextArea {...control} {...form.register('description')} readOnly={fixed} maxLength={500} className="min-h-14" />}
      </Field>
      <AccessFields
        disabled={fixed}
        groups={form.watch('group_ids')}
        onGroups={(ids) => form.setValue('group_ids', ids, { shouldDirty: true })}
        scope={form.watch('org_unit_scope')}
        onScope={(scope) => form.setValue('org_unit_scope', scope, { shouldDirty: true })}
      />
      {form.problem && <ProblemNote error={form.problem} />}
      {actions({ dirty: isDirty, busy: isSubmitting })}
    </Form>
  )
}
