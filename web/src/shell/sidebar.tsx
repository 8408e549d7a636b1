import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { NavLink } from 'react-router'
import { alertSummaryQuery } from '@/features/alerts/queries'
import { classNames } from '@/lib/class-names'
import { formatNumber } from '@/lib/format'
import { useCan } from '@/lib/me'
import { Logo } from './logo'
import { useUnit, withinUnit } from '@/lib/unit'
import { useDestinations } from './navigation'
import { OwnPlaces } from './own-places'

export function Sidebar({ onNavigate }: { onNavigate?: () => void }) {
  const { t } = useTranslation()
  const destinations = useDestinations()
  const unit = useUnit((state) => state.id)
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-12 items-center gap-2.5 px-4">
        <Logo className="size-6" />
        <span className="text-base font-semibold tracking-tight">
          Monozu <span className="text-muted font-normal">Cloud</span>
        </span>
      </div>
      <nav aria-label={t('shell.main_navigation')} className="px-2 pt-2">
        <ul className="space-y-0.5">
          {destinations.map(({ to, label, icon: Icon }) => (
            <li key={to}>
              <NavLink
                to={withinUnit(to, unit)}
                end={to === '/'}
                onClick={onNavigate}
                className={({ isActive }) =>
                  classNames(
                    'flex h-8 items-center gap-2.5 rounded-md px-2.5 font-medium transition-colors',
                    isActive ? 'bg-accent-soft text-accent-text' : 'text-muted hover:bg-hover hover:text-text',
                  )
                }
              >
                <Icon className="size-4" aria-hidden />
                <span className="flex-1">{t(label)}</span>
                {to === '/alerts' && <OpenAlerts />}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <OwnPlaces onNavigate={onNavigate} />
    </div>
  )
}

function OpenAlerts() {
  const { t } = useTranslation()
  const can = useCan()
  const { data } = useQuery({ ...alertSummaryQuery, enabled: can('alerts.read') })
  if (!data) return null
  const count = data.open.low + data.open.medium + data.open.high + data.open.critical
  if (count === 0) return null
  const grave = data.open.critical + data.open.high > 0
  return (
    <span
      className={classNames(
        'rounded-full px-1.5 text-2xs leading-4.5 font-semibold',
        grave ? 'bg-critical-soft text-critical' : 'bg-hover text-muted',
      )}
    >
      {formatNumber(count)}
      <span className="sr-only"> {t('alerts.open_count_suffix')}</span>
    </span>
  )
}
