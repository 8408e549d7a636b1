import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Form, ProblemNote, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { PasswordField, useProofRules } from './proof-fields'
import { RecoveryCodes } from './recovery-codes'

type NewRecoveryCodesProps = { renew: (password: string) => Promise<{ recovery_codes: string[] }>; onClose: () => void }

/** Password, then the new codes, which are seen this once. */
export function NewRecoveryCodes({ renew, onClose }: NewRecoveryCodesProps) {
  const { t } = useTranslation()
  const rules = useProofRules()
  const [codes, setCodes] = useState<string[] | null>(null)
  const form = useServerForm<{ password: string }>({
    defaultValues: { password: '' },
    submit: async ({ password }) => setCodes((await renew(password)).recovery_codes),
  })
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title={codes ? t('account.mfa.recovery_title') : t('account.mfa.renew_title')}
        description={codes ? t('account.mfa.recovery_description') : t('account.mfa.renew_description')}
        dismissable={!codes}
      >
        {codes ? (
          <RecoveryCodes codes={codes} onDone={onClose} />
        ) : (
          <Form form={form} className="space-y-4">
            <PasswordField {...form.register('password', rules.password)} error={form.formState.errors.password?.message} />
            {form.problem && <ProblemNote error={form.problem} />}
            <DialogActions>
              <Button onClick={onClose}>{t('action.cancel')}</Button>
              <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
                {t('account.mfa.renew')}
              </Button>
            </DialogActions>
          </Form>
        )}
      </DialogContent>
    </Dialog>
  )
}
