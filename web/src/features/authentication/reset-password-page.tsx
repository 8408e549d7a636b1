import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Form, useServerForm } from '@/kit/form'
import { takeToken } from '@/lib/address'
import { Button } from '@/ui/button'
import { Frame } from './frame'
import { NewPassword } from './new-password'
import { resetPassword } from './queries'
import { Refusal } from './refusal'

export function ResetPasswordPage() {
  const { t } = useTranslation()
  const [token] = useState(takeToken)
  const [done, setDone] = useState(false)
  const form = useServerForm<{ new_password: string }>({
    defaultValues: { new_password: '' },
    submit: async ({ new_password }) => {
      await resetPassword(token, new_password)
      setDone(true)
    },
  })
  return (
    <Frame title={t('recovery.choose')} heading={t('recovery.choose')} subtitle={t('recovery.choose_subtitle')}>
      {done ? (
        <p role="status">{t('recovery.done')}</p>
      ) : (
        <Form form={form} className="space-y-4">
          <NewPassword form={form} name="new_password" label={t('account.password.new')} />
          {form.problem && <Refusal problem={form.problem} />}
          <Button type="submit" variant="primary" size="large" className="w-full" busy={form.formState.isSubmitting}>
            {t('account.password.submit')}
          </Button>
        </Form>
      )}
      <Button asChild variant="quiet" size="small" className="mt-3 w-full">
        <Link to={done ? '/sign-in' : '/forgot-password'}>{done ? t('recovery.back') : t('recovery.another')}</Link>
      </Button>
    </Frame>
  )
}
