import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'
import type { SeverityName } from '@/kit/severity'

export type Alert = ItemOf<typeof api.alerts.get>
export type AlertFilters = {
  status?: Alert['status']
  severity?: SeverityName[]
  search?: string
  device_id?: string
  org_unit_id?: string
}

export const alertSummaryQuery = queryOptions({ queryKey: ['alerts', 'summary'], queryFn: () => answer(api.alerts.summary.get()) })

export const alertQuery = (id: string) =>
  queryOptions({ queryKey: ['alerts', 'one', id], queryFn: () => answer(api.alerts({ id }).get()), placeholderData: undefined })

export const alertList = (filters: AlertFilters) =>
  listOptions(['alerts', 'list', filters], (cursor) => answer(api.alerts.get({ query: { ...filters, limit: 100, cursor } })))

export const latestAlertsQuery = queryOptions({
  queryKey: ['alerts', 'latest'],
  queryFn: () => answer(api.alerts.get({ query: { status: 'open', limit: 8 } })),
})

export const alertSearchQuery = (search: string) =>
  queryOptions({ queryKey: ['alerts', 'search', search], queryFn: () => answer(api.alerts.get({ query: { search, limit: 5 } })) })

export type Failure = { id: string; error: unknown }

/** Acknowledges one or many; a bulk action does not stop at the first refusal but answers which failed and why. */
export function useAcknowledge() {
  return useMutation({
    meta: { invalidates: ['alerts'] },
    mutationFn: async ({
      ids,
      comment,
    }: {
      ids: readonly string[]
      comment?: string
    }): Promise<{ done: string[]; failures: Failure[] }> => {
      const acknowledge = (id: string) => answer(api.alerts({ id }).acknowledge.post(comment ? { comment } : {}))
      const [only] = ids
      if (ids.length === 1 && only !== undefined) {
        await acknowledge(only)
        return { done: [only], failures: [] }
      }
      const done: string[] = []
      const failures: Failure[] = []
      const waiting = [...ids]
      const work = async () => {
        for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
          try {
            await acknowledge(id)
            done.push(id)
          } catch (error) {
            failures.push({ id, error })
          }
        }
      }
      await Promise.all(Array.from({ length: 6 }, work))
      return { done, failures }
    },
  })
}
