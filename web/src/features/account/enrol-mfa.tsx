import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '@/kit/copy-button'
import { Field, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { Input } from '@/ui/input'
import { type Enrolment, useConfirmMfa, useEnrol } from './queries'
import { RecoveryCodes } from './recovery-codes'

/** Password, then the QR code and a code of the app, then the recovery codes, which are seen this once. */
export function EnrolMfa({ onClose }: { onClose: () => void }) {
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
          <Confirm enrolment={enrolment} onConfirmed={setCodes} onCancel={onClose} />
        ) : (
          <Begin onBegun={setEnrolment} onCancel={onClose} />
        )}
      </DialogContent>
    </Dialog>
  )
}

function Begin({ onBegun, onCancel }: { onBegun: (enrolment: Enrolment) => void; onCancel: () => void }) {
  const { t } = useTranslation()
  const enrol = useEnrol()
  const form = useServerForm<{ password: string }>({
    defaultValues: { password: '' },
    submit: async ({ password }) => onBegun(await enrol.mutateAsync(password)),
  })
  return (
    <form onSubmit={(event) => void form.send(event)} noValidate className="space-y-4">
      <Field label={t('account.current_password')} required error={form.formState.errors.password?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('password', { required: t('form.required') })}
            type="password"
            autoComplete="current-password"
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          {t('account.mfa.begin')}
        </Button>
      </DialogActions>
    </form>
  )
}

type ConfirmProps = { enrolment: Enrolment; onConfirmed: (codes: string[]) => void; onCancel: () => void }

function Confirm({ enrolment, onConfirmed, onCancel }: ConfirmProps) {
  const { t } = useTranslation()
  const confirm = useConfirmMfa()
  const form = useServerForm<{ totp_code: string }>({
    defaultValues: { totp_code: '' },
    submit: async ({ totp_code }) => onConfirmed((await confirm.mutateAsync(totp_code.replaceAll(/\s/g, ''))).recovery_codes),
  })
  const sixDigits = (text: string) => /^\d{6}$/.test(text.replaceAll(/\s/g, '')) || t('account.mfa.code_digits')
  return (
    <form onSubmit={(event) => void form.send(event)} noValidate className="space-y-4">
      <img
        src={`data:image/svg+xml,${encodeURIComponent(enrolment.qr_svg)}`}
        alt={t('account.mfa.qr')}
        className="mx-auto size-48 rounded-md bg-white"
      />
      <div className="text-muted text-xs">
        <p>{t('account.mfa.secret')}</p>
        <p className="flex items-center gap-1">
          <code className="text-text min-w-0 font-mono text-sm break-all select-all">
            {enrolment.secret.replace(/(.{4})(?=.)/g, '$1 ')}
          </code>
          <CopyButton text={enrolment.secret} label={t('account.mfa.copy_secret')} />
        </p>
      </div>
      <Field label={t('account.mfa.code')} required error={form.formState.errors.totp_code?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('totp_code', { required: t('form.required'), validate: sixDigits })}
            inputMode="numeric"
            autoComplete="one-time-code"
            autoFocus
            maxLength={9}
            className="h-10 font-mono text-base tracking-widest"
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <DialogActions>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
          {t('account.mfa.confirm')}
        </Button>
      </DialogActions>
    </form>
  )
}
