import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, useServerForm } from '@/kit/form'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { PasswordField } from './proof-fields'

type Fields = { current_password: string; new_password: string; again: string }
const empty: Fields = { current_password: '', new_password: '', again: '' }

type PasswordFormProps = {
  email: string
  change: (passwords: { current_password: string; new_password: string }) => Promise<unknown>
}

export function PasswordForm({ email, change }: PasswordFormProps) {
  const { t } = useTranslation()
  const form = useServerForm<Fields>({
    defaultValues: empty,
    submit: async ({ current_password, new_password }) => {
      await change({ current_password, new_password })
      form.reset(empty)
      notify.success(t('account.password.changed'), { description: t('account.password.changed_hint') })
    },
  })
  const { errors, isSubmitting } = form.formState
  const required = t('form.required')
  return (
    <Form form={form} className="max-w-sm space-y-4">
      {/* So that a password manager knows whose password changes. */}
      <input type="text" autoComplete="username" value={email} readOnly hidden />
      <PasswordField {...form.register('current_password', { required })} error={errors.current_password?.message} />
      <Field label={t('account.password.new')} hint={t('account.password.new_hint')} required error={errors.new_password?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('new_password', {
              required,
              validate: (text) => Array.from(text).length >= 12 || t('account.password.too_short'),
            })}
            type="password"
            autoComplete="new-password"
          />
        )}
      </Field>
      <Field label={t('account.password.repeat')} required error={errors.again?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('again', {
              required,
              validate: (text, { new_password }) => text === new_password || t('account.password.differs'),
            })}
            type="password"
            autoComplete="new-password"
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      <Button type="submit" variant="primary" busy={isSubmitting}>
        {t('account.password.submit')}
      </Button>
    </Form>
  )
}
