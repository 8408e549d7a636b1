import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { comeBack } from '@/lib/api'
import { asProblem, type Problem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { FollowButton } from './follow-button'
import { Refusal } from './refusal'

type Place = { id: string; name: string }
type GoneElsewhereProps = { own: Place; there: Place; onCode: (session_token: string) => void }

/** This browser went on in another organization: the window takes it back to its own, or follows it. */
export function GoneElsewhere({ own, there, onCode }: GoneElsewhereProps) {
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const back = async () => {
    setBusy(true)
    try {
      const session_token = await comeBack(own.id)
      if (session_token) onCode(session_token)
    } catch (error) {
      setProblem(asProblem(error))
    }
    setBusy(false)
  }
  return (
    <div className="space-y-2 pt-1">
      {problem && <Refusal problem={problem} />}
      <Button variant="primary" className="w-full" busy={busy} onClick={() => void back()}>
        {t('sign_in.elsewhere_back', { tenant: own.name })}
      </Button>
      <FollowButton>{t('sign_in.elsewhere_follow', { tenant: there.name })}</FollowButton>
    </div>
  )
}
