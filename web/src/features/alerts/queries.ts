import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import type { BulkWhich } from '@/kit/data-table/use-bulk'
import { listOptions } from '@/lib/list'
import { rowsAtOnce } from '@/lib/page'
import { takeNews } from '@/lib/live-lists'

export type Alert = ItemOf<typeof api.alerts.get>
type AlertQuery = NonNullable<NonNullable<Parameters<typeof api.alerts.get>[0]>['query']>
type Filter = Record<string, unknown>

/** `since`: also what happened from then on (ISO 8601). */
export type SummaryFilter = { org_unit_id?: string; since?: string }

export const alertSummaryQuery = (filter: SummaryFilter = {}) =>
  queryOptions({ queryKey: ['alerts', 'summary', filter], queryFn: () => answer(api.alerts.summary.get({ query: filter })) })

export const alertQuery = (id: string) =>
  queryOptions({ queryKey: ['alerts', 'one', id], queryFn: () => answer(api.alerts({ id }).get()), placeholderData: undefined })

export const alertList = (filter: Filter) =>
  listOptions(['alerts', 'list', filter], (cursor) =>
    answer(api.alerts.get({ query: { ...(filter as AlertQuery), limit: rowsAtOnce, cursor } })),
  )

export const alertCountQuery = (filter: Filter) =>
  queryOptions({ queryKey: ['alerts', 'count', filter], queryFn: () => answer(api.alerts.count.get({ query: filter })) })

export const createAlertExport = (filter: Filter) => answer(api.alerts.exports.post(filter as never))

export const acknowledgeMany = (which: BulkWhich) => answer(api.alerts.bulk.acknowledge.post(which as never))

export const latestAlertsQuery = (org_unit_id?: string) =>
  queryOptions({
    queryKey: ['alerts', 'latest', org_unit_id],
    queryFn: () => answer(api.alerts.get({ query: { status: ['open'], limit: 8, org_unit_id } })),
  })

export function useAcknowledge() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, comment }: { id: string; comment?: string }) =>
      answer(api.alerts({ id }).acknowledge.post(comment ? { comment } : {})),
    onSuccess: (row) => takeNews(client, 'alerts', [{ id: row.id, event: 'updated', row }]),
  })
}
