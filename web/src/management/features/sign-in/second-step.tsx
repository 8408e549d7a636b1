import { EnrolRequired } from '@/features/authentication/enrol-required'
import { SecondFactorForm } from '@/features/authentication/second-factor-form'
import { beginStaffSession } from '../../lib/api'
import { enrolling, type NextStep, verifying } from './queries'

/** What follows on the password. */
export function SecondStep({ next, onSignedIn, onBack }: { next: NextStep; onSignedIn: () => void; onBack: () => void }) {
  if (next.step === 'code') return <SecondFactorForm verify={verifying(next.session_token)} onSignedIn={onSignedIn} onBack={onBack} />
  return (
    <EnrolRequired
      {...enrolling(next.session_token)}
      onSignedIn={(session) => {
        beginStaffSession(session)
        onSignedIn()
      }}
      onBack={onBack}
    />
  )
}
