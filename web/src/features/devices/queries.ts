import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, api, ifMatch, taggedAnswer, type ItemOf, type Tagged } from '@/lib/api'
import type { SummaryFilter } from '@/features/alerts/queries'
import type { BulkWhich } from '@/kit/data-table/use-bulk'
import { listOptions } from '@/lib/list'
import { rowsAtOnce } from '@/lib/page'
import { takeNews } from '@/lib/live-lists'

export type Device = ItemOf<typeof api.devices.get>
type DeviceQuery = NonNullable<NonNullable<Parameters<typeof api.devices.get>[0]>['query']>
export type DeviceChange = Parameters<ReturnType<typeof api.devices>['patch']>[0]
export type TaggedDevice = Tagged<Device>
export type Discovery = ItemOf<typeof api.discoveries.get>

/** Devices are heard of, and fall silent, without a word. */
const pollMs = 10_000

export const deviceSummaryQuery = (filter: SummaryFilter = {}) =>
  queryOptions({
    queryKey: ['devices', 'summary', filter],
    queryFn: () => answer(api.devices.summary.get({ query: filter })),
    refetchInterval: 30_000,
  })

// What the address holds becomes a query as it is: the server judges it, and says where it does not fit.
type Filter = Record<string, unknown>

export const deviceList = (filter: Filter) =>
  listOptions(
    ['devices', 'list', filter],
    (cursor) => answer(api.devices.get({ query: { ...(filter as DeviceQuery), limit: rowsAtOnce, cursor } })),
    {
      everyMs: pollMs,
      inPlace: String(filter['sort']).endsWith('last_seen_at'),
      read: (id) => answer(api.devices.get({ query: { id: [...id], limit: rowsAtOnce } })),
    },
  )

export const deviceCountQuery = (filter: Filter) =>
  queryOptions({ queryKey: ['devices', 'count', filter], queryFn: () => answer(api.devices.count.get({ query: filter })) })

export const deviceFacetsQuery = queryOptions({
  queryKey: ['devices', 'facets'],
  queryFn: () => answer(api.devices.facets.get()),
  staleTime: 60_000,
})

export const createDeviceExport = (filter: Filter) => answer(api.devices.exports.post(filter as never))

export const changeDevices = (which: BulkWhich, change: { org_unit_id: string | null }) =>
  answer(api.devices.bulk.update.post({ ...which, change }))

export const removeDevices = (which: BulkWhich) => answer(api.devices.bulk.delete.post(which as never))

export const deviceQuery = (id: string) =>
  queryOptions({ queryKey: ['devices', 'one', id], queryFn: () => taggedAnswer(api.devices({ id }).get()), placeholderData: undefined })

/** One that is looked at. */
export const watchedDeviceQuery = (id: string) => ({ ...deviceQuery(id), refetchInterval: pollMs })

/** The devices that registered most recently; a `device` frame makes it fresh, and a slow poll stands in where no frame comes. */
export const newestDevicesQuery = queryOptions({
  queryKey: ['devices', 'newest'],
  queryFn: () => answer(api.devices.get({ query: { sort: '-created_at', limit: 5 } })),
  refetchInterval: 2_500,
})

export const discoveryList = (filters: { device_id: string; search?: string }) =>
  listOptions(['discoveries', 'list', filters], (cursor) => answer(api.discoveries.get({ query: { ...filters, limit: 100, cursor } })))

const addDevice = (device: Parameters<typeof api.devices.post>[0]) => answer(api.devices.post(device))

export type AddedDevice = Awaited<ReturnType<typeof addDevice>>

export function useAddDevice() {
  return useMutation({ meta: { invalidates: ['devices'], handlesError: true }, mutationFn: addDevice })
}

export function useUpdateDevice(id: string) {
  const client = useQueryClient()
  return useMutation({
    meta: { handlesError: true },
    mutationFn: ({ change, etag }: { change: DeviceChange; etag: string | null }) =>
      taggedAnswer(api.devices({ id }).patch(change, ifMatch(etag))),
    onSuccess: ({ data: row }) => takeNews(client, 'devices', [{ id, event: 'updated', row }]),
  })
}

export async function deleteDevice(id: string): Promise<void> {
  await answer(api.devices({ id }).delete())
}
