import { CirclePause, LoaderCircle, Radio, WifiOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useLive } from '@/lib/live'
import { Button } from '@/ui/button'

const looks = {
  live: { icon: Radio, colour: 'text-positive' },
  connecting: { icon: LoaderCircle, colour: 'text-muted animate-spin' },
  waiting: { icon: WifiOff, colour: 'text-medium' },
  off: { icon: WifiOff, colour: 'text-muted' },
}

/** Whether changes arrive by themselves; a press pauses them and lets them go on. */
export function Connection() {
  const { t } = useTranslation()
  const { state, paused } = useLive()
  const Icon = paused ? CirclePause : looks[state].icon
  const word = paused ? t('live.paused') : t(`live.${state}`)
  return (
    <Button
      variant="quiet"
      size="small"
      aria-pressed={paused}
      aria-label={t('live.button', { state: word })}
      title={paused ? t('live.resume_hint') : t(`live.${state}_hint`)}
      onClick={() => useLive.setState({ paused: !paused })}
    >
      <Icon className={paused ? 'text-medium' : looks[state].colour} aria-hidden />
      <span className="max-sm:hidden">{word}</span>
    </Button>
  )
}
