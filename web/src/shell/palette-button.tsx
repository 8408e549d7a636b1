import { Search } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { isApple } from '@/lib/browser'
import { Button } from '@/ui/button'
import { KeyboardKey } from '@/ui/keyboard-key'
import { openShellPanel } from './panels'

export function PaletteButton() {
  const { t } = useTranslation()
  return (
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
  )
}
