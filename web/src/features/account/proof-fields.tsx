import type { ComponentProps } from 'react'
import { useTranslation } from 'react-i18next'
import { Field } from '@/kit/form'
import { classNames } from '@/lib/class-names'
import { Input } from '@/ui/input'

type ProofFieldProps = ComponentProps<'input'> & { error?: string }

/** The password one has, asked for once more. */
export function PasswordField({ error, ...input }: ProofFieldProps) {
  const { t } = useTranslation()
  return (
    <Field label={t('account.current_password')} required error={error}>
      {(control) => <Input {...control} {...input} type="password" autoComplete="current-password" />}
    </Field>
  )
}

/** A code of the authenticator app. */
export function CodeField({ error, className, ...input }: ProofFieldProps) {
  const { t } = useTranslation()
  return (
    <Field label={t('account.mfa.code')} required error={error}>
      {(control) => (
        <Input
          {...control}
          {...input}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={9}
          className={classNames('font-mono tracking-widest', className)}
        />
      )}
    </Field>
  )
}

/** A code without the gaps that apps show in it. */
export const digitsOf = (code: string) => code.replaceAll(/\s/g, '')

export function useProofRules() {
  const { t } = useTranslation()
  const required = t('form.required')
  const sixDigits = (code: string) => /^\d{6}$/.test(digitsOf(code)) || t('account.mfa.code_digits')
  return { password: { required }, code: { required, validate: sixDigits } }
}
