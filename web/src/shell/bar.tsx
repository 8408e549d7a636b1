import { Menu as MenuIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'

type BarProps = {
  /** Says where one is. */
  place: ReactNode
  onOpenSidebar: () => void
  children: ReactNode
}

export function Bar({ place, onOpenSidebar, children }: BarProps) {
  const { t } = useTranslation()
  return (
    <header className="border-border bg-surface flex h-12 shrink-0 items-center gap-2 border-b px-3 sm:px-4">
      <Button variant="quiet" size="icon" className="-ml-1.5 lg:hidden" aria-label={t('shell.open_menu')} onClick={onOpenSidebar}>
        <MenuIcon aria-hidden />
      </Button>
      {place}
      <div className="ml-auto flex items-center gap-1">{children}</div>
    </header>
  )
}
