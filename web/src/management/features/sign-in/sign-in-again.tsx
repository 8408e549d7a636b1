import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AnotherAccount } from '@/features/authentication/another-account'
import { SignInForm } from '@/features/authentication/sign-in-form'
import { useWhyEnded } from '@/features/authentication/use-why-ended'
import { ErrorState } from '@/kit/error-state'
import { useSession } from '@/lib/session'
import { useLeave } from '@/shell/use-leave'
import { Dialog, DialogContent } from '@/ui/dialog'
import { signOut } from '../../lib/api'
import { MicrosoftLink } from './microsoft-link'
import { methodsQuery, type NextStep, signIn } from './queries'
import { SecondStep } from './second-step'

/** Over the page, which keeps what was typed: the same person signs in and everything goes on. */
export default function SignInAgain() {
  const { t } = useTranslation()
  const user = useSession((state) => state.user)
  const whyEnded = useWhyEnded()
  const leave = useLeave(signOut)
  const [next, setNext] = useState<NextStep | null>(null)
  const methods = useQuery({ ...methodsQuery, meta: { handlesError: true } })
  const stay = () => undefined
  if (!user) return null
  return (
    <Dialog open>
      <DialogContent {...whyEnded(user, t('management.expired'))} dismissable={false} covers>
        {next && <SecondStep next={next} onSignedIn={stay} onBack={() => setNext(null)} />}
        {!next && methods.error && <ErrorState error={methods.error} onRetry={() => void methods.refetch()} />}
        {!next && methods.data?.password && <SignInForm signIn={signIn} fixedEmail={user.email} onSignedIn={stay} onNext={setNext} />}
        {!next && methods.data?.microsoft && <MicrosoftLink email={user.email} />}
        <AnotherAccount leave={leave} />
      </DialogContent>
    </Dialog>
  )
}
