import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Toaster as Sonner } from 'sonner'
import { announceToaster } from '@/lib/notify'
import { useTheme } from '@/lib/theme'

export default function Toaster() {
  const { t } = useTranslation()
  const theme = useTheme((state) => state.resolved)
  useEffect(announceToaster, [])
  return (
    <Sonner
      theme={theme}
      position="bottom-right"
      closeButton
      containerAriaLabel={t('shell.notifications')}
      toastOptions={{
        classNames: {
          toast: 'font-sans! bg-surface! text-text! border-border! shadow-floating! rounded-lg! text-sm!',
          description: 'text-muted! text-xs!',
          actionButton: 'bg-accent! text-accent-contrast!',
          closeButton: 'bg-surface! text-muted! border-border!',
          error: '[&_[data-icon]]:text-critical',
          success: '[&_[data-icon]]:text-positive',
        },
      }}
    />
  )
}
