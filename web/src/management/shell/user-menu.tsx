import { CircleUserRound, Keyboard, LogOut } from 'lucide-react'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { openShellPanel } from '@/shell/panels'
import { OpenedMenu } from '@/shell/opened-menu'
import { LanguageItems } from '@/shell/preference-menus'
import { useLeave } from '@/shell/use-leave'
import { MenuItem, MenuLabel, MenuSeparator } from '@/ui/menu'
import { KeyboardKey } from '@/ui/keyboard-key'
import { signOut } from '../lib/api'
import { useMe } from '../lib/me'

export function UserMenu({ children }: { children: ReactElement }) {
  const { t } = useTranslation()
  const { name, email } = useMe()
  const leave = useLeave(signOut)
  const navigate = useNavigate()
  return (
    <OpenedMenu trigger={children} className="w-60">
      <div className="px-2 py-1.5">
        <p className="truncate font-medium">{name}</p>
        <p className="text-muted truncate text-xs">{email}</p>
      </div>
      <MenuSeparator />
      <MenuLabel>{t('shell.language')}</MenuLabel>
      <LanguageItems />
      <MenuSeparator />
      <MenuItem onSelect={() => void navigate('/account')}>
        <CircleUserRound aria-hidden />
        {t('account.title')}
      </MenuItem>
      <MenuItem onSelect={() => openShellPanel('shortcuts')}>
        <Keyboard aria-hidden />
        <span className="flex-1">{t('shortcuts.title')}</span>
        <KeyboardKey>?</KeyboardKey>
      </MenuItem>
      <MenuItem onSelect={() => void leave()}>
        <LogOut aria-hidden />
        {t('shell.sign_out')}
      </MenuItem>
    </OpenedMenu>
  )
}
