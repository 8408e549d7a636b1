import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'

const rejected = api.telemetry.rejected

export type Rejected = ItemOf<typeof rejected.get>

const waitingPollMs = 2_000
const isWaiting = ({ replay_requested_at, replayable }: Rejected) => replay_requested_at !== null && replayable

/** Looked at again while the ingestor has something to examine. */
export const rejectedList = (error: string | undefined) => ({
  ...listOptions(['rejected', 'list', error], (cursor) => answer(rejected.get({ query: { limit: 100, cursor, error } }))),
  refetchInterval: ({ state }: { state: { data?: { pages: { items: Rejected[] }[] } } }) =>
    state.data?.pages.some(({ items }) => items.some(isWaiting)) ? waitingPollMs : (false as const),
})

export const reasonsQuery = queryOptions({ queryKey: ['rejected', 'reasons'], queryFn: () => answer(rejected.reasons.get()) })

export const rejectedQuery = (id: string) =>
  queryOptions({ queryKey: ['rejected', 'one', id], queryFn: () => answer(rejected({ id }).get()) })

const meta = { invalidates: ['rejected'] }

export function useReplay() {
  return useMutation({ meta, mutationFn: (id: string) => answer(rejected({ id }).replay.post()) })
}

export function useReplayReason() {
  return useMutation({ meta, mutationFn: (error: string) => answer(rejected.replay.post({ error })) })
}
