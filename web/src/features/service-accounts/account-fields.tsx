import { useTranslation } from 'react-i18next'
import { AccessFields, sentScope } from '@/features/users/access-fields'
import { Field, ProblemNote, type ServerForm } from '@/kit/form'
import { Input, TextArea } from '@/ui/input'
import type { NewServiceAccount, ServiceAccount } from './queries'

export type AccountFields = Omit<NewServiceAccount, 'description'> & { description: string }

export const noAccount: AccountFields = { name: '', description: '', group_ids: [], org_unit_scope: 'all' }

export const fieldsOf = ({ name, description, groups, org_unit_scope }: ServiceAccount): AccountFields => ({
  name,
  description: description ?? '',
  group_ids: groups.map((group) => group.id),
  org_unit_scope: sentScope(org_unit_scope),
})

export const trimmed = (fields: AccountFields) => ({ ...fields, name: fields.name.trim(), description: fields.description.trim() })

/** The same fields for one that is made and one that is changed. */
export function AccountFieldset({ form, readOnly }: { form: ServerForm<AccountFields>; readOnly: boolean }) {
  const { t } = useTranslation()
  const { errors } = form.formState
  return (
    <>
      <Field label={t('settings.service_accounts.name')} required error={errors.name?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('name', { required: t('form.required') })}
            readOnly={readOnly}
            autoComplete="off"
            maxLength={200}
          />
        )}
      </Field>
      <Field label={t('settings.service_accounts.about')} error={errors.description?.message}>
        {(control) => <TextArea {...control} {...form.register('description')} readOnly={readOnly} maxLength={500} className="min-h-14" />}
      </Field>
      <AccessFields
        disabled={readOnly}
        groups={form.watch('group_ids')}
        onGroups={(ids) => form.setValue('group_ids', ids, { shouldDirty: true })}
        scope={form.watch('org_unit_scope')}
        onScope={(scope) => form.setValue('org_unit_scope', scope, { shouldDirty: true })}
      />
      {form.problem && <ProblemNote error={form.problem} />}
    </>
  )
}
