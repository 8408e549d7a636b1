import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { useDisableMfa } from './queries'

type Fields = { password: string; totp_code: string; recovery_code: string }

export function DisableMfa({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const [recovery, setRecovery] = useState(false)
  const disable = useDisableMfa()
  const form = useServerForm<Fields>({
    defaultValues: { password: '', totp_code: '', recovery_code: '' },
    submit: async ({ password, totp_code, recovery_code }) => {
      await disable.mutateAsync({ password, ...(recovery ? { recovery_code } : { totp_code: totp_code.replaceAll(/\s/g, '') }) })
      notify.success(t('account.mfa.disabled'))
      onClose()
    },
  })
  const { errors, isSubmitting } = form.formState
  const required = t('form.required')
  const sixDigits = (text: string) => /^\d{6}$/.test(text.replaceAll(/\s/g, '')) || t('account.mfa.code_digits')
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()}>
      <DialogContent title={t('account.mfa.disable_title')} description={t('account.mfa.disable_description')}>
        <form onSubmit={(event) => void form.send(event)} noValidate className="space-y-4">
          <Field label={t('account.current_password')} required error={errors.password?.message}>
            {(control) => (
              <Input {...control} {...form.register('password', { required })} type="password" autoComplete="current-password" />
            )}
          </Field>
          {recovery ? (
            <Field key="recovery" label={t('account.mfa.recovery_code')} required error={errors.recovery_code?.message}>
              {(control) => (
                <Input
                  {...control}
                  {...form.register('recovery_code', { required, shouldUnregister: true })}
                  autoComplete="off"
                  spellCheck={false}
                  maxLength={100}
                  className="font-mono"
                />
              )}
            </Field>
          ) : (
            <Field key="app" label={t('account.mfa.code')} required error={errors.totp_code?.message}>
              {(control) => (
                <Input
                  {...control}
                  {...form.register('totp_code', { required, validate: sixDigits, shouldUnregister: true })}
                  inputMode="numeric"
                  autoComplete="one-time-code"
                  maxLength={9}
                  className="font-mono tracking-widest"
                />
              )}
            </Field>
          )}
          <Button variant="quiet" size="small" onClick={() => setRecovery(!recovery)}>
            {recovery ? t('account.mfa.use_app') : t('account.mfa.use_recovery')}
          </Button>
          {form.problem && <ProblemNote error={form.problem} />}
          <DialogActions>
            <Button onClick={onClose}>{t('action.cancel')}</Button>
            <Button type="submit" variant="dangerSolid" busy={isSubmitting}>
              {t('account.mfa.disable')}
            </Button>
          </DialogActions>
        </form>
      </DialogContent>
    </Dialog>
  )
}
