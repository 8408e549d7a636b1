import { WifiOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useOnline } from '@/lib/browser'

export function OfflineBanner() {
  const { t } = useTranslation()
  const online = useOnline()
  return (
    <div role="status">
      {!online && (
        <p className="bg-medium-soft text-medium flex items-center justify-center gap-2 px-4 py-1.5 font-medium">
          <WifiOff className="size-4" aria-hidden />
          {t('shell.offline')}
        </p>
      )}
    </div>
  )
}
