import { Bar } from './bar'
import { Connection } from './connection'
import { lazyUserMenu, ThemeMenu } from './lazy-menu'
import { NewsMenu } from './news-menu'
import { PaletteButton } from './palette-button'
import { PlaceMenu } from './place-menu'

const UserMenu = lazyUserMenu(async () => (await import('./user-menu')).UserMenu)

export function TopBar({ onOpenSidebar }: { onOpenSidebar: () => void }) {
  return (
    <Bar place={<PlaceMenu />} onOpenSidebar={onOpenSidebar}>
      <PaletteButton />
      <Connection />
      <NewsMenu />
      <ThemeMenu />
      <UserMenu />
    </Bar>
  )
}
