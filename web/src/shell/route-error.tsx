import { useTranslation } from 'react-i18next'
import { useRouteError } from 'react-router'
import { ErrorState } from '@/kit/error-state'
import { Button } from '@/ui/button'
import { Logo } from './logo'

/** What remains of a page that broke, or of a session that could not be restored. */
export function RouteError() {
  const { t } = useTranslation()
  const error = useRouteError()
  return (
    <main className="grid h-full place-items-center p-4">
      <div className="flex flex-col items-center">
        <Logo className="size-9" />
        <ErrorState error={error} />
        <Button variant="primary" onClick={() => location.reload()}>
          {t('error.reload')}
        </Button>
      </div>
    </main>
  )
}
