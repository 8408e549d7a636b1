import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { asProblem, type Problem } from '@/lib/problem'
import { Frame } from './frame'
import { exchangeCode, type NextStep } from './queries'
import { Refusal } from './refusal'
import { SignInPage, safeNext } from './sign-in-page'

/** What the browser came back with, taken out of the address and the history. */
function takeAnswer() {
  const { searchParams } = new URL(location.href)
  history.replaceState(history.state, '', '/auth/callback')
  return { code: searchParams.get('code'), error: searchParams.get('error'), next: safeNext(searchParams.get('return_to')) }
}

/** A code works once, so that it is sent once, however often the page is drawn. */
let sent: { code: string; outcome: Promise<NextStep | null> } | undefined
const exchangeOnce = (code: string) => (sent?.code === code ? sent : (sent = { code, outcome: exchangeCode(code) })).outcome

/** Where a sign-in with a provider ends. */
export function ProviderCallbackPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [{ code, error, next }] = useState(takeAnswer)
  const [missing, setMissing] = useState<NextStep | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    if (code === null) return
    exchangeOnce(code).then(
      (step) => (step ? setMissing(step) : void navigate(next, { replace: true })),
      (refused: unknown) => setProblem(asProblem(refused)),
    )
  }, [code, next, navigate])
  const words: Record<string, string> = {
    sso_denied: t('sign_in.sso_denied'),
    sso_unknown: t('sign_in.sso_unknown'),
    sso_domain: t('sign_in.sso_domain'),
  }
  if (missing) return <SignInPage begun={{ ...missing, email: '' }} next={next} />
  if (problem) return <SignInPage next={next} notice={<Refusal problem={problem} />} />
  if (code === null)
    return (
      <SignInPage
        next={next}
        notice={
          <p role="alert" className="bg-critical-soft text-critical mb-4 rounded-md px-3 py-2">
            {words[error ?? ''] ?? t('sign_in.sso_failed')}
          </p>
        }
      />
    )
  return (
    <Frame title={t('sign_in.title')} heading={t('sign_in.title')}>
      <p role="status" className="text-muted text-center">
        {t('sign_in.sso_finishing')}
      </p>
    </Frame>
  )
}
