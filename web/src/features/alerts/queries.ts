import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import type { BulkWhich } from '@/kit/data-table/use-bulk'
import { listOptions } from '@/lib/list'
import { rowsAtOnce } from '@/lib/page'
import { takeNews } from '@/lib/live-lists'

export type Alert = ItemOf<typeof api.alerts.get>
export type AlertStep = ItemOf<ReturnType<typeof api.alerts>['history']['get']>
export const verdicts = ['true_positive', 'benign', 'false_positive'] as const
export type Verdict = (typeof verdicts)[number]
type AlertQuery = NonNullable<NonNullable<Parameters<typeof api.alerts.get>[0]>['query']>
type Filter = Record<string, unknown>

/** `since`: also what happened from then on (ISO 8601). */
export type SummaryFilter = { org_unit_id?: string; since?: string }

export const alertSummaryQuery = (filter: SummaryFilter = {}) =>
  queryOptions({ queryKey: ['alerts', 'summary', filter], queryFn: () => answer(api.alerts.summary.get({ query: filter })) })

export const alertQuery = (id: string) =>
  queryOptions({ queryKey: ['alerts', 'one', id], queryFn: () => answer(api.alerts({ id }).get()), placeholderData: undefined })

/** Of the version that is shown: a change makes it another one. */
export const alertHistoryQuery = (id: string, version: string) =>
  queryOptions({
    queryKey: ['alert-history', id, version],
    queryFn: () => answer(api.alerts({ id }).history.get({ query: { limit: 100 } })),
    placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
  })

export const alertList = (filter: Filter) =>
  listOptions(['alerts', 'list', filter], (cursor) =>
    answer(api.alerts.get({ query: { ...(filter as AlertQuery), limit: rowsAtOnce, cursor } })),
  )

export const alertCountQuery = (filter: Filter) =>
  queryOptions({ queryKey: ['alerts', 'count', filter], queryFn: () => answer(api.alerts.count.get({ query: filter })) })

export const createAlertExport = (filter: Filter) => answer(api.alerts.exports.post(filter as never))

export const acknowledgeMany = (which: BulkWhich) => answer(api.alerts.bulk.acknowledge.post(which as never))

export const closeMany = (verdict: Verdict) => (which: BulkWhich) => answer(api.alerts.bulk.close.post({ ...which, verdict }))

export const reopenMany = (which: BulkWhich) => answer(api.alerts.bulk.reopen.post(which as never))

export const assignMany = (user_id: string | null) => (which: BulkWhich) => answer(api.alerts.bulk.assign.post({ ...which, user_id }))

export const latestAlertsQuery = (org_unit_id?: string) =>
  queryOptions({
    queryKey: ['alerts', 'latest', org_unit_id],
    queryFn: () => answer(api.alerts.get({ query: { status: ['open'], limit: 8, org_unit_id } })),
  })

type Step =
  | { id: string; action: 'acknowledge'; comment?: string }
  | { id: string; action: 'assign'; user_id: string | null }
  | { id: string; action: 'close'; verdict: Verdict; comment?: string }
  | { id: string; action: 'reopen' }

function take(step: Step) {
  const alert = api.alerts({ id: step.id })
  if (step.action === 'assign') return answer(alert.assign.post({ user_id: step.user_id }))
  if (step.action === 'close') return answer(alert.close.post({ verdict: step.verdict, ...(step.comment && { comment: step.comment }) }))
  if (step.action === 'reopen') return answer(alert.reopen.post())
  return answer(alert.acknowledge.post(step.comment ? { comment: step.comment } : {}))
}

/** What one does with an alert; the row that it becomes is taken in where it is shown. */
export function useTriage() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: take,
    onSuccess: (row) => takeNews(client, 'alerts', [{ id: row.id, event: 'updated', row }]),
  })
}
