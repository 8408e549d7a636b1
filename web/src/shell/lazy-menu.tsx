import { CircleUserRound, Languages, Monitor, Moon, Sun } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '@/lib/session'
import { useTheme } from '@/lib/theme'
import { Button } from '@/ui/button'

const load = () => import('./menus')
const Opened = lazy(load)

export type MenuName = 'theme' | 'language' | 'user'

const themeIcons = { system: Monitor, light: Sun, dark: Moon }

/** A menu of the shell whose content is fetched when somebody reaches for it. */
export function LazyMenu({ menu }: { menu: MenuName }) {
  const { t } = useTranslation()
  const [wanted, setWanted] = useState(false)
  const theme = useTheme((state) => state.choice)
  const name = useSession((state) => state.user?.name ?? '')
  const looks = {
    theme: { icon: themeIcons[theme], label: t('theme.label', { theme: t(`theme.${theme}`) }) },
    language: { icon: Languages, label: t('shell.language') },
    user: { icon: CircleUserRound, label: t('shell.user_menu', { name }) },
  }
  const { icon: Icon, label } = looks[menu]
  const button = (
    <Button
      variant="quiet"
      size="icon"
      aria-label={label}
      aria-haspopup="menu"
      onPointerEnter={() => void load()}
      onClick={() => setWanted(true)}
    >
      <Icon aria-hidden />
    </Button>
  )
  if (!wanted) return button
  return (
    <Suspense fallback={button}>
      <Opened menu={menu}>{button}</Opened>
    </Suspense>
  )
}
