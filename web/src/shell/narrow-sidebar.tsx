import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Sheet, SheetContent } from '@/ui/sheet'

/** The sidebar of a small screen. */
export default function NarrowSidebar({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <Sheet open onOpenChange={(open) => !open && onClose()}>
      <SheetContent side="left" title={t('shell.main_navigation')} hiddenTitle>
        {children}
      </SheetContent>
    </Sheet>
  )
}
