import { useQuery } from '@tanstack/react-query'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { DevicesViews } from '@/features/devices/devices-views'
import { OrgUnitDialogs, type OrgUnitTask } from '@/features/org-units/org-unit-dialogs'
import { flatten, orgUnitsQuery, toTree } from '@/features/org-units/queries'
import { SiteDrawer } from '@/features/sites/site-drawer'
import { SearchFilter } from '@/kit/filters'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { useCan } from '@/lib/me'
import { hasWords } from '@/lib/words'
import { Card } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'
import { Marker } from './marker'
import { PlaceRows } from './place-rows'
import { type Entry, placesOf } from './places'
import { siteCountsQuery, sitePlacesQuery, unitCountsQuery } from './queries'
import { WorldMap } from './world-map'

/** Organization units and sites where they are, with the state of their devices; beside it those of which nobody has said where. */
export function MapPage() {
  const { t } = useTranslation()
  const { query, units } = usePlaces()
  const [search, setSearch] = useQueryState('search', parseAsString.withDefault(''))
  const [task, setTask] = useState<OrgUnitTask | null>(null)
  const [siteId, setSiteId] = useState<string | null>(null)
  const tell = ({ kind, id }: Entry) => {
    if (kind === 'site') return setSiteId(id)
    const unit = flatten(toTree(units)).find((node) => node.id === id)
    if (unit) setTask({ kind: 'place', unit })
  }
  const { data } = query
  const found = useMemo(() => {
    const matching = <T extends Entry>(entries: readonly T[]) => entries.filter(({ name }) => hasWords(name, search))
    return data && { placed: matching(data.placed), unplaced: matching(data.unplaced) }
  }, [data, search])
  const [nonePlaced, allPlaced] = search ? [t('table.none_match'), t('table.none_match')] : [t('map.none_placed'), t('map.all_placed')]
  return (
    <div className="flex flex-col gap-3 lg:h-full lg:min-h-160">
      <PageHeader title={t('map.title')} crumbs={[{ label: t('nav.devices'), to: '/devices' }]}>
        <DevicesViews current="map" />
      </PageHeader>
      <Loaded query={{ ...query, data: found }} skeleton={<Skeleton className="min-h-0 flex-1" />}>
        {({ placed, unplaced }) => (
          <div className="grid min-h-0 flex-1 gap-3 max-lg:grid-rows-[22rem_auto] lg:grid-cols-[1fr_18rem]">
            <WorldMap
              key={search}
              label={t('map.title')}
              places={placed}
              marker={(cluster, onZoom) => <Marker cluster={cluster} onZoom={onZoom} />}
            />
            <Card className="flex min-h-0 flex-col overflow-hidden">
              <div className="border-border border-b p-3 *:w-full!">
                <SearchFilter value={search} onChange={(value) => void setSearch(value || null)} label={t('map.search')} />
              </div>
              <PlaceRows title={t('map.on_map')} none={nonePlaced} rows={placed} onTell={tell} />
              <PlaceRows title={t('map.not_on_map')} none={allPlaced} rows={unplaced} onTell={tell} />
            </Card>
          </div>
        )}
      </Loaded>
      <OrgUnitDialogs task={task} units={units} onClose={() => setTask(null)} />
      <SiteDrawer id={siteId} onClose={() => setSiteId(null)} />
    </div>
  )
}

/** Without the right to see sites, units alone. */
function usePlaces() {
  const seesSites = useCan()('sites.read')
  const units = useQuery(orgUnitsQuery)
  const unitCounts = useQuery(unitCountsQuery)
  const sites = useQuery({ ...sitePlacesQuery, enabled: seesSites })
  const siteCounts = useQuery({ ...siteCountsQuery, enabled: seesSites })
  const all = [units, unitCounts, ...(seesSites ? [sites, siteCounts] : [])]
  const data = useMemo(() => {
    if (!units.data || !unitCounts.data || (seesSites && !(sites.data && siteCounts.data))) return undefined
    return placesOf({
      units: units.data.items,
      unitCounts: unitCounts.data.items,
      sites: sites.data ?? [],
      siteCounts: siteCounts.data?.items ?? [],
    })
  }, [units.data, unitCounts.data, sites.data, siteCounts.data, seesSites])
  const refetch = async () => {
    await Promise.all(all.map((query) => query.refetch()))
  }
  const error = all.find((query) => query.error)?.error ?? null
  return { query: { data, error, refetch: refetch as never }, units: units.data?.items ?? [] }
}
