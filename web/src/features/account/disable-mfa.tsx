import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { CodeField, PasswordField, digitsOf, useProofRules } from './proof-fields'
import { useDisableMfa } from './queries'

type Fields = { password: string; totp_code: string; recovery_code: string }

export function DisableMfa({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const [recovery, setRecovery] = useState(false)
  const disable = useDisableMfa()
  const form = useServerForm<Fields>({
    defaultValues: { password: '', totp_code: '', recovery_code: '' },
    submit: async ({ password, totp_code, recovery_code }) => {
      await disable.mutateAsync({ password, ...(recovery ? { recovery_code } : { totp_code: digitsOf(totp_code) }) })
      notify.success(t('account.mfa.disabled'))
      onClose()
    },
  })
  const { errors, isSubmitting } = form.formState
  const rules = useProofRules()
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()}>
      <DialogContent title={t('account.mfa.disable_title')} description={t('account.mfa.disable_description')}>
        <Form form={form} className="space-y-4">
          <PasswordField {...form.register('password', rules.password)} error={errors.password?.message} />
          {recovery ? (
            <Field key="recovery" label={t('account.mfa.recovery_code')} required error={errors.recovery_code?.message}>
              {(control) => (
                <Input
                  {...control}
                  {...form.register('recovery_code', { ...rules.password, shouldUnregister: true })}
                  autoComplete="off"
                  spellCheck={false}
                  maxLength={100}
                  className="font-mono"
                />
              )}
            </Field>
          ) : (
            <CodeField
              key="app"
              {...form.register('totp_code', { ...rules.code, shouldUnregister: true })}
              error={errors.totp_code?.message}
            />
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
        </Form>
      </DialogContent>
    </Dialog>
  )
}
