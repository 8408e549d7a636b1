import { Menu as MenuIcon, Search } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { isApple } from '@/lib/browser'
import { Button } from '@/ui/button'
import { KeyboardKey } from '@/ui/keyboard-key'
import { Connection } from './connection'
import { LazyMenu } from './lazy-menu'
import { NewsMenu } from './news-menu'
import { openShellPanel } from './panels'
import { PlaceMenu } from './place-menu'

export function TopBar({ onOpenSidebar }: { onOpenSidebar: () => void }) {
  const { t } = useTranslation()
  return (
    <header className="border-border bg-surface flex h-12 shrink-0 items-center gap-2 border-b px-3 sm:px-4">
      <Button variant="quiet" size="icon" className="-ml-1.5 lg:hidden" aria-label={t('shell.open_menu')} onClick={onOpenSidebar}>
        <MenuIcon aria-hidden />
      </Button>
      <PlaceMenu />
      <div className="ml-auto flex items-center gap-1">
        <Button
          variant="secondary"
          className="text-muted mr-1 max-sm:size-8 max-sm:border-transparent max-sm:bg-transparent max-sm:px-0 max-sm:shadow-none sm:w-52 sm:justify-start"
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => openShellPanel('palette')}
        >
          <Search aria-hidden />
          <span className="flex-1 text-left font-normal max-sm:sr-only">{t('palette.open')}</span>
          <span className="flex gap-0.5 max-sm:hidden" aria-hidden>
            <KeyboardKey>{isApple ? '⌘' : 'Ctrl'}</KeyboardKey>
            <KeyboardKey>K</KeyboardKey>
          </span>
        </Button>
        <Connection />
        <NewsMenu />
        <LazyMenu menu="theme" />
        <LazyMenu menu="user" />
      </div>
    </header>
  )
}
