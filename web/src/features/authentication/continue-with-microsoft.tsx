import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { methodsQuery, microsoftAddress } from './queries'

/** Shown where the platform has an app of Microsoft's; the browser itself goes there. */
export function ContinueWithMicrosoft({ next }: { next: string }) {
  const { t } = useTranslation()
  const methods = useQuery({ ...methodsQuery, meta: { handlesError: true } })
  if (!methods.data?.microsoft) return null
  return (
    <Button asChild size="large" className="mt-3 w-full">
      <a href={microsoftAddress(next)}>{t('sign_in.microsoft')}</a>
    </Button>
  )
}
