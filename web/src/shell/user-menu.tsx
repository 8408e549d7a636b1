import { CircleUserRound, Keyboard, LogOut, MonitorPlay } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { ownTenantsQuery, useMe } from '@/lib/me'
import { useUnit, withinUnit } from '@/lib/unit'
import { KeyboardKey } from '@/ui/keyboard-key'
import { MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from '@/ui/menu'
import { OpenedMenu } from './opened-menu'
import { openShellPanel } from './panels'
import { LanguageItems } from './preference-menus'
import { useEnterTenant } from './use-enter-tenant'
import { useSignOut } from './use-sign-out'

export function UserMenu({ children }: { children: ReactElement }) {
  const { t } = useTranslation()
  const { user } = useMe()
  const leave = useSignOut()
  const navigate = useNavigate()
  return (
    <OpenedMenu trigger={children} className="w-60">
      <div className="px-2 py-1.5">
        <p className="truncate font-medium">{user.name}</p>
        <p className="text-muted truncate text-xs">{user.email}</p>
      </div>
      <Tenants />
      <MenuSeparator />
      <MenuLabel>{t('shell.language')}</MenuLabel>
      <LanguageItems />
      <MenuSeparator />
      <MenuItem onSelect={() => void navigate('/account')}>
        <CircleUserRound aria-hidden />
        {t('account.title')}
      </MenuItem>
      <MenuItem onSelect={() => void navigate(withinUnit('/wallboard', useUnit.getState().id))}>
        <MonitorPlay aria-hidden />
        {t('wallboard.title')}
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

/** Shown to who belongs to several. */
function Tenants() {
  const { t } = useTranslation()
  const { tenant } = useMe()
  const enter = useEnterTenant()
  const tenants = useQuery(ownTenantsQuery).data?.items ?? []
  if (tenants.length < 2) return null
  return (
    <>
      <MenuSeparator />
      <MenuLabel>{t('shell.organizations')}</MenuLabel>
      <MenuRadioGroup value={tenant.id} onValueChange={(id) => id !== tenant.id && void enter(id)}>
        {tenants.map(({ id, name }) => (
          <MenuRadioItem key={id} value={id}>
            {name}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </>
  )
}
