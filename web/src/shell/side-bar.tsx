import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink } from 'react-router'
import { classNames } from '@/lib/class-names'
import { Logo } from './logo'

type SideBarProps = {
  /** What stands beside the name of the product. */
  plane: string
  places: readonly { to: string; label: string; icon: LucideIcon; note?: ReactNode }[]
  onNavigate?: () => void
  /** Below the places. */
  children?: ReactNode
}

export function SideBar({ plane, places, onNavigate, children }: SideBarProps) {
  const { t } = useTranslation()
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-12 items-center gap-2.5 px-4">
        <Logo className="size-6" />
        <span className="text-base font-semibold tracking-tight">
          Monozu <span className="text-muted font-normal">{plane}</span>
        </span>
      </div>
      <nav aria-label={t('shell.main_navigation')} className="px-2 pt-2">
        <ul className="space-y-0.5">
          {places.map(({ to, label, icon: Icon, note }) => (
            <li key={to}>
              <NavLink
                to={to}
                end={to.split('?')[0] === '/'}
                onClick={onNavigate}
                className={({ isActive }) =>
                  classNames(
                    'flex h-8 items-center gap-2.5 rounded-md px-2.5 font-medium transition-colors',
                    isActive ? 'bg-accent-soft text-accent-text' : 'text-muted hover:bg-hover hover:text-text',
                  )
                }
              >
                <Icon className="size-4" aria-hidden />
                <span className="flex-1">{label}</span>
                {note}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      {children}
    </div>
  )
}
