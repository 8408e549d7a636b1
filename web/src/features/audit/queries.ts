import { queryOptions } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'
import { rowsAtOnce } from '@/lib/page'

export type AuditEntry = ItemOf<typeof api.audit.get>
type AuditQuery = NonNullable<NonNullable<Parameters<typeof api.audit.get>[0]>['query']>

export const auditList = (filter: Record<string, unknown>) =>
  listOptions(['audit', 'list', filter], (cursor) =>
    answer(api.audit.get({ query: { ...(filter as AuditQuery), limit: rowsAtOnce, cursor } })),
  )

export const createAuditExport = (filter: Record<string, unknown>) => answer(api.audit.exports.post(filter as never))

export const latestAuditQuery = (filter: { org_unit_id?: string; from: string }) =>
  queryOptions({
    queryKey: ['audit', 'latest', filter],
    queryFn: () => answer(api.audit.get({ query: { ...(filter as AuditQuery), limit: 8 } })),
    refetchInterval: 30_000,
  })

export const chainQuery = queryOptions({ queryKey: ['audit', 'chain'], queryFn: () => answer(api.audit.chain.get()), retry: false })
