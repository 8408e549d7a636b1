import { Circle, CircleCheck, CircleDashed, CircleX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { classNames } from '@/lib/class-names'
import { formatNumber } from '@/lib/format'
import { type Cluster, type Counts, healthOf, total } from './places'

const looks = {
  offline: { icon: CircleX, text: 'text-critical', edge: 'border-critical' },
  online: { icon: CircleCheck, text: 'text-positive', edge: 'border-positive' },
  never: { icon: CircleDashed, text: 'text-muted', edge: 'border-strong border-dashed' },
  empty: { icon: Circle, text: 'text-muted', edge: 'border-border' },
} as const

/** A shape and a colour for the gravest state among them. */
export function HealthIcon({ counts, className }: { counts: Counts; className?: string }) {
  const { icon: Icon, text } = looks[healthOf(counts)]
  return <Icon className={classNames('size-4 shrink-0', text, className)} aria-hidden />
}

export function useCountsText(): (counts: Counts) => string {
  const { t } = useTranslation()
  return (counts) => {
    const told = (['online', 'offline', 'never'] as const).filter((status) => counts[status] > 0)
    return told.map((status) => `${formatNumber(counts[status])} ${t(`devices.status.${status}`)}`).join(', ') || t('map.no_devices')
  }
}

const shape = 'bg-surface shadow-raised hover:bg-hover flex h-8 items-center gap-1.5 rounded-full border-2 px-2 text-xs font-semibold'

/** A place leads to its devices; a cluster comes closer. */
export function Marker({ cluster, onZoom }: { cluster: Cluster; onZoom: () => void }) {
  const { t } = useTranslation()
  const told = useCountsText()
  const { places, counts } = cluster
  const first = places[0]!.unit
  const look = classNames(shape, looks[healthOf(counts)].edge)
  if (places.length > 1) {
    return (
      <button type="button" onClick={onZoom} className={look} title={places.map(({ unit }) => unit.name).join(', ')}>
        <HealthIcon counts={counts} />
        <span className="whitespace-nowrap">{t('map.places', { count: places.length })}</span>
        <span className="sr-only">: {told(counts)}</span>
      </button>
    )
  }
  return (
    <Link to={`/devices?org_unit=${first.id}`} className={look} title={told(counts)}>
      <HealthIcon counts={counts} />
      <span className="max-w-36 truncate">{first.name}</span>
      <span className="text-muted font-normal tabular-nums">{formatNumber(total(counts))}</span>
      <span className="sr-only">: {told(counts)}</span>
    </Link>
  )
}
