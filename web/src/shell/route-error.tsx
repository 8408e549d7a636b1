import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useRouteError } from 'react-router'
import { ErrorState } from '@/kit/error-state'
import { asProblem } from '@/lib/problem'
import { untilReached } from '@/lib/server-health'
import { Button } from '@/ui/button'
import { Logo } from './logo'
import { OfflineBanner } from './offline-banner'

/** What remains of a page that broke, or of a session that could not be restored. Where the server was away it comes back with it. */
export function RouteError() {
  return (
    <main className="grid h-full place-items-center p-4">
      <Failed banner={<OfflineBanner />} />
    </main>
  )
}

/** The same inside the shell, which goes on. */
export function PageError() {
  return (
    <div className="grid h-full place-items-center p-4">
      <Failed />
    </div>
  )
}

function Failed({ banner }: { banner?: ReactNode }) {
  const { t } = useTranslation()
  const error = useRouteError()
  const { status } = asProblem(error)
  const unreached = status === 0 || status >= 500
  useEffect(() => {
    let left = !unreached
    if (unreached) void untilReached().then((wasAway) => wasAway && !left && location.reload())
    return () => void (left = true)
  }, [unreached])
  return (
    <div className="flex flex-col items-center">
      <h1 className="sr-only">{t('error.title')}</h1>
      <Logo className="size-9" />
      {banner}
      <ErrorState error={error} />
      <Button variant="primary" onClick={() => location.reload()}>
        {t('error.reload')}
      </Button>
    </div>
  )
}
