import { ChevronLeft } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Enrolment } from '@/features/account/queries'
import { RecoveryCodes } from '@/features/account/recovery-codes'
import { ScanAndConfirm } from '@/features/account/scan-and-confirm'
import { asProblem, type Problem } from '@/lib/problem'
import { beginSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { beginEnrolment, confirmEnrolment } from './queries'
import { Refusal } from './refusal'

type EnrolRequiredProps = { sessionToken: string; onSignedIn: () => void; onBack: () => void }
type Opened = Awaited<ReturnType<typeof confirmEnrolment>>

/** The organization requires a second factor: it is set up here, and with it the sign-in is complete. */
export function EnrolRequired({ sessionToken, onSignedIn, onBack }: EnrolRequiredProps) {
  const { t } = useTranslation()
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null)
  const [opened, setOpened] = useState<Opened | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const begin = async () => {
    setBusy(true)
    try {
      setEnrolment(await beginEnrolment(sessionToken))
    } catch (error) {
      setProblem(asProblem(error))
      setBusy(false)
    }
  }
  // The session begins when the codes are kept: what comes after would hide them.
  const enter = (session: Opened) => {
    beginSession(session)
    onSignedIn()
  }
  if (opened)
    return (
      <div className="space-y-3">
        <p>{t('account.mfa.recovery_description')}</p>
        <RecoveryCodes codes={opened.recovery_codes} onDone={() => enter(opened)} />
      </div>
    )
  return (
    <div className="space-y-4">
      <p>{enrolment ? t('account.mfa.scan') : t('sign_in.enrolment_required')}</p>
      {enrolment ? (
        <ScanAndConfirm
          enrolment={enrolment}
          confirm={async (totp_code) => setOpened(await confirmEnrolment(sessionToken, totp_code))}
          actions={(confirming) => (
            <Button type="submit" variant="primary" size="large" className="w-full" busy={confirming}>
              {t('account.mfa.confirm')}
            </Button>
          )}
        />
      ) : (
        <Button
          variant="primary"
          size="large"
          className="w-full"
          autoFocus
          busy={busy}
          disabled={problem !== null}
          onClick={() => void begin()}
        >
          {t('account.mfa.begin')}
        </Button>
      )}
      {problem && <Refusal problem={problem} />}
      <Button variant="quiet" size="small" onClick={onBack}>
        <ChevronLeft aria-hidden />
        {t('sign_in.begin_again')}
      </Button>
    </div>
  )
}
