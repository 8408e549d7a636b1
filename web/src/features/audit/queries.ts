import { queryOptions } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'

export type AuditEntry = ItemOf<typeof api.audit.get>
export type AuditFilters = {
  action?: string
  actor_id?: string
  entity_id?: string
  search?: string
  from?: string
  to?: string
  outcome?: 'success' | 'refused' | 'failed'
}

export const auditList = (filters: AuditFilters) =>
  listOptions(['audit', 'list', filters], (cursor) => answer(api.audit.get({ query: { ...filters, limit: 100, cursor } })))

export const latestAuditQuery = queryOptions({
  queryKey: ['audit', 'latest'],
  queryFn: () => answer(api.audit.get({ query: { limit: 8 } })),
  refetchInterval: 30_000,
})

export const chainQuery = queryOptions({ queryKey: ['audit', 'chain'], queryFn: () => answer(api.audit.chain.get()), retry: false })
