import { useVirtualizer } from '@tanstack/react-virtual'
import { Pencil } from 'lucide-react'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatNumber } from '@/lib/format'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { CardHeader } from '@/ui/card'
import { HealthIcon, KindIcon, useCountsText } from './marker'
import { devicesOf, type Entry, total } from './places'

type PlaceRowsProps = { title: string; none: string; rows: readonly Entry[]; onTell: (entry: Entry) => void }
const rowHeight = 36

/** Units and sites, however many, each leading to its devices. */
export function PlaceRows({ title, none, rows, onTell }: PlaceRowsProps) {
  const { t } = useTranslation()
  const can = useCan()
  const told = useCountsText()
  const frame = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  })
  const mayTell = { unit: can('org_units.update'), site: can('sites.update') }
  return (
    <section className="border-border flex min-h-0 flex-1 flex-col border-b last:border-b-0 max-lg:max-h-80" aria-label={title}>
      <CardHeader title={`${title} (${formatNumber(rows.length)})`} />
      {rows.length === 0 && <div className="text-muted px-4 pb-4 text-xs">{none}</div>}
      <div ref={frame} className="thin-scrollbar min-h-0 overflow-y-auto" tabIndex={rows.length > 0 ? 0 : undefined}>
        <ul aria-label={title} className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const entry = rows[index]!
            const { kind, id, name, counts } = entry
            return (
              <li
                key={id}
                aria-setsize={rows.length}
                aria-posinset={index + 1}
                className="hover:bg-hover absolute inset-x-0 flex h-9 items-center gap-2 px-4"
                style={{ top: start }}
              >
                <HealthIcon counts={counts} />
                <Link to={devicesOf(entry)} className="min-w-0 flex-1 truncate hover:underline" title={told(counts)}>
                  {name}
                  <span className="sr-only">: {told(counts)}</span>
                </Link>
                <KindIcon kind={kind} />
                <span className="text-muted text-xs tabular-nums">{formatNumber(total(counts))}</span>
                {mayTell[kind] && (
                  <Button
                    size="iconSmall"
                    variant="quiet"
                    aria-label={t('map.tell_of', { name })}
                    title={t('map.tell')}
                    onClick={() => onTell(entry)}
                  >
                    <Pencil aria-hidden />
                  </Button>
                )}
              </li>
            )
          })}
        </ul>
      </div>
    </section>
  )
}
