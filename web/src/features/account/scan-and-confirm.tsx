import { type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '@/kit/copy-button'
import { Form, ProblemNote, useServerForm } from '@/kit/form'
import { CodeField, digitsOf, useProofRules } from './proof-fields'
import type { Enrolment } from './queries'

type ScanAndConfirmProps = {
  enrolment: Enrolment
  confirm: (totp_code: string) => Promise<void>
  /** The buttons below the code. */
  actions: (busy: boolean) => ReactNode
}

/** The QR code for the app, and a code of the app that shows that it was taken up. */
export function ScanAndConfirm({ enrolment, confirm, actions }: ScanAndConfirmProps) {
  const { t } = useTranslation()
  const form = useServerForm<{ totp_code: string }>({
    defaultValues: { totp_code: '' },
    submit: ({ totp_code }) => confirm(digitsOf(totp_code)),
  })
  const rules = useProofRules()
  return (
    <Form form={form} className="space-y-4">
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
      <CodeField
        {...form.register('totp_code', rules.code)}
        error={form.formState.errors.totp_code?.message}
        autoFocus
        className="h-10 text-base"
      />
      {form.problem && <ProblemNote error={form.problem} />}
      {actions(form.formState.isSubmitting)}
    </Form>
  )
}
