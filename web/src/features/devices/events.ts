import { queryOptions } from '@tanstack/react-query'
import { type Range, spanOf } from '@/kit/range'
import { answer, api, type ItemOf } from '@/lib/api'
import { isShort, listOptions } from '@/lib/list'
import { rowsAtOnce } from '@/lib/page'

const eventsOf = (id: string) => api.devices({ id }).events

export type DeviceEvent = ItemOf<ReturnType<typeof eventsOf>['get']>
type EventQuery = NonNullable<NonNullable<Parameters<ReturnType<typeof eventsOf>['get']>[0]>['query']>

const pollMs = 10_000

/** Of the last hours or days it is looked at again, as nothing tells of new ones; not while somebody reads further back. */
export const eventList = (id: string, filter: Record<string, unknown>, range: Range) => ({
  ...listOptions(['events', 'list', id, filter, range], (cursor) => {
    const { fromMs, toMs } = spanOf(range)
    const span = { from: new Date(fromMs), ...(range.last === undefined && { to: new Date(toMs) }) }
    return answer(eventsOf(id).get({ query: { ...(filter as EventQuery), ...span, limit: rowsAtOnce, cursor } }))
  }),
  refetchInterval: (query: Parameters<typeof isShort>[0]) => range.last !== undefined && isShort(query) && pollMs,
})

export const eventQuery = (id: string, event_id: string) =>
  queryOptions({
    queryKey: ['events', 'one', event_id],
    queryFn: () => answer(eventsOf(id)({ event_id }).get()),
    placeholderData: undefined,
  })
