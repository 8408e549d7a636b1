import { useMutation } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'

const tokens = api['api-tokens']

export type ApiToken = ItemOf<typeof tokens.get>
export type NewApiToken = Parameters<typeof tokens.post>[0]

export const apiTokenList = (filters: { own?: boolean; service_account_id?: string }) =>
  listOptions(['api-tokens', 'list', filters], (cursor) => answer(tokens.get({ query: { ...filters, limit: 100, cursor } })))

const meta = { invalidates: ['api-tokens', 'service-accounts'], handlesError: true }

export function useCreateApiToken() {
  return useMutation({ meta, mutationFn: (token: NewApiToken) => answer(tokens.post(token)) })
}

export function useRevokeApiToken() {
  return useMutation({ meta, mutationFn: (id: string) => answer(tokens({ id }).delete()) })
}
