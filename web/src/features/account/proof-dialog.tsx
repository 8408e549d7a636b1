import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Form, ProblemNote, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { CodeField, PasswordField, digitsOf, useProofRules } from './proof-fields'
import type { Proof } from './queries'

type ProofDialogProps = {
  title: string
  description: string
  confirmLabel: string
  variant: 'primary' | 'dangerSolid'
  /** Leads to the provider of the platform, for who signs in there; null for who does not. */
  atProvider?: (() => Promise<void>) | null
  /** What the provider said so already: nothing more is asked. */
  proven?: string
  onConfirm: (proof: Proof) => Promise<void>
  onClose: () => void
}

/** Whoever changes how he signs in shows once more who he is: with his password, or a code of his app. */
export function ProofDialog({ title, description, confirmLabel, variant, atProvider, proven, onConfirm, onClose }: ProofDialogProps) {
  const { t } = useTranslation()
  const [byCode, setByCode] = useState(false)
  const [refused, setRefused] = useState<unknown>(null)
  const form = useServerForm<{ password: string; totp_code: string }>({
    defaultValues: { password: '', totp_code: '' },
    submit: ({ password, totp_code }) =>
      onConfirm(proven ? { provider_code: proven } : byCode ? { totp_code: digitsOf(totp_code) } : { password }),
  })
  const { errors, isSubmitting } = form.formState
  const rules = useProofRules()
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()}>
      <DialogContent title={title} description={proven ? t('account.ways.proven') : description}>
        <Form form={form} className="space-y-4">
          {!proven && byCode && (
            <CodeField
              key="code"
              {...form.register('totp_code', { ...rules.code, shouldUnregister: true })}
              error={errors.totp_code?.message}
            />
          )}
          {!proven && !byCode && (
            <PasswordField
              key="password"
              {...form.register('password', { ...rules.password, shouldUnregister: true })}
              error={errors.password?.message}
            />
          )}
          {!proven && (
            <div className="flex flex-wrap gap-2">
              <Button variant="quiet" size="small" onClick={() => setByCode(!byCode)}>
                {t(byCode ? 'account.ways.use_password' : 'account.ways.use_code')}
              </Button>
              {atProvider && (
                <Button variant="quiet" size="small" onClick={() => void atProvider().catch(setRefused)}>
                  {t('account.ways.use_provider')}
                </Button>
              )}
            </div>
          )}
          {(form.problem ?? refused) !== null && <ProblemNote error={form.problem ?? refused} />}
          <DialogActions>
            <Button onClick={onClose}>{t('action.cancel')}</Button>
            <Button type="submit" variant={variant} busy={isSubmitting}>
              {confirmLabel}
            </Button>
          </DialogActions>
        </Form>
      </DialogContent>
    </Dialog>
  )
}
