import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, type AnswerOf, ifMatch, type ItemOf } from '@/lib/answers'
import { listOptions } from '@/lib/list'
import { api } from '../../lib/api'
import { whileRemoved } from '../offboarding/queries'
import type { Terms } from '../plans/queries'

export type Tenant = ItemOf<typeof api.tenants.get>
export type TenantDetail = AnswerOf<ReturnType<typeof api.tenants>['get']>
export type TenantState = Tenant['state']
export const tenantList = (filters: { search?: string; state?: TenantState }) =>
  listOptions(['tenants', 'list', filters], (cursor) => answer(api.tenants.get({ query: { ...filters, limit: 100, cursor } })))

export const tenantQuery = (id: string) =>
  queryOptions({
    queryKey: ['tenants', 'one', id],
    queryFn: () => answer(api.tenants({ id }).get()),
    refetchInterval: ({ state: { data } }) => (data ? whileRemoved(data) : false),
  })

export type Licence = ItemOf<ReturnType<typeof api.tenants>['licences']['get']>
export const licencesQuery = (id: string) =>
  queryOptions({ queryKey: ['tenants', 'licences', id], queryFn: () => answer(api.tenants({ id }).licences.get()) })

/** What staff can make happen; the rest comes with time. */
export const staffEvents = ['activate', 'suspend', 'resume'] as const
export type StaffEvent = (typeof staffEvents)[number]

export function useTenantEvent(id: string) {
  return useMutation({
    meta: { invalidates: ['tenants', 'deliveries', 'audit'], handlesError: true },
    mutationFn: (change: { event: StaffEvent; reason: string }) => answer(api.tenants({ id }).events.post(change)),
  })
}

export function useCreateTenant() {
  return useMutation({
    meta: { invalidates: ['tenants', 'audit'], handlesError: true },
    mutationFn: (tenant: Parameters<typeof api.tenants.post>[0]) => answer(api.tenants.post(tenant)),
  })
}

type NewLicence = Partial<Terms> & { plan_id: string; expires_at: string | null; reason: string }

/** In place of the one that held in this version of the tenant. */
export function useGiveLicence(tenant_id: string) {
  return useMutation({
    meta: { invalidates: ['tenants', 'deliveries', 'audit'], handlesError: true },
    mutationFn: ({ licence, etag }: { licence: NewLicence; etag: string | null }) =>
      answer(api.tenants({ id: tenant_id }).licences.post(licence as never, ifMatch(etag))),
  })
}
