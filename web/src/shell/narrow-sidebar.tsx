import { useTranslation } from 'react-i18next'
import { Sheet, SheetContent } from '@/ui/sheet'
import { Sidebar } from './sidebar'

/** The sidebar of a small screen. */
export default function NarrowSidebar({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Sheet open onOpenChange={(open) => !open && onClose()}>
      <SheetContent side="left" title={t('shell.main_navigation')} hiddenTitle>
        <Sidebar onNavigate={onClose} />
      </SheetContent>
    </Sheet>
  )
}
