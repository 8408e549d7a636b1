import { CircleUserRound, Keyboard, LogOut } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { leaveForms } from '@/lib/begun'
import { KeyboardKey } from '@/ui/keyboard-key'
import { MenuItem, MenuLabel, MenuSeparator } from '@/ui/menu'
import { OpenedMenu } from './opened-menu'
import { openShellPanel } from './panels'
import { LanguageItems } from './preference-menus'

type AccountMenuProps = {
  trigger: ReactElement
  who: { name: string; email: string }
  /** Where else he could be. */
  places?: ReactNode
  /** What this console has besides the account. */
  children?: ReactNode
  onLeave: () => Promise<void>
}

/** Who is signed in, and what is his own: the same in both consoles. */
export function AccountMenu({ trigger, who, places, children, onLeave }: AccountMenuProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  return (
    <OpenedMenu trigger={trigger} className="w-60">
      <div className="px-2 py-1.5">
        <p className="truncate font-medium">{who.name}</p>
        <p className="text-muted truncate text-xs">{who.email}</p>
      </div>
      {places}
      <MenuSeparator />
      <MenuLabel>{t('shell.language')}</MenuLabel>
      <LanguageItems />
      <MenuSeparator />
      <MenuItem onSelect={() => void navigate('/account')}>
        <CircleUserRound aria-hidden />
        {t('account.title')}
      </MenuItem>
      {children}
      <MenuItem onSelect={() => openShellPanel('shortcuts')}>
        <Keyboard aria-hidden />
        <span className="flex-1">{t('shortcuts.title')}</span>
        <KeyboardKey>?</KeyboardKey>
      </MenuItem>
      <MenuItem onSelect={() => leaveForms(onLeave)}>
        <LogOut aria-hidden />
        {t('shell.sign_out')}
      </MenuItem>
    </OpenedMenu>
  )
}
