import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { chooseLanguage, i18next, type Language, languages } from '@/lib/i18n'
import { chooseTheme, type Theme, themes, useTheme } from '@/lib/theme'
import { MenuRadioGroup, MenuRadioItem } from '@/ui/menu'
import { OpenedMenu } from './opened-menu'
import { themeIcons } from './theme-icons'

export const languageNames: Record<Language, string> = { en: 'English', it: 'Italiano' }

export function ThemeMenu({ children }: { children: ReactElement }) {
  const { t } = useTranslation()
  const { choice } = useTheme()
  return (
    <OpenedMenu trigger={children}>
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
    </OpenedMenu>
  )
}

export function LanguageMenu({ children }: { children: ReactElement }) {
  return (
    <OpenedMenu trigger={children}>
      <LanguageItems />
    </OpenedMenu>
  )
}

export function LanguageItems() {
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
