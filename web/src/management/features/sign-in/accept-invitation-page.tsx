import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Frame } from '@/features/authentication/frame'
import { NewPassword } from '@/features/authentication/new-password'
import { Refusal } from '@/features/authentication/refusal'
import { Field, Form, useServerForm } from '@/kit/form'
import { takeToken } from '@/lib/address'
import { Problem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { acceptInvitation } from './queries'

export function AcceptInvitationPage() {
  const { t } = useTranslation()
  const [token] = useState(takeToken)
  const [joined, setJoined] = useState<string | null>(null)
  return (
    <Frame title={t('invitation.title')} heading={t('management.join.title')} subtitle={joined ?? t('management.join.subtitle')}>
      {token === '' ? (
        <Refusal problem={new Problem({ status: 422, word: 'invitation_ended', detail: '' })} />
      ) : joined ? (
        <p role="status">{t('management.join.done')}</p>
      ) : (
        <AcceptForm token={token} onJoined={setJoined} />
      )}
      <Button asChild variant={joined ? 'primary' : 'quiet'} className="mt-3 w-full">
        <Link to="/sign-in">{t('recovery.back')}</Link>
      </Button>
    </Frame>
  )
}

function AcceptForm({ token, onJoined }: { token: string; onJoined: (email: string) => void }) {
  const { t } = useTranslation()
  const form = useServerForm<{ name: string; password: string }>({
    defaultValues: { name: '', password: '' },
    submit: async ({ name, password }) => onJoined((await acceptInvitation({ token, name: name.trim(), password })).email),
  })
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('management.staff.name')} required error={form.formState.errors.name?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('name', { required: t('form.required') })}
            autoComplete="name"
            autoFocus
            maxLength={200}
            className="h-10 text-base"
          />
        )}
      </Field>
      <NewPassword form={form} name="password" label={t('sign_in.password')} />
      {form.problem && <Refusal problem={form.problem} />}
      <Button type="submit" variant="primary" size="large" className="w-full" busy={form.formState.isSubmitting}>
        {t('invitation.accept')}
      </Button>
    </Form>
  )
}
