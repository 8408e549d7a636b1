import { ArrowUpFromLine, Eye, EyeOff } from 'lucide-react'
import { type FocusEvent, type KeyboardEvent, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field, Form, useServerForm } from '@/kit/form'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { NewWindow } from './new-window'
import { Refusal } from './refusal'

type Credentials = { email: string; password: string }

type SignInFormProps<Next> = {
  /** Answers what is still missing, or null once the session has begun. */
  signIn: (credentials: Credentials) => Promise<Next | null>
  /** The address of an expired session, which cannot be changed in place. */
  fixedEmail?: string
  /** Where the organization of an address signs in with its own provider; without it none is offered. */
  organizationAddress?: (email: string) => Promise<string | null>
  onSignedIn: () => void
  onNext: (next: Next, credentials: Credentials) => void
}

export function SignInForm<Next>({ signIn, fixedEmail, organizationAddress, onSignedIn, onNext }: SignInFormProps<Next>) {
  const { t } = useTranslation()
  const [capsLock, setCapsLock] = useState(false)
  const [shown, setShown] = useState(false)
  const form = useServerForm<Credentials>({
    defaultValues: { email: fixedEmail ?? '', password: '' },
    submit: async (credentials) => {
      const step = await signIn(credentials)
      if (step) onNext(step, credentials)
      else onSignedIn()
    },
  })
  const { errors, isSubmitting } = form.formState
  const [organization, setOrganization] = useState<string | null>(null)
  const findOrganization = async (email: string) =>
    setOrganization(organizationAddress && /^[^@\s]+@[^@\s]+$/.test(email) ? await organizationAddress(email).catch(() => null) : null)
  useEffect(() => {
    if (fixedEmail) void findOrganization(fixedEmail)
    // An address that cannot be changed is asked about once.
  }, [])
  const noticeCapsLock = (event: KeyboardEvent) => setCapsLock(event.getModifierState('CapsLock'))
  const EyeIcon = shown ? EyeOff : Eye
  return (
    <Form form={form} className="space-y-4">
      <Field label={t('sign_in.email')} required error={errors.email?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('email', {
              required: t('form.required'),
              onBlur: (event: FocusEvent<HTMLInputElement>) => void findOrganization(event.target.value),
            })}
            type="email"
            autoComplete="username"
            autoFocus={!fixedEmail}
            readOnly={!!fixedEmail}
            className="h-10 text-base"
          />
        )}
      </Field>
      <Field
        label={t('sign_in.password')}
        required
        error={errors.password?.message}
        hint={
          capsLock && (
            <span className="text-medium flex items-center gap-1">
              <ArrowUpFromLine className="size-3.5" aria-hidden />
              {t('sign_in.caps_lock')}
            </span>
          )
        }
      >
        {(control) => (
          <div className="relative">
            <Input
              {...control}
              {...form.register('password', { required: t('form.required') })}
              type={shown ? 'text' : 'password'}
              autoComplete="current-password"
              autoFocus={!!fixedEmail}
              onKeyDown={noticeCapsLock}
              onKeyUp={noticeCapsLock}
              className="h-10 pr-10 text-base"
            />
            <button
              type="button"
              aria-label={shown ? t('sign_in.hide_password') : t('sign_in.show_password')}
              onClick={() => setShown(!shown)}
              className="text-muted hover:text-text absolute top-1 right-1 grid size-8 place-items-center rounded"
            >
              <EyeIcon className="size-4" aria-hidden />
            </button>
          </div>
        )}
      </Field>
      {form.problem && <Refusal problem={form.problem} />}
      <Button type="submit" variant="primary" size="large" className="w-full" busy={isSubmitting}>
        {t('sign_in.submit')}
      </Button>
      {organization && (
        <Button asChild size="large" className="w-full">
          <a href={organization} target={fixedEmail ? '_blank' : undefined}>
            {t('sign_in.organization')}
            {fixedEmail && <NewWindow />}
          </a>
        </Button>
      )}
    </Form>
  )
}
