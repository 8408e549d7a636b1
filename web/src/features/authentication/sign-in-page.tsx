import { ChevronRight, ChevronLeft, Building2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { safeNext } from '@/lib/address'
import { asProblem, type Problem } from '@/lib/problem'
import { beginSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { EnrolRequired } from './enrol-required'
import { FirstPassword } from './first-password'
import { Frame } from './frame'
import { ContinueWithMicrosoft } from './continue-with-microsoft'
import { chooseTenant, enrolling, type NextStep, organizationAddress, signIn, verifying } from './queries'
import { Refusal } from './refusal'
import { SecondFactorForm } from './second-factor-form'
import { SignInForm } from './sign-in-form'

type Pending = NextStep & { email: string }

type SignInPageProps = {
  /** What is missing of a sign-in that began with a provider, and where it leads. */
  begun?: Pending
  next?: string
  notice?: ReactNode
}

export function SignInPage({ begun, next: given, notice }: SignInPageProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const [pending, setPending] = useState<Pending | null>(begun ?? null)
  const destination = safeNext(given ?? parameters.get('next'))
  const proceed = (next: NextStep, email: string) => setPending({ ...next, email })
  const titles = {
    tenant: t('sign_in.choose_tenant'),
    code: t('sign_in.second_factor'),
    enrol: t('sign_in.second_factor'),
    password: t('recovery.choose'),
  }
  const enter = () => void navigate(destination, { replace: true })
  return (
    <Frame
      title={t('sign_in.title')}
      heading={pending ? titles[pending.step] : t('sign_in.title')}
      subtitle={pending ? pending.email : t('sign_in.subtitle')}
    >
      {pending?.step === 'tenant' && <ChooseTenant pending={pending} onSignedIn={enter} onNext={proceed} onBack={() => setPending(null)} />}
      {pending?.step === 'code' && (
        <SecondFactorForm verify={verifying(pending.session_token)} onSignedIn={enter} onBack={() => setPending(null)} />
      )}
      {pending?.step === 'enrol' && (
        <EnrolRequired
          {...enrolling(pending.session_token)}
          onSignedIn={(session) => {
            beginSession(session)
            enter()
          }}
          onBack={() => setPending(null)}
        />
      )}
      {pending?.step === 'password' && (
        <FirstPassword pending={pending} onSignedIn={enter} onNext={proceed} onBack={() => setPending(null)} />
      )}
      {!pending && notice}
      {!pending && (
        <SignInForm
          signIn={signIn}
          organizationAddress={(email) => organizationAddress(email, destination)}
          onSignedIn={enter}
          onNext={(next, { email }) => proceed(next, email)}
        />
      )}
      {!pending && <ContinueWithMicrosoft next={destination} />}
      {!pending && (
        <div className="mt-3 flex flex-wrap justify-between gap-2">
          <Button asChild variant="quiet" size="small">
            <Link to="/forgot-password">{t('sign_in.forgot')}</Link>
          </Button>
          <Button asChild variant="quiet" size="small">
            <Link to="/register">{t('registration.title')}</Link>
          </Button>
        </div>
      )}
    </Frame>
  )
}

type ChooseTenantProps = {
  pending: Extract<Pending, { step: 'tenant' }>
  onSignedIn: () => void
  onNext: (next: NextStep, email: string) => void
  onBack: () => void
}

function ChooseTenant({ pending, onSignedIn, onNext, onBack }: ChooseTenantProps): ReactNode {
  const { t } = useTranslation()
  const [busyId, setBusyId] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const choose = async (id: string) => {
    setBusyId(id)
    setProblem(null)
    try {
      const next = await chooseTenant(pending.session_token, id)
      if (next) onNext(next, pending.email)
      else onSignedIn()
    } catch (error) {
      setProblem(asProblem(error))
      setBusyId(null)
    }
  }
  return (
    <div className="space-y-3">
      <ul className="space-y-2">
        {pending.tenants.map((tenant, index) => (
          <li key={tenant.id}>
            <Button
              size="large"
              className="w-full justify-start"
              autoFocus={index === 0}
              busy={busyId === tenant.id}
              disabled={busyId !== null}
              onClick={() => void choose(tenant.id)}
            >
              {busyId !== tenant.id && <Building2 className="text-muted" aria-hidden />}
              <span className="min-w-0 flex-1 truncate text-left">{tenant.name}</span>
              <ChevronRight className="text-muted" aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
      {problem && <Refusal problem={problem} />}
      <Button variant="quiet" className="w-full" onClick={onBack}>
        <ChevronLeft aria-hidden />
        {t('sign_in.other_account')}
      </Button>
    </div>
  )
}
