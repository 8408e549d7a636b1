import type { UseFormRegisterReturn } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { Field } from '@/kit/form'
import { Input } from '@/ui/input'

export function useReasonRules() {
  const { t } = useTranslation()
  return { required: t('form.required'), validate: (text: string) => text.trim().length >= 3 || t('management.tenants.reason_short') }
}

/** Why something is decided: kept with it in the audit log. `field` is registered with the rules above. */
export function ReasonField({ field, error, hint }: { field: UseFormRegisterReturn; error?: string; hint?: string }) {
  const { t } = useTranslation()
  return (
    <Field label={t('management.tenants.reason')} hint={hint ?? t('management.tenants.reason_hint')} required error={error}>
      {(control) => <Input {...control} {...field} maxLength={500} autoComplete="off" />}
    </Field>
  )
}
