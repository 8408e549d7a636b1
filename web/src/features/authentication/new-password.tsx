import type { FieldValues, Path } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { Field, type ServerForm } from '@/kit/form'
import { Input } from '@/ui/input'

type NewPasswordProps<Values extends FieldValues> = { form: ServerForm<Values>; name: Path<Values>; label: string }

/** A password to be chosen; the server knows the rest of the rules. */
export function NewPassword<Values extends FieldValues>({ form, name, label }: NewPasswordProps<Values>) {
  const { t } = useTranslation()
  const error = form.formState.errors[name]?.message
  const validate = (text: string) => Array.from(text).length >= 12 || t('account.password.too_short')
  return (
    <Field label={label} hint={t('account.password.new_hint')} required error={typeof error === 'string' ? error : undefined}>
      {(control) => (
        <Input
          {...control}
          {...form.register(name, { required: t('form.required'), validate })}
          type="password"
          autoComplete="new-password"
          className="h-10 text-base"
        />
      )}
    </Field>
  )
}
