import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { safeNext } from '@/lib/address'
import { asProblem, type Problem } from '@/lib/problem'
import { Frame } from './frame'
import { enterWithToken, exchangeCode, type NextStep } from './queries'
import { Refusal } from './refusal'
import { SignInPage } from './sign-in-page'

/** What the browser came back with, taken out of the address and the history. */
function takeAnswer() {
  const { searchParams } = new URL(location.href)
  history.replaceState(history.state, '', '/auth/callback')
  const [code, token, error] = ['code', 'token', 'error'].map((name) => searchParams.get(name))
  return { proof: code ? { code } : token ? { token } : null, error, next: safeNext(searchParams.get('return_to')) }
}

type Proof = { code: string } | { token: string }

/** A code works once, so that it is sent once, however often the page is drawn. */
let sent: { proof: Proof; outcome: Promise<NextStep | null> } | undefined
const enter = (proof: Proof) => ('code' in proof ? exchangeCode(proof.code) : enterWithToken(proof.token))
const enterOnce = (proof: Proof) => (sent?.proof === proof ? sent : (sent = { proof, outcome: enter(proof) })).outcome

/** Where a sign-in with a provider ends. */
export function ProviderCallbackPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [{ proof, error, next }] = useState(takeAnswer)
  const [missing, setMissing] = useState<NextStep | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    if (proof === null) return
    enterOnce(proof).then(
      (step) => (step ? setMissing(step) : void navigate(next, { replace: true })),
      (refused: unknown) => setProblem(asProblem(refused)),
    )
  }, [proof, next, navigate])
  const words: Record<string, string> = {
    sso_denied: t('sign_in.sso_denied'),
    sso_unknown: t('sign_in.sso_unknown'),
    sso_domain: t('sign_in.sso_domain'),
  }
  if (missing) return <SignInPage begun={{ ...missing, email: '' }} next={next} />
  if (problem) return <SignInPage next={next} notice={<Refusal problem={problem} />} />
  if (proof === null)
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
