import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { answer, type AnswerOf } from '@/lib/answers'
import { api } from './api'

export type StaffMe = AnswerOf<typeof api.me.get>
export type StaffPermission = StaffMe['permissions'][number]
export type Role = StaffMe['role']

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => answer(api.me.get()), staleTime: 60_000 })

export function useMe(): StaffMe {
  return useSuspenseQuery(meQuery).data
}

/** Answers whether the role allows it. The server decides; this only spares a button that would fail. */
export function useCan(): (permission: StaffPermission) => boolean {
  const { permissions } = useMe()
  return (permission) => permissions.includes(permission)
}
