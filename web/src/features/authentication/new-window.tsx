import { ExternalLink } from 'lucide-react'
import { useTranslation } from 'react-i18next'

/** In a link of its own window: the page stays, and goes on once somebody has signed in there. */
export function NewWindow() {
  const { t } = useTranslation()
  return (
    <>
      <ExternalLink className="text-muted" aria-hidden />
      <span className="sr-only">{t('sign_in.new_window')}</span>
    </>
  )
}
