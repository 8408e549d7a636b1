import { queryOptions } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'

export type UnitCounts = ItemOf<typeof api.devices.units.get>
export type SiteCounts = ItemOf<typeof api.devices.sites.get>
export type SitePlace = ItemOf<typeof api.sites.places.get>

/** Under the key of devices: a device that comes or goes makes it fresh. */
export const unitCountsQuery = queryOptions({
  queryKey: ['devices', 'units'],
  queryFn: () => answer(api.devices.units.get()),
  refetchInterval: 30_000,
})

export const siteCountsQuery = queryOptions({
  queryKey: ['devices', 'sites'],
  queryFn: () => answer(api.devices.sites.get()),
  refetchInterval: 30_000,
})

export const sitePlacesQuery = queryOptions({
  queryKey: ['sites', 'places'],
  queryFn: async () => {
    const places: SitePlace[] = []
    let cursor: string | undefined
    do {
      const page = await answer(api.sites.places.get({ query: { cursor } }))
      places.push(...page.items)
      cursor = page.next_cursor ?? undefined
    } while (cursor)
    return places
  },
  staleTime: 60_000,
})
