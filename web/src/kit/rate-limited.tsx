import { Hourglass } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Notice } from '@/ui/notice'
import { useSecondsLeft } from './seconds-left'

/** Longer waits are told in minutes. */
const inSeconds = 90

/** A 429: how long the server asks to wait, and when that is over. */
export function RateLimited({ seconds, className }: { seconds: number; className?: string }) {
  const { t } = useTranslation()
  const [untilMs] = useState(() => Date.now() + seconds * 1000)
  const left = useSecondsLeft(untilMs)
  return (
    <Notice icon={Hourglass} role="alert" className={className}>
      {left === 0 && t('error.rate_limit_over')}
      {left > 0 && left <= inSeconds && t('error.rate_limited', { count: left })}
      {left > inSeconds && t('error.rate_limited_minutes', { count: Math.ceil(left / 60) })}
    </Notice>
  )
}
