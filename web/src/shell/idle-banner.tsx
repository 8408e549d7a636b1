import { Hourglass } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useSecondsLeft } from '@/kit/seconds-left'
import { useIdle } from '@/lib/idle'
import { Banner } from './banner'

/** That the session is about to end, as nobody is there. Any key, touch or movement keeps it. */
export function IdleBanner() {
  const endsAtMs = useIdle((state) => state.endsAtMs)
  return <div role="status">{endsAtMs !== null && <EndsSoon atMs={endsAtMs} />}</div>
}

function EndsSoon({ atMs }: { atMs: number }) {
  const { t } = useTranslation()
  const left = useSecondsLeft(atMs)
  return <Banner icon={Hourglass} text={t('shell.idle')} aside={t('shell.idle_left', { count: left })} />
}
