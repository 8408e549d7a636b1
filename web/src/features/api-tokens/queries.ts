import { queryOptions, useMutation } from '@tanstack/react-query'
import type { BulkWhich } from '@/kit/data-table/use-bulk'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'
import { rowsAtOnce } from '@/lib/page'

const tokens = api['api-tokens']

export type ApiToken = ItemOf<typeof tokens.get>
export type NewApiToken = Parameters<typeof tokens.post>[0]

// What the address holds becomes a query as it is: the server judges it.
type Filter = Record<string, unknown>

export const apiTokenList = (filter: Filter) =>
  listOptions(['api-tokens', 'list', filter], (cursor) => answer(tokens.get({ query: { ...filter, limit: rowsAtOnce, cursor } })))

export const apiTokenCountQuery = (filter: Filter) =>
  queryOptions({ queryKey: ['api-tokens', 'count', filter], queryFn: () => answer(tokens.count.get({ query: filter })) })

export const revokeApiTokens = (which: BulkWhich) => answer(tokens.bulk.revoke.post(which as never))

const meta = { invalidates: ['api-tokens', 'service-accounts'], handlesError: true }

export function useCreateApiToken() {
  return useMutation({ meta, mutationFn: (token: NewApiToken) => answer(tokens.post(token)) })
}

export function useRevokeApiToken() {
  return useMutation({ meta, mutationFn: (id: string) => answer(tokens({ id }).delete()) })
}
