import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { beginSession, endSession, useSession } from '@/lib/session'
import { useLeave } from '@/shell/use-leave'
import { useSignOut } from '@/shell/use-sign-out'
import { Button } from '@/ui/button'
import { Dialog, DialogContent } from '@/ui/dialog'
import { EnrolRequired } from './enrol-required'
import { enrolling, type NextStep, signIn, verifying } from './queries'
import { SecondFactorForm } from './second-factor-form'
import { SignInForm } from './sign-in-form'

/** Over the page, which keeps what was typed: the same person signs in to the same tenant and everything goes on. */
export default function SignInAgain() {
  const { t } = useTranslation()
  const { user, tenant, closed, isSupport } = useSession()
  const leave = useSignOut()
  const leaveSupport = useLeave(async () => endSession())
  const [next, setNext] = useState<NextStep | null>(null)
  const back = () => setNext(null)
  const stay = () => undefined
  if (!user || !tenant) return null
  if (isSupport) {
    return (
      <Dialog open>
        <DialogContent
          title={t('support.ended_title')}
          description={closed ? t(`sign_in.${closed}`) : t('support.ended', { tenant: tenant.name })}
          dismissable={false}
        >
          <Button variant="primary" className="w-full" onClick={() => void leaveSupport()}>
            {t('support.leave')}
          </Button>
        </DialogContent>
      </Dialog>
    )
  }
  return (
    <Dialog open>
      <DialogContent
        title={closed ? tenant.name : t('sign_in.expired_title')}
        description={closed ? t(`sign_in.${closed}`) : t('sign_in.expired_description', { tenant: tenant.name })}
        dismissable={false}
      >
        {next?.step === 'code' && <SecondFactorForm verify={verifying(next.session_token)} onSignedIn={stay} onBack={back} />}
        {next?.step === 'enrol' && <EnrolRequired {...enrolling(next.session_token)} onSignedIn={beginSession} onBack={back} />}
        {!next && (
          <SignInForm
            signIn={(credentials) => signIn({ ...credentials, tenant_id: tenant.id })}
            fixedEmail={user.email}
            onSignedIn={stay}
            onNext={setNext}
          />
        )}
        <Button variant="quiet" className="mt-2 w-full" onClick={() => void leave()}>
          {t('sign_in.other_account')}
        </Button>
      </DialogContent>
    </Dialog>
  )
}
