import { ExternalLink } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'

type ProviderButtonProps = {
  href: string
  /** In a window of its own: the page stays, and goes on once somebody has signed in there. */
  isBeside?: boolean
  children: ReactNode
}

/** The browser itself goes to the provider, and comes back. */
export function ProviderButton({ href, isBeside, children }: ProviderButtonProps) {
  const { t } = useTranslation()
  return (
    <Button asChild size="large" className="w-full">
      <a href={href} target={isBeside ? '_blank' : undefined}>
        {children}
        {isBeside && (
          <>
            <ExternalLink className="text-muted" aria-hidden />
            <span className="sr-only">{t('sign_in.new_window')}</span>
          </>
        )}
      </a>
    </Button>
  )
}
