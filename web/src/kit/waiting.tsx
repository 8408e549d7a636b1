import { useQueryClient } from '@tanstack/react-query'
import { Ban, WifiOff } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { EmptyState } from './empty-state'
import { RateLimited } from './rate-limited'

const longMs = 5_000

type WaitingProps = {
  query: { fetchStatus?: 'fetching' | 'paused' | 'idle'; failureReason?: unknown; refetch: () => unknown }
  children: ReactNode
}

/** What stands where nothing has come yet: the skeleton; after a while a way to give up; and why nothing comes. */
export function Waiting({ query, children }: WaitingProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), longMs)
    return () => clearTimeout(timer)
  }, [])
  if (query.fetchStatus === 'paused')
    return <EmptyState icon={WifiOff} title={t('waiting.offline')} description={t('waiting.offline_hint')} />
  if (query.fetchStatus === 'idle') {
    return (
      <EmptyState icon={Ban} title={t('waiting.cancelled')}>
        <Button onClick={() => void query.refetch()}>{t('action.retry')}</Button>
      </EmptyState>
    )
  }
  const refused = query.failureReason ? asProblem(query.failureReason) : null
  const cancel = () =>
    void client.cancelQueries({ type: 'active', predicate: ({ state }) => state.fetchStatus === 'fetching' && state.data === undefined })
  return (
    <>
      {refused?.status === 429 && <RateLimited className="m-3" seconds={refused.retryAfterSeconds ?? 1} />}
      {isLong && (
        <p role="status" className="text-muted flex flex-wrap items-center justify-center gap-2 px-3 py-2">
          {t('waiting.long')}
          <Button size="small" onClick={cancel}>
            {t('action.cancel')}
          </Button>
        </p>
      )}
      {children}
    </>
  )
}
