import { useTranslation } from 'react-i18next'
import { isApple } from '@/lib/browser'
import { Dialog, DialogContent } from '@/ui/dialog'
import { KeyboardKey } from '@/ui/keyboard-key'

type Shortcut = { keys: readonly string[]; what: string }

type ShortcutPanelProps = {
  /** Reached by `g` and a letter. */
  places: readonly { key: string; what: string }[]
  /** What the lists of this console know besides moving and opening. */
  ofLists: readonly Shortcut[]
  onClose: () => void
}

export function ShortcutPanel({ places, ofLists, onClose }: ShortcutPanelProps) {
  const { t } = useTranslation()
  const groups: { title: string; shortcuts: Shortcut[] }[] = [
    {
      title: t('shortcuts.everywhere'),
      shortcuts: [
        { keys: [isApple ? '⌘' : 'Ctrl', 'K'], what: t('palette.title') },
        { keys: ['/'], what: t('shortcuts.search') },
        { keys: ['?'], what: t('shortcuts.title') },
      ],
    },
    { title: t('shortcuts.go_to'), shortcuts: places.map((place) => ({ keys: ['g', place.key], what: place.what })) },
    {
      title: t('shortcuts.lists'),
      shortcuts: [{ keys: ['j', 'k'], what: t('shortcuts.next_previous') }, { keys: ['Enter'], what: t('shortcuts.open') }, ...ofLists],
    },
  ]
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent scrollable title={t('shortcuts.title')} width="medium">
        <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
          {groups.map((group) => (
            <section key={group.title}>
              <h3 className="text-muted mb-1.5 text-xs font-medium">{group.title}</h3>
              <ul className="divide-border divide-y">
                {group.shortcuts.map((shortcut) => (
                  <li key={shortcut.what} className="flex h-8 items-center justify-between gap-3">
                    {shortcut.what}
                    <span className="flex gap-1">
                      {shortcut.keys.map((key) => (
                        <KeyboardKey key={key}>{key}</KeyboardKey>
                      ))}
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      </DialogContent>
    </Dialog>
  )
}
