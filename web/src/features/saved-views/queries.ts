import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { useCan, useMe } from '@/lib/me'

const client = api['saved-views']

export type SavedView = ItemOf<typeof client.get>
export type ViewedList = SavedView['list']
type NewView = Parameters<typeof client.post>[0]
type ViewChange = Parameters<ReturnType<typeof client>['patch']>[0]

export const savedViewsQuery = queryOptions({
  queryKey: ['saved_views'],
  queryFn: () => answer(client.get({ query: {} })),
  staleTime: 60_000,
})

const meta = { invalidates: ['saved_views'] }

export function useCreateView() {
  return useMutation({ meta: { ...meta, handlesError: true }, mutationFn: (view: NewView) => answer(client.post(view)) })
}

export function useUpdateView() {
  return useMutation({
    meta: { ...meta, handlesError: true },
    mutationFn: ({ id, change }: { id: string; change: ViewChange }) => answer(client({ id }).patch(change)),
  })
}

export function useDeleteView() {
  return useMutation({ meta, mutationFn: (id: string) => answer(client({ id }).delete()) })
}

/** Whether the caller may make, change and remove what everybody has. */
export function useMayShare(): boolean {
  const can = useCan()
  const { org_units } = useMe()
  return can('views.share') && org_units === 'all'
}
