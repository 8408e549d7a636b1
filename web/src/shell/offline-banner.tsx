import { CloudOff, WifiOff } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useSecondsLeft } from '@/kit/seconds-left'
import { useOnline } from '@/lib/browser'
import { notify } from '@/lib/notify'
import { queryClient } from '@/lib/query-client'
import { onServerBack, tryServer, useServer } from '@/lib/server-health'
import { Button } from '@/ui/button'
import { Banner } from './banner'

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
      {!online && <Banner icon={WifiOff} text={t('shell.offline')} />}
      {online && away && <ServerAway />}
    </div>
  )
}

function ServerAway() {
  const { t } = useTranslation()
  const left = useSecondsLeft(useServer((state) => state.nextTryAtMs))
  return (
    <Banner
      icon={CloudOff}
      text={t('shell.server_away')}
      aside={left > 0 ? t('shell.server_next_try', { count: left }) : t('shell.server_trying')}
    >
      <Button size="small" onClick={tryServer}>
        {t('shell.server_try_now')}
      </Button>
    </Banner>
  )
}
