import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { Frame } from '@/features/authentication/frame'
import { Refusal } from '@/features/authentication/refusal'
import { asProblem, type Problem } from '@/lib/problem'
import { queryClient } from '@/lib/query-client'
import { beginSession } from '@/lib/session'
import { enterAsSupport } from './queries'

/** What the Management plane sent along, taken out of the address and the history. */
function takeCode() {
  const code = location.hash.slice(1)
  if (code) history.replaceState(history.state, '', '/support')
  return code
}

let held = ''
let entering: ReturnType<typeof enterAsSupport> | undefined
/** It works once, so that it is sent once, however often the page is drawn. */
function enterOnce(code: string) {
  if (code && code !== held) {
    held = code
    entering = enterAsSupport(code)
  }
  return (entering ??= enterAsSupport(code || 'none'))
}

/** Where a member of the platform's staff comes in. */
export function EnterPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [code] = useState(takeCode)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    enterOnce(code).then(
      (session) => {
        queryClient.clear()
        beginSession({ ...session, isSupport: true })
        void navigate('/', { replace: true })
      },
      (refused: unknown) => setProblem(asProblem(refused)),
    )
  }, [code, navigate])
  return (
    <Frame title={t('support.title')} heading={t('support.title')} subtitle={t('support.entering')}>
      {problem ? (
        <Refusal problem={problem} words={{ exchange_ended: t('support.not_let_in') }} />
      ) : (
        <p role="status">{t('support.entering')}</p>
      )}
    </Frame>
  )
}
