import { useTranslation } from 'react-i18next'
import { classNames } from '@/lib/class-names'
import { formatBytes, formatDuration, formatNumber, formatPercent } from '@/lib/format'
import { formats, kindOf, momentParts } from './metric-format'
import type { LatestValue } from './queries'
import { isCounter } from './reported'

type Tile = { name: string; value: string; detail?: string; share?: number }

function useTiles(latest: readonly LatestValue[]): Tile[] {
  const { t } = useTranslation()
  const value = (metric: string) => latest.find((item) => item.metric === metric)?.value
  const tiles: Tile[] = []
  const cpu = value('cpu_percent')
  if (cpu !== undefined) {
    const load = value('load_1m')
    tiles.push({
      name: t('telemetry.cpu'),
      value: formatPercent(cpu),
      share: cpu,
      detail: load === undefined ? undefined : t('telemetry.load_value', { value: formatNumber(load, 2) }),
    })
  }
  const memory = value('memory_percent')
  if (memory !== undefined) {
    const used = value('memory_used_bytes')
    const total = value('memory_total_bytes')
    tiles.push({
      name: t('telemetry.memory'),
      value: formatPercent(memory),
      share: memory,
      detail: used === undefined || total === undefined ? undefined : `${formatBytes(used)} / ${formatBytes(total)}`,
    })
  }
  const fullest = latest.filter((item) => item.metric === 'disk_percent').toSorted((left, right) => right.value - left.value)[0]
  if (fullest) {
    const mount = fullest.labels['mount'] ?? ''
    tiles.push({ name: t('telemetry.fullest_disk'), value: formatPercent(fullest.value), share: fullest.value, detail: mount })
  }
  const uptime = value('uptime_seconds')
  if (uptime !== undefined) {
    const processes = value('processes')
    tiles.push({
      name: t('telemetry.uptime'),
      value: formatDuration(uptime),
      detail:
        processes === undefined
          ? undefined
          : t('telemetry.processes', { count: Math.round(processes), formatted: formatNumber(processes) }),
    })
  }
  return tiles
}

function barColour(share: number): string {
  if (share >= 95) return 'bg-critical'
  return share >= 85 ? 'bg-high' : 'bg-accent'
}

const tilesMost = 4

/** What is told by one number each, of the metrics that are not a host's. */
function ownTiles(latest: readonly LatestValue[], own: readonly string[]): Tile[] {
  return own.flatMap((name): Tile[] => {
    const [found, another] = latest.filter((item) => item.metric === name)
    if (!found || another || isCounter(name)) return []
    const kind = kindOf(name, 'avg')
    // The date of a moment, and its time below: both do not fit into a tile.
    const [value, ...time] = kind === 'moment' ? momentParts(found.value) : [formats[kind](found.value)]
    return [{ name, value, detail: [...time, ...Object.values(found.labels)].join(' · ') }]
  })
}

/** The latest values: those well known of hosts first, then what the device measures. */
export function StatTiles({ latest, own }: { latest: readonly LatestValue[]; own: readonly string[] }) {
  const ofHost = useTiles(latest)
  const tiles = [...ofHost, ...ownTiles(latest, own)].slice(0, tilesMost)
  if (tiles.length === 0) return null
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      {tiles.map((tile) => (
        <div key={tile.name} className="border-border bg-surface shadow-raised relative overflow-hidden rounded-lg border px-4 py-3">
          <dt className="text-muted truncate text-xs font-medium" title={tile.name}>
            {tile.name}
          </dt>
          <dd className="mt-0.5 text-xl leading-7 font-semibold tracking-tight whitespace-nowrap">{tile.value}</dd>
          <dd className="text-muted min-h-4.5 truncate text-xs">{tile.detail}</dd>
          {tile.share !== undefined && (
            <div aria-hidden className="bg-hover absolute inset-x-0 bottom-0 h-0.5">
              <div
                className={classNames('h-full transition-[width] duration-500', barColour(tile.share))}
                style={{ width: `${Math.min(100, tile.share)}%` }}
              />
            </div>
          )}
        </div>
      ))}
    </dl>
  )
}
