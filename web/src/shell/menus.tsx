import { CircleUserRound, Keyboard, LogOut, Monitor, Moon, Sun } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { chooseLanguage, i18next, type Language, languages } from '@/lib/i18n'
import { ownTenantsQuery, useMe } from '@/lib/me'
import { chooseTheme, type Theme, themes, useTheme } from '@/lib/theme'
import { KeyboardKey } from '@/ui/keyboard-key'
import { Menu, MenuContent, MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator, MenuTrigger } from '@/ui/menu'
import type { MenuName } from './lazy-menu'
import { openShellPanel } from './panels'
import { useEnterTenant } from './use-enter-tenant'
import { useSignOut } from './use-sign-out'

const themeIcons = { system: Monitor, light: Sun, dark: Moon }
const languageNames: Record<Language, string> = { en: 'English', it: 'Italiano' }

const contents = { theme: ThemeItems, language: LanguageItems, user: UserItems }

/** It opens at once, for the press that fetched it was meant for it. */
export default function OpenedMenu({ menu, children }: { menu: MenuName; children: ReactElement }) {
  const Items = contents[menu]
  return (
    <Menu defaultOpen>
      <MenuTrigger asChild>{children}</MenuTrigger>
      <MenuContent className={menu === 'user' ? 'w-60' : undefined}>
        <Items />
      </MenuContent>
    </Menu>
  )
}

function ThemeItems() {
  const { t } = useTranslation()
  const { choice } = useTheme()
  return (
    <MenuRadioGroup value={choice} onValueChange={(value) => chooseTheme(value as Theme)}>
      {themes.map((theme) => {
        const Icon = themeIcons[theme]
        return (
          <MenuRadioItem key={theme} value={theme}>
            <Icon aria-hidden />
            {t(`theme.${theme}`)}
          </MenuRadioItem>
        )
      })}
    </MenuRadioGroup>
  )
}

function LanguageItems() {
  return (
    <MenuRadioGroup value={i18next.resolvedLanguage} onValueChange={(value) => void chooseLanguage(value as Language)}>
      {languages.map((language) => (
        <MenuRadioItem key={language} value={language} lang={language}>
          {languageNames[language]}
        </MenuRadioItem>
      ))}
    </MenuRadioGroup>
  )
}

function UserItems() {
  const { t } = useTranslation()
  const { user } = useMe()
  const leave = useSignOut()
  const navigate = useNavigate()
  return (
    <>
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
      <MenuItem onSelect={() => openShellPanel('shortcuts')}>
        <Keyboard aria-hidden />
        <span className="flex-1">{t('shortcuts.title')}</span>
        <KeyboardKey>?</KeyboardKey>
      </MenuItem>
      <MenuItem onSelect={() => void leave()}>
        <LogOut aria-hidden />
        {t('shell.sign_out')}
      </MenuItem>
    </>
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
