import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'

export type User = ItemOf<typeof api.users.get>
export type NewUser = Parameters<typeof api.users.post>[0]
export type UserChange = Parameters<ReturnType<typeof api.users>['patch']>[0]
export type ScopeChoice = NewUser['org_unit_scope']

export const userList = (filters: { search?: string; group_id?: string }) =>
  listOptions(['users', 'list', filters], (cursor) => answer(api.users.get({ query: { ...filters, limit: 100, cursor } })))

export const userQuery = (id: string) =>
  queryOptions({ queryKey: ['users', 'one', id], queryFn: () => answer(api.users({ id }).get()), placeholderData: undefined })

export const userSearchQuery = (search: string) =>
  queryOptions({ queryKey: ['users', 'search', search], queryFn: () => answer(api.users.get({ query: { search, limit: 5 } })) })

const meta = { invalidates: ['users', 'groups'], handlesError: true }

export function useCreateUser() {
  return useMutation({ meta, mutationFn: (user: NewUser) => answer(api.users.post(user)) })
}

export function useUpdateUser() {
  return useMutation({ meta, mutationFn: ({ id, change }: { id: string; change: UserChange }) => answer(api.users({ id }).patch(change)) })
}

export function useEndSessions() {
  return useMutation({ meta, mutationFn: (id: string) => answer(api.users({ id }).sessions.delete()) })
}

export function useResetFactor() {
  return useMutation({ meta, mutationFn: (id: string) => answer(api.users({ id }).mfa.reset.post()) })
}

export function useRemoveUser() {
  return useMutation({ meta, mutationFn: (id: string) => answer(api.users({ id }).delete()) })
}
