import { ChevronLeft } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Form, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { NewPassword } from './new-password'
import { type NextStep, resetPassword, signIn } from './queries'
import { Refusal } from './refusal'

type FirstPasswordProps = {
  pending: { session_token: string; email: string }
  onSignedIn: () => void
  onNext: (next: NextStep, email: string) => void
  onBack: () => void
}

/** Who came with a password that somebody else was shown chooses his own, and goes on with it. */
export function FirstPassword({ pending: { session_token, email }, onSignedIn, onNext, onBack }: FirstPasswordProps) {
  const { t } = useTranslation()
  const form = useServerForm<{ new_password: string }>({
    defaultValues: { new_password: '' },
    submit: async ({ new_password }) => {
      await resetPassword(session_token, new_password)
      const next = await signIn({ email, password: new_password })
      if (next) onNext(next, email)
      else onSignedIn()
    },
  })
  return (
    <Form form={form} className="space-y-4">
      <p>{t('sign_in.first_password')}</p>
      {/* Password managers keep the new password under this name. */}
      <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
      <NewPassword form={form} name="new_password" label={t('account.password.new')} />
      {form.problem && <Refusal problem={form.problem} />}
      <Button type="submit" variant="primary" size="large" className="w-full" busy={form.formState.isSubmitting}>
        {t('sign_in.choose_and_go_on')}
      </Button>
      <Button variant="quiet" size="small" onClick={onBack}>
        <ChevronLeft aria-hidden />
        {t('sign_in.begin_again')}
      </Button>
    </Form>
  )
}
