import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field, Form, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { Refusal } from './refusal'

type SecondFactorFormProps = {
  verify: (code: { totp_code?: string; recovery_code?: string }) => Promise<void>
  onSignedIn: () => void
  onBack: () => void
}

/** The code of the app, or one of the recovery codes. */
export function SecondFactorForm({ verify, onSignedIn, onBack }: SecondFactorFormProps) {
  const { t } = useTranslation()
  const [recovery, setRecovery] = useState(false)
  const form = useServerForm<{ code: string }>({
    defaultValues: { code: '' },
    submit: async ({ code }) => {
      await verify(recovery ? { recovery_code: code.trim() } : { totp_code: code.replaceAll(/\s/g, '') })
      onSignedIn()
    },
  })
  const { errors, isSubmitting } = form.formState
  const fits = (text: string) => recovery || /^\d{6}$/.test(text.replaceAll(/\s/g, '')) || t('account.mfa.code_digits')
  const over = form.problem?.word === 'mfa_session_ended'
  const swap = () => {
    setRecovery(!recovery)
    form.reset({ code: '' })
  }
  return (
    <Form form={form} className="space-y-4">
      <Field
        key={String(recovery)}
        label={recovery ? t('account.mfa.recovery_code') : t('account.mfa.code')}
        required
        error={errors.code?.message}
      >
        {(control) => (
          <Input
            {...control}
            {...form.register('code', { required: t('form.required'), validate: fits })}
            inputMode={recovery ? 'text' : 'numeric'}
            autoComplete={recovery ? 'off' : 'one-time-code'}
            autoFocus
            spellCheck={false}
            maxLength={recovery ? 100 : 9}
            className="h-10 font-mono text-base tracking-wider"
          />
        )}
      </Field>
      {form.problem && <Refusal problem={form.problem} />}
      <Button type="submit" variant="primary" size="large" className="w-full" busy={isSubmitting} disabled={over}>
        {t('sign_in.submit')}
      </Button>
      <div className="flex flex-wrap justify-between gap-2">
        <Button variant="quiet" size="small" onClick={onBack}>
          {t('sign_in.begin_again')}
        </Button>
        <Button variant="quiet" size="small" onClick={swap}>
          {recovery ? t('account.mfa.use_app') : t('account.mfa.use_recovery')}
        </Button>
      </div>
    </Form>
  )
}
