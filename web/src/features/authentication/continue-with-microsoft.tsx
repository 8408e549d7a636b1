import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ProviderButton } from './provider-button'
import { methodsQuery, microsoftAddress } from './queries'

/** Shown where the platform has an app of Microsoft's; the browser itself goes there. */
export function ContinueWithMicrosoft({ next, isBeside }: { next: string; isBeside?: boolean }) {
  const { t } = useTranslation()
  const methods = useQuery({ ...methodsQuery, meta: { handlesError: true } })
  if (!methods.data?.microsoft) return null
  return (
    <div className="mt-3">
      <ProviderButton href={microsoftAddress(next)} isBeside={isBeside}>
        {t('sign_in.microsoft')}
      </ProviderButton>
    </div>
  )
}
