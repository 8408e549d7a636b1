import { Radio, WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDayAndTime, formatTime } from '@/lib/format'
import { useLive } from '@/lib/live'

export function Clock() {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return (
    <time dateTime={new Date(nowMs).toISOString()} className="font-semibold tabular-nums">
      {formatTime(nowMs, true)}
    </time>
  )
}

/** Whether the figures are those of now; else since when they are old. */
export function Freshness() {
  const { t } = useTranslation()
  const state = useLive((live) => live.state)
  const isLive = state === 'live'
  const [lostAtMs, setLostAtMs] = useState<number | null>(null)
  if (isLive && lostAtMs !== null) setLostAtMs(null)
  if (state === 'waiting' && lostAtMs === null) setLostAtMs(Date.now())
  const Icon = isLive ? Radio : WifiOff
  return (
    <p role="status" className={isLive ? 'text-positive flex items-center gap-[1vmin]' : 'text-medium flex items-center gap-[1vmin]'}>
      <Icon className="size-[0.9em]" aria-hidden />
      {isLive || lostAtMs === null ? t(`live.${state}`) : t('wallboard.lost', { since: formatDayAndTime(lostAtMs) })}
    </p>
  )
}
