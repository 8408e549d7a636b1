import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FollowButton } from '@/features/authentication/follow-button'
import { SignInForm } from '@/features/authentication/sign-in-form'
import { ErrorState } from '@/kit/error-state'
import { formatDuration } from '@/lib/format'
import { useSession } from '@/lib/session'
import { useLeave } from '@/shell/use-leave'
import { Button } from '@/ui/button'
import { Dialog, DialogContent } from '@/ui/dialog'
import { signOut } from '../../lib/api'
import { MicrosoftLink } from './microsoft-link'
import { methodsQuery, type NextStep, signIn } from './queries'
import { SecondStep } from './second-step'

/** Over the page, which keeps what was typed: the same person signs in and everything goes on. */
export default function SignInAgain() {
  const { t } = useTranslation()
  const { user, elsewhere, idleMs, reason } = useSession()
  const leave = useLeave(signOut)
  const [next, setNext] = useState<NextStep | null>(null)
  const methods = useQuery({ ...methodsQuery, meta: { handlesError: true } })
  const stay = () => undefined
  if (!user) return null
  const words = () => {
    if (elsewhere) return { title: t('sign_in.another_title', elsewhere.user), description: t('sign_in.another_description', user) }
    const why = reason === 'idle' && t('sign_in.idle', { time: formatDuration((idleMs ?? 0) / 1000) })
    return { title: t('sign_in.expired_title'), description: [why, t('management.expired')].filter(Boolean).join(' ') }
  }
  return (
    <Dialog open>
      <DialogContent {...words()} dismissable={false} covers>
        {next && <SecondStep next={next} onSignedIn={stay} onBack={() => setNext(null)} />}
        {!next && methods.error && <ErrorState error={methods.error} onRetry={() => void methods.refetch()} />}
        {!next && methods.data?.password && <SignInForm signIn={signIn} fixedEmail={user.email} onSignedIn={stay} onNext={setNext} />}
        {!next && methods.data?.microsoft && <MicrosoftLink email={user.email} />}
        <div className="mt-2">
          {elsewhere ? (
            <FollowButton>{t('sign_in.another_follow', elsewhere.user)}</FollowButton>
          ) : (
            <Button variant="quiet" className="w-full" onClick={() => void leave()}>
              {t('sign_in.other_account')}
            </Button>
          )}
        </div>
      </DialogContent>
    </Dialog>
  )
}
