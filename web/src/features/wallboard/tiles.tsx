import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleDashed, CircleX, type LucideIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { alertSummaryQuery } from '@/features/alerts/queries'
import { deviceSummaryQuery } from '@/features/devices/queries'
import { severities, severityIcons } from '@/kit/severity'
import { classNames } from '@/lib/class-names'
import { formatNumber } from '@/lib/format'

/** Frames bring what changes; what is asked for now and then is what no frame tells. */
const againMs = 20_000

const severityLooks = {
  critical: 'bg-critical-soft text-critical',
  high: 'bg-high-soft text-high',
  medium: 'bg-medium-soft text-medium',
  low: 'bg-low-soft text-low',
}
const states = [
  { status: 'online', icon: CircleCheck, look: 'bg-positive-soft text-positive' },
  { status: 'offline', icon: CircleX, look: 'bg-critical-soft text-critical' },
  { status: 'never', icon: CircleDashed, look: 'bg-surface text-text' },
] as const

export function AlertTiles({ unit }: { unit: string | undefined }) {
  const { t } = useTranslation()
  const { data } = useQuery({ ...alertSummaryQuery({ org_unit_id: unit }), refetchInterval: againMs })
  return (
    <Tiles label={t('home.open_alerts')} className="grid-cols-2 sm:grid-cols-4">
      {severities.map((severity) => (
        <Tile
          key={severity}
          icon={severityIcons[severity]}
          label={t(`severity.${severity}`)}
          value={data?.open[severity]}
          look={severityLooks[severity]}
        />
      ))}
    </Tiles>
  )
}

export function FleetTiles({ unit }: { unit: string | undefined }) {
  const { t } = useTranslation()
  const { data } = useQuery({ ...deviceSummaryQuery({ org_unit_id: unit }), refetchInterval: againMs })
  return (
    <Tiles label={t('home.fleet')} className="grid-cols-3">
      {states.map(({ status, icon, look }) => (
        <Tile key={status} icon={icon} label={t(`devices.status.${status}`)} value={data?.[status]} look={look} />
      ))}
    </Tiles>
  )
}

function Tiles({ label, className, children }: { label: string; className: string; children: React.ReactNode }) {
  return (
    <section aria-label={label}>
      <h2 className="text-muted mb-[1vmin] text-[clamp(0.875rem,2.4vmin,2rem)] font-medium">{label}</h2>
      <dl className={classNames('grid gap-[1.5vmin]', className)}>{children}</dl>
    </section>
  )
}

type TileProps = { icon: LucideIcon; label: string; value: number | undefined; look: string }

/** A figure of nought is quiet: what calls for somebody is seen from across the room. */
function Tile({ icon: Icon, label, value, look }: TileProps) {
  return (
    <div
      className={classNames(
        'flex flex-col-reverse rounded-[1.5vmin] p-[2vmin]',
        value === 0 || value === undefined ? 'bg-surface text-muted' : look,
      )}
    >
      <dt className="flex items-center gap-[1vmin] truncate text-[clamp(0.875rem,2.8vmin,2.5rem)] font-medium">
        <Icon className="size-[1em] shrink-0" aria-hidden />
        <span className="truncate">{label}</span>
      </dt>
      <dd className="text-[clamp(2rem,13vmin,12rem)] leading-none font-semibold tracking-tight tabular-nums">
        {value === undefined ? '–' : formatNumber(value)}
      </dd>
    </div>
  )
}
