import { Hourglass } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { classNames } from '@/lib/class-names'
import { useSecondsLeft } from './seconds-left'

/** Longer waits are told in minutes. */
const inSeconds = 90

/** A 429: how long the server asks to wait, and when that is over. */
export function RateLimited({ seconds, className }: { seconds: number; className?: string }) {
  const { t } = useTranslation()
  const [untilMs] = useState(() => Date.now() + seconds * 1000)
  const left = useSecondsLeft(untilMs)
  return (
    <p role="alert" className={classNames('bg-medium-soft text-medium flex items-start gap-2 rounded-md px-3 py-2', className)}>
      <Hourglass className="mt-0.5 size-4 shrink-0" aria-hidden />
      {left === 0 && t('error.rate_limit_over')}
      {left > 0 && left <= inSeconds && t('error.rate_limited', { count: left })}
      {left > inSeconds && t('error.rate_limited_minutes', { count: Math.ceil(left / 60) })}
    </p>
  )
}
