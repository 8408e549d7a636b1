import { useQuery } from '@tanstack/react-query'
import { CircleAlert } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useSearchParams } from 'react-router'
import { Frame } from '@/features/authentication/frame'
import { SignInForm } from '@/features/authentication/sign-in-form'
import { ErrorState } from '@/kit/error-state'
import { safeNext } from '@/lib/address'
import { MicrosoftLink } from './microsoft-link'
import { methodsQuery, type NextStep, signIn } from './queries'
import { SecondStep } from './second-step'

export function SignInPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const methods = useQuery(methodsQuery)
  const [pending, setPending] = useState<(NextStep & { email: string }) | null>(null)
  const enter = () => void navigate(safeNext(parameters.get('next')), { replace: true })
  const refused = parameters.get('error')
  const refusals: Record<string, string> = {
    sso_denied: t('sign_in.sso_denied'),
    sso_unknown: t('sign_in.sso_unknown'),
  }
  return (
    <Frame
      title={t('sign_in.title')}
      heading={pending ? t('sign_in.second_factor') : t('sign_in.title')}
      subtitle={pending ? pending.email : t('sign_in.subtitle')}
    >
      {pending ? (
        <SecondStep next={pending} onSignedIn={enter} onBack={() => setPending(null)} />
      ) : (
        <>
          {refused && (
            <p role="alert" className="bg-critical-soft text-critical mb-4 flex items-start gap-2 rounded-md px-3 py-2">
              <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
              {refusals[refused] ?? t('sign_in.sso_failed')}
            </p>
          )}
          {methods.error && <ErrorState error={methods.error} onRetry={() => void methods.refetch()} />}
          {methods.data?.password && (
            <SignInForm signIn={signIn} onSignedIn={enter} onNext={(next, { email }) => setPending({ ...next, email })} />
          )}
          {methods.data?.microsoft && <MicrosoftLink />}
        </>
      )}
    </Frame>
  )
}
