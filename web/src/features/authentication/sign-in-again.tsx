import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { beginSession, endSession, useSession } from '@/lib/session'
import { useLeave } from '@/shell/use-leave'
import { useSignOut } from '@/shell/use-sign-out'
import { Button } from '@/ui/button'
import { Dialog, DialogContent } from '@/ui/dialog'
import { AnotherAccount } from './another-account'
import { ContinueWithMicrosoft } from './continue-with-microsoft'
import { EnrolRequired } from './enrol-required'
import { GoneElsewhere } from './gone-elsewhere'
import { enrolling, type NextStep, organizationAddress, signIn, verifying } from './queries'
import { SecondFactorForm } from './second-factor-form'
import { SignInForm } from './sign-in-form'
import { useWhyEnded } from './use-why-ended'

/** Over the page, which keeps what was typed: the same person signs in to the same tenant and everything goes on. */
export default function SignInAgain() {
  const { t } = useTranslation()
  const { user, tenant, reason, elsewhere, isSupport } = useSession()
  const whyEnded = useWhyEnded()
  const leave = useSignOut()
  const leaveSupport = useLeave(async () => endSession())
  const [next, setNext] = useState<NextStep | null>(null)
  const back = () => setNext(null)
  const stay = () => undefined
  if (!user || !tenant) return null
  const closed = reason === 'idle' ? null : reason
  if (isSupport) {
    return (
      <Dialog open>
        <DialogContent
          title={t('support.ended_title')}
          description={closed ? t(`sign_in.${closed}`) : t('support.ended', { tenant: tenant.name })}
          dismissable={false}
          covers
        >
          <Button variant="primary" className="w-full" onClick={() => void leaveSupport()}>
            {t('support.leave')}
          </Button>
        </DialogContent>
      </Dialog>
    )
  }
  const there = elsewhere?.user.id === user.id ? elsewhere.tenant : null
  const words = () => {
    if (there) {
      const places = { own: tenant.name, tenant: there.name }
      return { title: t('sign_in.elsewhere_title', places), description: t('sign_in.elsewhere_description', places) }
    }
    if (closed) return { title: tenant.name, description: t(`sign_in.${closed}`) }
    return whyEnded(user, t('sign_in.expired_description', { tenant: tenant.name }))
  }
  return (
    <Dialog open>
      <DialogContent {...words()} dismissable={false} covers>
        {next?.step === 'code' && <SecondFactorForm verify={verifying(next.session_token)} onSignedIn={stay} onBack={back} />}
        {next?.step === 'enrol' && <EnrolRequired {...enrolling(next.session_token)} onSignedIn={beginSession} onBack={back} />}
        {!next && there && (
          <GoneElsewhere own={tenant} there={there} onCode={(session_token) => setNext({ step: 'code', session_token })} />
        )}
        {!next && !there && (
          <SignInForm
            signIn={(credentials) => signIn({ ...credentials, tenant_id: tenant.id })}
            fixedEmail={user.email}
            organizationAddress={(email) => organizationAddress(email, '/')}
            onSignedIn={stay}
            onNext={setNext}
          />
        )}
        {!next && !there && <ContinueWithMicrosoft next="/" isBeside />}
        {!there && <AnotherAccount leave={leave} />}
      </DialogContent>
    </Dialog>
  )
}
