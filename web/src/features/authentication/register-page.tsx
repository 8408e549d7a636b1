import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Field, Form, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { Frame } from './frame'
import { NewPassword } from './new-password'
import { register } from './queries'
import { Refusal } from './refusal'

type Fields = { tenant_name: string; name: string; email: string; password: string }

export function RegisterPage() {
  const { t } = useTranslation()
  const [done, setDone] = useState(false)
  const form = useServerForm<Fields>({
    defaultValues: { tenant_name: '', name: '', email: '', password: '' },
    submit: async (fields) => {
      await register({ ...fields, email: fields.email.trim() })
      setDone(true)
    },
  })
  const { errors, isSubmitting } = form.formState
  const texts = [
    { name: 'tenant_name', label: t('registration.tenant_name'), type: 'text', autoComplete: 'organization' },
    { name: 'name', label: t('settings.users.name'), type: 'text', autoComplete: 'name' },
    { name: 'email', label: t('sign_in.email'), type: 'email', autoComplete: 'username' },
  ] as const
  return (
    <Frame title={t('registration.title')} heading={t('registration.title')} subtitle={t('registration.subtitle')}>
      {done ? (
        <p role="status">{t('registration.done')}</p>
      ) : (
        <Form form={form} className="space-y-4">
          {texts.map(({ name, label, ...kind }, index) => (
            <Field key={name} label={label} required error={errors[name]?.message}>
              {(control) => (
                <Input
                  {...control}
                  {...form.register(name, { required: t('form.required') })}
                  {...kind}
                  autoFocus={index === 0}
                  maxLength={200}
                  className="h-10 text-base"
                />
              )}
            </Field>
          ))}
          <NewPassword form={form} name="password" label={t('sign_in.password')} />
          {form.problem && <Refusal problem={form.problem} />}
          <Button type="submit" variant="primary" size="large" className="w-full" busy={isSubmitting}>
            {t('registration.submit')}
          </Button>
        </Form>
      )}
      <Button asChild variant="quiet" size="small" className="mt-3 w-full">
        <Link to="/sign-in">{t('recovery.back')}</Link>
      </Button>
    </Frame>
  )
}
