import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { answer, api, type AnswerOf } from './api'

export type Me = AnswerOf<typeof api.me.get>
export type Features = AnswerOf<typeof api.me.features.get>

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => answer(api.me.get()), staleTime: 60_000 })
export const featuresQuery = queryOptions({
  queryKey: ['me', 'features'],
  queryFn: () => answer(api.me.features.get()),
  staleTime: 300_000,
})

export const ownTenantsQuery = queryOptions({ queryKey: ['me', 'tenants'], queryFn: () => answer(api.me.tenants.get()), staleTime: 60_000 })

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data
}

export function useFeatures(): Features {
  return useSuspenseQuery(featuresQuery).data
}

/** Whether things can be given to who is signed in: to members of the organization, not to staff who are here for a while. */
export const useIsMember = () => useMe().support === null

/** Answers whether the signed-in user holds a permission. The server decides; this only spares a button that would fail. */
export function useCan(): (permission: string) => boolean {
  const { permissions } = useMe()
  return (permission) => permissions.includes(permission) || permissions.includes('*')
}
