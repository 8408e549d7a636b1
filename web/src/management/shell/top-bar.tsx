import { useTranslation } from 'react-i18next'
import { Bar } from '@/shell/bar'
import { PaletteButton } from '@/shell/palette-button'
import { lazyUserMenu, ThemeMenu } from '@/shell/lazy-menu'
import { useMe } from '../lib/me'

const UserMenu = lazyUserMenu(async () => (await import('./user-menu')).UserMenu)

export function TopBar({ onOpenSidebar }: { onOpenSidebar: () => void }) {
  const { t } = useTranslation()
  const { role } = useMe()
  return (
    <Bar
      place={
        <p className="min-w-0 truncate font-medium">
          <span className="sr-only">{t('management.your_role')}: </span>
          {t(`management.role.${role}`)}
        </p>
      }
      onOpenSidebar={onOpenSidebar}
    >
      <PaletteButton />
      <ThemeMenu />
      <UserMenu />
    </Bar>
  )
}
