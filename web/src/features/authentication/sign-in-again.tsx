import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDuration } from '@/lib/format'
import { beginSession, endSession, useSession } from '@/lib/session'
import { useLeave } from '@/shell/use-leave'
import { useSignOut } from '@/shell/use-sign-out'
import { Button } from '@/ui/button'
import { Dialog, DialogContent } from '@/ui/dialog'
import { ContinueWithMicrosoft } from './continue-with-microsoft'
import { EnrolRequired } from './enrol-required'
import { FollowButton } from './follow-button'
import { GoneElsewhere } from './gone-elsewhere'
import { enrolling, type NextStep, organizationAddress, signIn, verifying } from './queries'
import { SecondFactorForm } from './second-factor-form'
import { SignInForm } from './sign-in-form'

/** Over the page, which keeps what was typed: the same person signs in to the same tenant and everything goes on. */
export default function SignInAgain() {
  const { t } = useTranslation()
  const { user, tenant, idleMs, reason, elsewhere, isSupport } = useSession()
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
    if (elsewhere) return { title: t('sign_in.another_title', elsewhere.user), description: t('sign_in.another_description', user) }
    if (closed) return { title: tenant.name, description: t(`sign_in.${closed}`) }
    const why = reason === 'idle' && t('sign_in.idle', { time: formatDuration((idleMs ?? 0) / 1000) })
    return {
      title: t('sign_in.expired_title'),
      description: [why, t('sign_in.expired_description', { tenant: tenant.name })].filter(Boolean).join(' '),
    }
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
        {!there && (
          <div className="mt-2">
            {elsewhere ? (
              <FollowButton>{t('sign_in.another_follow', elsewhere.user)}</FollowButton>
            ) : (
              <Button variant="quiet" className="w-full" onClick={() => void leave()}>
                {t('sign_in.other_account')}
              </Button>
            )}
          </div>
        )}
      </DialogContent>
    </Dialog>
  )
}
