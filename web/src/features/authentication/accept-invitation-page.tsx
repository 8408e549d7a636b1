import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Field, Form, useServerForm } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { takeToken } from '@/lib/address'
import { asProblem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { Skeleton } from '@/ui/skeleton'
import { Frame } from './frame'
import { NewPassword } from './new-password'
import { acceptInvitation, type Offer, readInvitation } from './queries'
import { Refusal } from './refusal'

export function AcceptInvitationPage() {
  const { t } = useTranslation()
  const [token] = useState(takeToken)
  const [joined, setJoined] = useState(false)
  // The token is no part of the key: it stays out of whatever shows the cache.
  const query = useQuery({ queryKey: ['invitation'], queryFn: () => readInvitation(token || 'none'), retry: false, staleTime: Infinity })
  const tenant = query.data?.tenant.name ?? ''
  return (
    <Frame
      title={t('invitation.title')}
      heading={tenant ? t('invitation.heading', { tenant }) : t('invitation.title')}
      subtitle={query.data?.email}
    >
      {query.error ? (
        <Refusal problem={asProblem(query.error)} />
      ) : (
        <Loaded query={query} skeleton={<Skeleton className="h-24" />}>
          {(offer) =>
            joined ? (
              <p role="status">{t('invitation.joined', { tenant })}</p>
            ) : (
              <AcceptForm token={token} offer={offer} onJoined={() => setJoined(true)} />
            )
          }
        </Loaded>
      )}
      <Button asChild variant="quiet" size="small" className="mt-3 w-full">
        <Link to="/sign-in">{t('recovery.back')}</Link>
      </Button>
    </Frame>
  )
}

/** Somebody new chooses name and password; an account is proven by its password, or by being signed in to it. */
function AcceptForm({ token, offer, onJoined }: { token: string; offer: Offer; onJoined: () => void }) {
  const { t } = useTranslation()
  const form = useServerForm<{ name: string; password: string }>({
    defaultValues: { name: '', password: '' },
    submit: async ({ name, password }) => {
      await acceptInvitation({ token, name: name.trim() || undefined, password: password || undefined })
      onJoined()
    },
  })
  const { errors, isSubmitting } = form.formState
  const required = t('form.required')
  return (
    <Form form={form} className="space-y-4">
      <input type="text" autoComplete="username" value={offer.email} readOnly hidden />
      {!offer.has_account && (
        <>
          <Field label={t('settings.users.name')} required error={errors.name?.message}>
            {(control) => (
              <Input
                {...control}
                {...form.register('name', { required })}
                autoComplete="name"
                autoFocus
                maxLength={200}
                className="h-10 text-base"
              />
            )}
          </Field>
          <NewPassword form={form} name="password" label={t('sign_in.password')} />
        </>
      )}
      {offer.has_account && !offer.signed_in && (
        <Field label={t('sign_in.password')} hint={t('invitation.has_account')} required error={errors.password?.message}>
          {(control) => (
            <Input
              {...control}
              {...form.register('password', { required })}
              type="password"
              autoComplete="current-password"
              autoFocus
              className="h-10 text-base"
            />
          )}
        </Field>
      )}
      {form.problem && <Refusal problem={form.problem} />}
      <Button type="submit" variant="primary" size="large" className="w-full" busy={isSubmitting}>
        {t('invitation.accept')}
      </Button>
    </Form>
  )
}
