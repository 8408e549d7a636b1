import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, api, type AnswerOf } from './api'

export type OwnPreferences = AnswerOf<typeof api.me.preferences.get>

/** What the server keeps of how somebody likes the console: the same in every browser. */
export const ownPreferencesQuery = queryOptions({
  queryKey: ['me', 'preferences'],
  queryFn: () => answer(api.me.preferences.get()),
  staleTime: 300_000,
})

export function useChangePreferences() {
  const client = useQueryClient()
  return useMutation({
    meta: { invalidates: ['onboarding'] },
    mutationFn: (change: Partial<OwnPreferences>) => answer(api.me.preferences.patch(change)),
    onSuccess: (kept) => client.setQueryData(ownPreferencesQuery.queryKey, kept),
  })
}
