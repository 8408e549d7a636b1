import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, api, ifMatch, taggedAnswer, type ItemOf, type Tagged } from '@/lib/api'
import type { BulkWhich } from '@/kit/data-table/use-bulk'
import { listOptions } from '@/lib/list'
import { rowsAtOnce } from '@/lib/page'

export type User = ItemOf<typeof api.users.get>
export type TaggedUser = Tagged<User>
export type NewUser = Parameters<typeof api.users.post>[0]
export type UserChange = Parameters<ReturnType<typeof api.users>['patch']>[0]
export type ScopeChoice = NewUser['org_unit_scope']

type UserQuery = NonNullable<NonNullable<Parameters<typeof api.users.get>[0]>['query']>

export const userList = (filter: Record<string, unknown>) =>
  listOptions(['users', 'list', filter], (cursor) =>
    answer(api.users.get({ query: { ...(filter as UserQuery), limit: rowsAtOnce, cursor } })),
  )

export const createUserExport = (filter: Record<string, unknown>) => answer(api.users.exports.post(filter as never))

export const userQuery = (id: string) =>
  queryOptions({ queryKey: ['users', 'one', id], queryFn: () => taggedAnswer(api.users({ id }).get()), placeholderData: undefined })

/** A few, to choose from. */
export const userChoicesQuery = queryOptions({
  queryKey: ['users', 'choices'],
  queryFn: () => answer(api.users.get({ query: { limit: 50 } })),
  staleTime: 60_000,
})

export const userCountQuery = (filter: Record<string, unknown>) =>
  queryOptions({ queryKey: ['users', 'count', filter], queryFn: () => answer(api.users.count.get({ query: filter })) })

export const usersAtOnce = 50
const { bulk } = api.users
export const disableUsers = (which: BulkWhich, disabled: boolean) => answer(bulk.disable.post({ ...which, disabled }))
export const addUsersToGroup = (which: BulkWhich, group: string) => answer(bulk.groups.post({ ...which, group_ids: [group] }))
export const signUsersOut = (which: BulkWhich) => answer(bulk['end-sessions'].post(which as never))

const meta = { invalidates: ['users', 'groups'], handlesError: true }

export function useCreateUser() {
  return useMutation({ meta, mutationFn: (user: NewUser) => answer(api.users.post(user)) })
}

export function useUpdateUser() {
  return useMutation({
    meta,
    mutationFn: ({ id, change, etag }: { id: string; change: UserChange; etag?: string | null }) =>
      taggedAnswer(api.users({ id }).patch(change, ifMatch(etag))),
  })
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
