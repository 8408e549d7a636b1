import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, api, ifMatch, taggedAnswer, type ItemOf, type Tagged } from '@/lib/api'
import { listOptions } from '@/lib/list'

export type Group = ItemOf<typeof api.groups.get>
export type TaggedGroup = Tagged<Group>
export type Permission = ItemOf<typeof api.permissions.get>
export type NewGroup = Parameters<typeof api.groups.post>[0]
export type GroupChange = Parameters<ReturnType<typeof api.groups>['patch']>[0]

export const groupList = (filters: { search?: string }) =>
  listOptions(['groups', 'list', filters], (cursor) => answer(api.groups.get({ query: { ...filters, limit: 100, cursor } })))

/** Enough to choose from in a form; a tenant has tens of groups. */
export const groupChoicesQuery = queryOptions({
  queryKey: ['groups', 'choices'],
  queryFn: () => answer(api.groups.get({ query: { limit: 200 } })),
})

export const groupQuery = (id: string) =>
  queryOptions({ queryKey: ['groups', 'one', id], queryFn: () => taggedAnswer(api.groups({ id }).get()), placeholderData: undefined })

export const permissionsQuery = queryOptions({
  queryKey: ['permissions'],
  queryFn: () => answer(api.permissions.get()),
  staleTime: Infinity,
})

// A change of permissions may be a change of one's own.
const meta = { invalidates: ['groups', 'users', 'me'], handlesError: true }

export function useCreateGroup() {
  return useMutation({ meta, mutationFn: (group: NewGroup) => answer(api.groups.post(group)) })
}

export function useUpdateGroup() {
  return useMutation({
    meta,
    mutationFn: ({ id, change, etag }: { id: string; change: GroupChange; etag: string | null }) =>
      taggedAnswer(api.groups({ id }).patch(change, ifMatch(etag))),
  })
}

export function useDeleteGroup() {
  return useMutation({ meta, mutationFn: (id: string) => answer(api.groups({ id }).delete()) })
}
