import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SignInForm } from '@/features/authentication/sign-in-form'
import { useSession } from '@/lib/session'
import { useLeave } from '@/shell/use-leave'
import { Button } from '@/ui/button'
import { Dialog, DialogContent } from '@/ui/dialog'
import { signOut } from '../../lib/api'
import { type NextStep, signIn } from './queries'
import { SecondStep } from './second-step'

/** Over the page, which keeps what was typed: the same person signs in and everything goes on. */
export default function SignInAgain() {
  const { t } = useTranslation()
  const user = useSession((state) => state.user)
  const leave = useLeave(signOut)
  const [next, setNext] = useState<NextStep | null>(null)
  const stay = () => undefined
  if (!user) return null
  return (
    <Dialog open>
      <DialogContent title={t('sign_in.expired_title')} description={t('management.expired')} dismissable={false}>
        {next ? (
          <SecondStep next={next} onSignedIn={stay} onBack={() => setNext(null)} />
        ) : (
          <SignInForm signIn={signIn} fixedEmail={user.email} onSignedIn={stay} onNext={setNext} />
        )}
        <Button variant="quiet" className="mt-2 w-full" onClick={() => void leave()}>
          {t('sign_in.other_account')}
        </Button>
      </DialogContent>
    </Dialog>
  )
}
