import type { ReactElement, ReactNode } from 'react'
import { Menu, MenuContent, MenuTrigger } from '@/ui/menu'

/** It opens at once, for the press that fetched it was meant for it. */
export function OpenedMenu({ trigger, className, children }: { trigger: ReactElement; className?: string; children: ReactNode }) {
  return (
    <Menu defaultOpen>
      <MenuTrigger asChild>{trigger}</MenuTrigger>
      <MenuContent className={className}>{children}</MenuContent>
    </Menu>
  )
}
