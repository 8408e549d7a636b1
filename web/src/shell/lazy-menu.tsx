import { CircleUserRound, Languages, type LucideIcon } from 'lucide-react'
import { type ComponentType, type ReactElement, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { later } from '@/lib/later'
import { useSession } from '@/lib/session'
import { useTheme } from '@/lib/theme'
import { Button } from '@/ui/button'
import { themeIcons } from './theme-icons'

type Opened = ComponentType<{ children: ReactElement }>

/** A menu of the shell whose content is fetched when somebody reaches for it. */
function lazyMenu(load: () => Promise<Opened>, useLook: () => { icon: LucideIcon; label: string }) {
  const Opened = later(async () => ({ default: await load() }))
  return function LazyMenu() {
    const [wanted, setWanted] = useState(false)
    const { icon: Icon, label } = useLook()
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
        <Opened>{button}</Opened>
      </Suspense>
    )
  }
}

const preferences = () => import('./preference-menus')

export const ThemeMenu = lazyMenu(
  async () => (await preferences()).ThemeMenu,
  () => {
    const { t } = useTranslation()
    const theme = useTheme((state) => state.choice)
    return { icon: themeIcons[theme], label: t('theme.label', { theme: t(`theme.${theme}`) }) }
  },
)

export const LanguageMenu = lazyMenu(
  async () => (await preferences()).LanguageMenu,
  () => ({ icon: Languages, label: useTranslation().t('shell.language') }),
)

/** The menu of who is signed in; each plane has its own. */
export const lazyUserMenu = (load: () => Promise<Opened>) =>
  lazyMenu(load, () => {
    const { t } = useTranslation()
    const name = useSession((state) => state.user?.name ?? '')
    return { icon: CircleUserRound, label: t('shell.user_menu', { name }) }
  })
