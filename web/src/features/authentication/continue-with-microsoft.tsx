import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { NewWindow } from './new-window'
import { methodsQuery, microsoftAddress } from './queries'

/** Shown where the platform has an app of Microsoft's; the browser itself goes there. */
export function ContinueWithMicrosoft({ next, isBeside }: { next: string; isBeside?: boolean }) {
  const { t } = useTranslation()
  const methods = useQuery({ ...methodsQuery, meta: { handlesError: true } })
  if (!methods.data?.microsoft) return null
  return (
    <Button asChild size="large" className="mt-3 w-full">
      <a href={microsoftAddress(next)} target={isBeside ? '_blank' : undefined}>
        {t('sign_in.microsoft')}
        {isBeside && <NewWindow />}
      </a>
    </Button>
  )
}
