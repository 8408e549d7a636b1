import { useQuery } from '@tanstack/react-query'
import { MapPin } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { DevicesViews } from '@/features/devices/devices-views'
import { OrgUnitDialogs, type OrgUnitTask } from '@/features/org-units/org-unit-dialogs'
import { flatten, orgUnitsQuery, toTree } from '@/features/org-units/queries'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { formatNumber } from '@/lib/format'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'
import { HealthIcon, Marker, useCountsText } from './marker'
import { placesOf, total } from './places'
import { unitCountsQuery } from './queries'
import { WorldMap } from './world-map'

/** Organization units where they are, with the state of their devices; beside it those of which nobody has said where. */
export function MapPage() {
  const { t } = useTranslation()
  const units = useQuery(orgUnitsQuery)
  const counts = useQuery(unitCountsQuery)
  const [task, setTask] = useState<OrgUnitTask | null>(null)
  const found = useMemo(
    () => (units.data && counts.data ? placesOf(units.data.items, counts.data.items) : undefined),
    [units.data, counts.data],
  )
  const nodes = useMemo(() => new Map(flatten(toTree(units.data?.items ?? [])).map((node) => [node.id, node])), [units.data])
  const tell = (id: string) => {
    const unit = nodes.get(id)
    if (unit) setTask({ kind: 'place', unit })
  }
  const refetch = async () => {
    await Promise.all([units.refetch(), counts.refetch()])
  }
  return (
    <div className="flex h-full min-h-160 flex-col gap-3">
      <PageHeader title={t('map.title')} crumbs={[{ label: t('nav.devices'), to: '/devices' }]}>
        <DevicesViews current="map" />
      </PageHeader>
      <Loaded
        query={{ data: found, error: units.error ?? counts.error, refetch: refetch as never }}
        skeleton={<Skeleton className="min-h-0 flex-1" />}
      >
        {({ placed, unplaced }) => (
          <div className="grid min-h-0 flex-1 gap-3 max-lg:grid-rows-[minmax(20rem,3fr)_2fr] lg:grid-cols-[1fr_18rem]">
            <WorldMap label={t('map.title')} places={placed} marker={(cluster, onZoom) => <Marker cluster={cluster} onZoom={onZoom} />} />
            <Card className="flex min-h-0 flex-col overflow-hidden">
              <Units title={t('map.on_map')} none={t('map.none_placed')} rows={placed} onTell={tell} />
              <Units title={t('map.not_on_map')} none={t('map.all_placed')} rows={unplaced} onTell={tell} />
            </Card>
          </div>
        )}
      </Loaded>
      <OrgUnitDialogs task={task} units={units.data?.items ?? []} onClose={() => setTask(null)} />
    </div>
  )
}

type UnitsProps = {
  title: string
  none: string
  rows: readonly ReturnType<typeof placesOf>['unplaced'][number][]
  onTell: (id: string) => void
}

function Units({ title, none, rows, onTell }: UnitsProps) {
  const { t } = useTranslation()
  const can = useCan()
  const told = useCountsText()
  return (
    <section className="border-border flex min-h-0 flex-1 flex-col border-b last:border-b-0" aria-label={title}>
      <CardHeader title={`${title} (${formatNumber(rows.length)})`} />
      {rows.length === 0 ? (
        <div className="text-muted px-4 pb-4 text-xs">{none}</div>
      ) : (
        <ul className="thin-scrollbar min-h-0 overflow-y-auto pb-2" tabIndex={0} aria-label={title}>
          {rows.map(({ unit, counts }) => (
            <li key={unit.id} className="hover:bg-hover flex min-h-9 items-center gap-2 px-4">
              <HealthIcon counts={counts} />
              <Link to={`/devices?org_unit=${unit.id}`} className="min-w-0 flex-1 truncate hover:underline" title={told(counts)}>
                {unit.name}
                <span className="sr-only">: {told(counts)}</span>
              </Link>
              <span className="text-muted text-xs tabular-nums">{formatNumber(total(counts))}</span>
              {can('org_units.update') && (
                <Button
                  size="iconSmall"
                  variant="quiet"
                  aria-label={t('map.tell_of', { name: unit.name })}
                  title={t('map.tell')}
                  onClick={() => onTell(unit.id)}
                >
                  <MapPin aria-hidden />
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
