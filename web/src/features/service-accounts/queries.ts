import { queryOptions, useMutation } from '@tanstack/react-query'
import type { BulkWhich } from '@/kit/data-table/use-bulk'
import { answer, api, ifMatch, taggedAnswer, type ItemOf, type Tagged } from '@/lib/api'
import { listOptions } from '@/lib/list'
import { rowsAtOnce } from '@/lib/page'

const accounts = api['service-accounts']

export type ServiceAccount = ItemOf<typeof accounts.get>
export type TaggedServiceAccount = Tagged<ServiceAccount>
export type NewServiceAccount = Parameters<typeof accounts.post>[0]
export type ServiceAccountChange = Parameters<ReturnType<typeof accounts>['patch']>[0]

// What the address holds becomes a query as it is: the server judges it.
type Filter = Record<string, unknown>

export const serviceAccountList = (filter: Filter) =>
  listOptions(['service-accounts', 'list', filter], (cursor) => answer(accounts.get({ query: { ...filter, limit: rowsAtOnce, cursor } })))

export const serviceAccountCountQuery = (filter: Filter) =>
  queryOptions({ queryKey: ['service-accounts', 'count', filter], queryFn: () => answer(accounts.count.get({ query: filter })) })

export const accountsAtOnce = 50
export const disableServiceAccounts = (which: BulkWhich, disabled: boolean) => answer(accounts.bulk.disable.post({ ...which, disabled }))

export const serviceAccountQuery = (id: string) =>
  queryOptions({
    queryKey: ['service-accounts', 'one', id],
    queryFn: () => taggedAnswer(accounts({ id }).get()),
    placeholderData: undefined,
  })

const meta = { invalidates: ['service-accounts', 'api-tokens'], handlesError: true }

export function useCreateServiceAccount() {
  return useMutation({ meta, mutationFn: (account: NewServiceAccount) => answer(accounts.post(account)) })
}

export function useUpdateServiceAccount() {
  return useMutation({
    meta,
    mutationFn: ({ id, change, etag }: { id: string; change: ServiceAccountChange; etag?: string | null }) =>
      taggedAnswer(accounts({ id }).patch(change, ifMatch(etag))),
  })
}

export function useRemoveServiceAccount() {
  return useMutation({ meta, mutationFn: (id: string) => answer(accounts({ id }).delete()) })
}
