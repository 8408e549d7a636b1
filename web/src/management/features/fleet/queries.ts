import { queryOptions } from '@tanstack/react-query'
import { answer, type AnswerOf, type ItemOf } from '@/lib/answers'
import { listOptions } from '@/lib/list'
import { api } from '../../lib/api'

type Query = NonNullable<NonNullable<Parameters<typeof api.fleet.get>[0]>['query']>
export type FleetMember = ItemOf<typeof api.fleet.get>
export type Usage = NonNullable<FleetMember['usage']>
export type Health = Usage['health']
export type FleetSummary = AnswerOf<typeof api.fleet.summary.get>

/** As often as the Cloud is asked. */
const everyMs = 60_000

export const fleetList = (filters: Pick<Query, 'search' | 'state' | 'health'>, sort: string) => ({
  ...listOptions(['fleet', 'list', filters, sort], (cursor) =>
    answer(api.fleet.get({ query: { ...filters, sort: sort as Query['sort'], limit: 100, cursor } })),
  ),
  refetchInterval: everyMs,
})

export const fleetSummaryQuery = queryOptions({
  queryKey: ['fleet', 'summary'],
  queryFn: () => answer(api.fleet.summary.get()),
  refetchInterval: everyMs,
})
