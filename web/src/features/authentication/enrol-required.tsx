import { ChevronLeft } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Enrolment } from '@/features/account/queries'
import { RecoveryCodes } from '@/features/account/recovery-codes'
import { ScanAndConfirm } from '@/features/account/scan-and-confirm'
import { asProblem, type Problem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { Refusal } from './refusal'

type EnrolRequiredProps<Session> = {
  beginEnrolment: () => Promise<Enrolment>
  confirmEnrolment: (totp_code: string) => Promise<Session>
  onSignedIn: (session: Session) => void
  onBack: () => void
}

/** The organization requires a second factor: it is set up here, and with it the sign-in is complete. */
export function EnrolRequired<Session extends { recovery_codes: string[] }>({
  beginEnrolment,
  confirmEnrolment,
  onSignedIn,
  onBack,
}: EnrolRequiredProps<Session>) {
  const { t } = useTranslation()
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null)
  const [opened, setOpened] = useState<Session | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const begin = async () => {
    setBusy(true)
    try {
      setEnrolment(await beginEnrolment())
    } catch (error) {
      setProblem(asProblem(error))
      setBusy(false)
    }
  }
  // The session begins when the codes are kept: what comes after would hide them.
  if (opened)
    return (
      <div className="space-y-3">
        <p>{t('account.mfa.recovery_description')}</p>
        <RecoveryCodes codes={opened.recovery_codes} onDone={() => onSignedIn(opened)} />
      </div>
    )
  return (
    <div className="space-y-4">
      <p>{enrolment ? t('account.mfa.scan') : t('sign_in.enrolment_required')}</p>
      {enrolment ? (
        <ScanAndConfirm
          enrolment={enrolment}
          confirm={async (totp_code) => setOpened(await confirmEnrolment(totp_code))}
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
