import { queryOptions } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'

export type UnitCounts = ItemOf<typeof api.devices.units.get>

/** Under the key of devices: a device that comes or goes makes it fresh. */
export const unitCountsQuery = queryOptions({
  queryKey: ['devices', 'units'],
  queryFn: () => answer(api.devices.units.get()),
  refetchInterval: 30_000,
})
