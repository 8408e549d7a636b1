import { Building2, Circle, CircleCheck, CircleDashed, CircleX, MapPin } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { classNames } from '@/lib/class-names'
import { formatNumber } from '@/lib/format'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '@/ui/menu'
import { type Cluster, type Counts, devicesOf, type Entry, healthOf, isOneSpot, total } from './places'

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

export function KindIcon({ kind }: { kind: Entry['kind'] }) {
  const { t } = useTranslation()
  const Icon = kind === 'unit' ? Building2 : MapPin
  return (
    <>
      <Icon className="text-muted size-3.5 shrink-0" aria-hidden />
      <span className="sr-only">{t(kind === 'unit' ? 'devices.org_unit' : 'devices.site')} </span>
    </>
  )
}

export function useCountsText(): (counts: Counts) => string {
  const { t } = useTranslation()
  return (counts) => {
    const told = (['online', 'offline', 'never'] as const).filter((status) => counts[status] > 0)
    return told.map((status) => `${formatNumber(counts[status])} ${t(`devices.status.${status}`)}`).join(', ') || t('map.no_devices')
  }
}

const shape = 'bg-surface shadow-raised hover:bg-hover flex h-8 items-center gap-1.5 rounded-full border-2 px-2 text-xs font-semibold'

/** A place leads to its devices; a cluster comes closer, or tells its places where that would not draw them apart. */
export function Marker({ cluster, onZoom }: { cluster: Cluster; onZoom: () => void }) {
  const { t } = useTranslation()
  const told = useCountsText()
  const { places, counts } = cluster
  const first = places[0]!
  const look = classNames(shape, looks[healthOf(counts)].edge)
  if (places.length === 1) {
    return (
      <Link to={devicesOf(first)} className={look} title={told(counts)}>
        <HealthIcon counts={counts} />
        <span className="max-w-36 truncate">{first.name}</span>
        <KindIcon kind={first.kind} />
        <span className="text-muted font-normal tabular-nums">{formatNumber(total(counts))}</span>
        <span className="sr-only">: {told(counts)}</span>
      </Link>
    )
  }
  const face = {
    className: look,
    title: places
      .slice(0, 10)
      .map(({ name }) => name)
      .join(', '),
    children: (
      <>
        <HealthIcon counts={counts} />
        <span className="whitespace-nowrap">{t('map.places', { count: places.length })}</span>
        <span className="sr-only">: {told(counts)}</span>
      </>
    ),
  }
  if (!isOneSpot(cluster)) return <button type="button" onClick={onZoom} {...face} />
  return (
    <Menu>
      <MenuTrigger {...face} />
      <MenuContent align="center">
        {places.map((place) => (
          <MenuItem key={place.id} asChild>
            <Link to={devicesOf(place)}>
              <HealthIcon counts={place.counts} />
              <span className="max-w-60 flex-1 truncate">{place.name}</span>
              <KindIcon kind={place.kind} />
              <span className="text-muted text-xs tabular-nums">{formatNumber(total(place.counts))}</span>
            </Link>
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  )
}
