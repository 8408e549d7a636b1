import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, type ItemOf } from '@/lib/answers'
import { listOptions } from '@/lib/list'
import { api } from '../../lib/api'

export type Tenant = ItemOf<typeof api.tenants.get>
export type TenantState = Tenant['state']
export const tenantList = (filters: { search?: string; state?: TenantState }) =>
  listOptions(['tenants', 'list', filters], (cursor) => answer(api.tenants.get({ query: { ...filters, limit: 100, cursor } })))

export const tenantQuery = (id: string) =>
  queryOptions({ queryKey: ['tenants', 'one', id], queryFn: () => answer(api.tenants({ id }).get()) })

/** What staff can make happen; the rest comes with time. */
export const staffEvents = ['activate', 'suspend', 'resume'] as const
export type StaffEvent = (typeof staffEvents)[number]

export function useTenantEvent(id: string) {
  return useMutation({
    meta: { invalidates: ['tenants', 'audit'], handlesError: true },
    mutationFn: (change: { event: StaffEvent; reason: string }) => answer(api.tenants({ id }).events.post(change)),
  })
}
