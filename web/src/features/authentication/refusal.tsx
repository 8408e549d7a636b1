import { CircleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { RateLimited } from '@/kit/rate-limited'
import type { Problem } from '@/lib/problem'

/** Why the sign-in was refused, in words that say what to do next; `words` are those of one way in. */
export function Refusal({ problem, words: ownWords }: { problem: Problem; words?: Record<string, string> }) {
  const { t } = useTranslation()
  const words: Record<string, string> = {
    invalid_credentials: t('sign_in.invalid_credentials'),
    tenant_pending: t('sign_in.tenant_pending'),
    tenant_suspended: t('sign_in.tenant_suspended'),
    auth_restricted: t('sign_in.auth_restricted'),
    wrong_code: t('sign_in.wrong_code'),
    mfa_session_ended: t('sign_in.mfa_session_ended'),
    bound_to_provider: t('sign_in.bound_to_provider'),
    choice_ended: t('sign_in.mfa_session_ended'),
    exchange_ended: t('sign_in.sso_failed'),
    link_ended: t('recovery.link_ended'),
    invitation_ended: t('invitation.ended'),
    registration_closed: t('registration.closed'),
    already_member: t('invitation.already_member'),
    network: t('error.network'),
    ...ownWords,
  }
  if (problem.status === 429) return <RateLimited key={problem.requestId} seconds={problem.retryAfterSeconds ?? 60} />
  return (
    <p role="alert" className="bg-critical-soft text-critical flex items-start gap-2 rounded-md px-3 py-2">
      <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
      <span>
        {words[problem.word] ?? problem.message}
        {!words[problem.word] && problem.requestId && <span className="block font-mono text-2xs">{problem.requestId}</span>}
      </span>
    </p>
  )
}
