import { ChevronRight, ChevronLeft, Building2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useSearchParams } from 'react-router'
import { asProblem, type Problem } from '@/lib/problem'
import { Logo } from '@/shell/logo'
import { LazyMenu } from '@/shell/lazy-menu'
import { Button } from '@/ui/button'
import { type NextStep, signIn } from './queries'
import { Refusal } from './refusal'
import { SecondFactorForm } from './second-factor-form'
import { SignInForm } from './sign-in-form'

type Credentials = { email: string; password: string }
type Pending = NextStep & { credentials: Credentials }

/** Only a path of our own: an address from outside could lead away. */
function safeNext(next: string | null): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/'
}

export function SignInPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const [pending, setPending] = useState<Pending | null>(null)
  const proceed = (next: NextStep, credentials: Credentials) => setPending({ ...next, credentials })
  const titles = { tenant: t('sign_in.choose_tenant'), code: t('sign_in.second_factor') }
  const enter = () => void navigate(safeNext(parameters.get('next')), { replace: true })
  return (
    <div className="relative flex min-h-full flex-col overflow-hidden">
      <title>{`${t('sign_in.title')} · Monozu Cloud`}</title>
      <div
        aria-hidden
        className="from-accent/14 pointer-events-none absolute -top-72 left-1/2 size-176 -translate-x-1/2 rounded-full bg-radial to-transparent to-70%"
      />
      <div className="relative flex justify-end gap-1 p-3">
        <LazyMenu menu="language" />
        <LazyMenu menu="theme" />
      </div>
      <main className="relative flex flex-1 flex-col items-center justify-center px-4 pb-24">
        <Logo className="mb-5 size-12" />
        <h1 className="text-xl font-semibold tracking-tight text-balance">{pending ? titles[pending.step] : t('sign_in.title')}</h1>
        <p className="text-muted mt-1 mb-6 text-center text-base text-balance">
          {pending ? pending.credentials.email : t('sign_in.subtitle')}
        </p>
        <div className="border-border bg-surface shadow-floating w-full max-w-sm rounded-xl border p-6">
          {pending?.step === 'tenant' && (
            <ChooseTenant pending={pending} onSignedIn={enter} onNext={proceed} onBack={() => setPending(null)} />
          )}
          {pending?.step === 'code' && (
            <SecondFactorForm sessionToken={pending.session_token} onSignedIn={enter} onBack={() => setPending(null)} />
          )}
          {!pending && <SignInForm onSignedIn={enter} onNext={proceed} />}
        </div>
      </main>
    </div>
  )
}

type ChooseTenantProps = {
  pending: Extract<Pending, { step: 'tenant' }>
  onSignedIn: () => void
  onNext: (next: NextStep, credentials: Credentials) => void
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
      const next = await signIn({ ...pending.credentials, tenant_id: id })
      if (next) onNext(next, pending.credentials)
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
