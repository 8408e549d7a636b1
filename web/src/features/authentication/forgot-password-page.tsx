import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Field, Form, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { Frame } from './frame'
import { askReset } from './queries'
import { Refusal } from './refusal'

export function ForgotPasswordPage() {
  const { t } = useTranslation()
  const [asked, setAsked] = useState(false)
  const form = useServerForm<{ email: string }>({
    defaultValues: { email: '' },
    submit: async ({ email }) => {
      await askReset(email.trim())
      setAsked(true)
    },
  })
  const { errors, isSubmitting } = form.formState
  return (
    <Frame title={t('recovery.title')} heading={t('recovery.title')} subtitle={t('recovery.subtitle')}>
      {asked ? (
        <p role="status">{t('recovery.asked')}</p>
      ) : (
        <Form form={form} className="space-y-4">
          <Field label={t('sign_in.email')} required error={errors.email?.message}>
            {(control) => (
              <Input
                {...control}
                {...form.register('email', { required: t('form.required') })}
                type="email"
                autoComplete="username"
                autoFocus
                className="h-10 text-base"
              />
            )}
          </Field>
          {form.problem && <Refusal problem={form.problem} />}
          <Button type="submit" variant="primary" size="large" className="w-full" busy={isSubmitting}>
            {t('recovery.ask')}
          </Button>
        </Form>
      )}
      <Button asChild variant="quiet" size="small" className="mt-3 w-full">
        <Link to="/sign-in">{t('recovery.back')}</Link>
      </Button>
    </Frame>
  )
}
