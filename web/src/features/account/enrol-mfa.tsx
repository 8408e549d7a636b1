import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Form, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { PasswordField, useProofRules } from './proof-fields'
import type { Enrolment } from './queries'
import { RecoveryCodes } from './recovery-codes'
import { ScanAndConfirm } from './scan-and-confirm'

type EnrolMfaProps = {
  begin: (password: string) => Promise<Enrolment>
  confirm: (totp_code: string) => Promise<{ recovery_codes: string[] }>
  onClose: () => void
}

/** Password, then the QR code and a code of the app, then the recovery codes, which are seen this once. */
export function EnrolMfa({ begin, confirm, onClose }: EnrolMfaProps) {
  const { t } = useTranslation()
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  const done = () => {
    notify.success(t('account.mfa.enabled'))
    onClose()
  }
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title={codes ? t('account.mfa.recovery_title') : t('account.mfa.enable_title')}
        description={codes ? t('account.mfa.recovery_description') : enrolment ? t('account.mfa.scan') : undefined}
        dismissable={!codes}
      >
        {codes ? (
          <RecoveryCodes codes={codes} onDone={done} />
        ) : enrolment ? (
          <ScanAndConfirm
            enrolment={enrolment}
            confirm={async (totp_code) => setCodes((await confirm(totp_code)).recovery_codes)}
            actions={(busy) => (
              <DialogActions>
                <Button onClick={onClose}>{t('action.cancel')}</Button>
                <Button type="submit" variant="primary" busy={busy}>
                  {t('account.mfa.confirm')}
                </Button>
              </DialogActions>
            )}
          />
        ) : (
          <Begin begin={async (password) => setEnrolment(await begin(password))} onCancel={onClose} />
        )}
      </DialogContent>
    </Dialog>
  )
}

function Begin({ begin, onCancel }: { begin: (password: string) => Promise<void>; onCancel: () => void }) {
  const { t } = useTranslation()
  const rules = useProofRules()
  const form = useServerForm<{ password: string }>({
    defaultValues: { password: '' },
    submit: ({ password }) => begin(password),
  })
  return (
    <Form form={form} className="space-y-4">
      <PasswordField {...form.register('password', rules.password)} error={form.formState.errors.password?.message} />
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          {t('account.mfa.begin')}
        </Button>
      </DialogActions>
    </Form>
  )
}
