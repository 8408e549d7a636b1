import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { alertSummaryQuery } from '@/features/alerts/queries'
import { classNames } from '@/lib/class-names'
import { formatNumber } from '@/lib/format'
import { useCan } from '@/lib/me'
import { useUnit, withinUnit } from '@/lib/unit'
import { useDestinations } from './navigation'
import { OwnPlaces } from './own-places'
import { SideBar } from './side-bar'

export function Sidebar({ onNavigate }: { onNavigate?: () => void }) {
  const { t } = useTranslation()
  const unit = useUnit((state) => state.id)
  const places = useDestinations().map(({ to, label, icon }) => ({
    to: withinUnit(to, unit),
    label: t(label),
    icon,
    note: to === '/alerts' && <OpenAlerts />,
  }))
  return (
    <SideBar plane="Cloud" places={places} onNavigate={onNavigate}>
      <OwnPlaces onNavigate={onNavigate} />
    </SideBar>
  )
}

function OpenAlerts() {
  const { t } = useTranslation()
  const can = useCan()
  const { data } = useQuery({ ...alertSummaryQuery(), enabled: can('alerts.read') })
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
