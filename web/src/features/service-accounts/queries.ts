import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'

const accounts = api['service-accounts']

export type ServiceAccount = ItemOf<typeof accounts.get>
export type NewServiceAccount = Parameters<typeof accounts.post>[0]
export type ServiceAccountChange = Parameters<ReturnType<typeof accounts>['patch']>[0]

export const serviceAccountList = (filters: { search?: string }) =>
  listOptions(['service-accounts', 'list', filters], (cursor) => answer(accounts.get({ query: { ...filters, limit: 100, cursor } })))

export const serviceAccountQuery = (id: string) =>
  queryOptions({ queryKey: ['service-accounts', 'one', id], queryFn: () => answer(accounts({ id }).get()), placeholderData: undefined })

const meta = { invalidates: ['service-accounts', 'api-tokens'], handlesError: true }

export function useCreateServiceAccount() {
  return useMutation({ meta, mutationFn: (account: NewServiceAccount) => answer(accounts.post(account)) })
}

export function useUpdateServiceAccount() {
  return useMutation({
    meta,
    mutationFn: ({ id, change }: { id: string; change: ServiceAccountChange }) => answer(accounts({ id }).patch(change)),
  })
}

export function useRemoveServiceAccount() {
  return useMutation({ meta, mutationFn: (id: string) => answer(accounts({ id }).delete()) })
}
