import { CloudOff, WifiOff } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useSecondsLeft } from '@/kit/seconds-left'
import { useOnline } from '@/lib/browser'
import { notify } from '@/lib/notify'
import { queryClient } from '@/lib/query-client'
import { onServerBack, tryServer, useServer } from '@/lib/server-health'
import { Button } from '@/ui/button'

const bannerClasses =
  'bg-medium-soft text-medium flex min-h-9 flex-wrap items-center justify-center gap-x-2 px-4 max-sm:justify-start py-1 font-medium'

/** Whether this browser or the server cannot be reached; what failed meanwhile is fetched once it can. */
export function OfflineBanner() {
  const { t } = useTranslation()
  const online = useOnline()
  const away = useServer((state) => state.away)
  useEffect(
    () =>
      onServerBack(() => {
        notify.success(t('shell.server_back'))
        void queryClient.refetchQueries({ type: 'active', predicate: ({ state }) => state.error !== null || state.status === 'pending' })
      }),
    [t],
  )
  return (
    <div role="status">
      {!online && (
        <p className={bannerClasses}>
          <span className="flex items-start gap-2">
            <WifiOff className="mt-0.5 size-4 shrink-0" aria-hidden />
            {t('shell.offline')}
          </span>
        </p>
      )}
      {online && away && <ServerAway />}
    </div>
  )
}

function ServerAway() {
  const { t } = useTranslation()
  const left = useSecondsLeft(useServer((state) => state.nextTryAtMs))
  return (
    <p className={bannerClasses}>
      <span className="flex items-start gap-2">
        <CloudOff className="mt-0.5 size-4 shrink-0" aria-hidden />
        {t('shell.server_away')}
      </span>
      {/* Read out once, not every second. */}
      <span aria-hidden className="max-sm:pl-6">
        {left > 0 ? t('shell.server_next_try', { count: left }) : t('shell.server_trying')}
      </span>
      <Button size="small" onClick={tryServer}>
        {t('shell.server_try_now')}
      </Button>
    </p>
  )
}
