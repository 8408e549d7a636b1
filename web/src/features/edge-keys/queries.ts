import { useMutation } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'

const keys = api.settings['edge-registration-keys']

export type EdgeKey = ItemOf<typeof keys.get>
export type NewEdgeKey = Parameters<typeof keys.post>[0]

export const edgeKeyList = listOptions(['edge-registration-keys', 'list'], (cursor) => answer(keys.get({ query: { limit: 100, cursor } })))

const meta = { invalidates: ['edge-registration-keys'], handlesError: true }

export function useCreateEdgeKey() {
  return useMutation({ meta, mutationFn: (key: NewEdgeKey) => answer(keys.post(key)) })
}

export function useRevokeEdgeKey() {
  return useMutation({ meta, mutationFn: (id: string) => answer(keys({ id }).delete()) })
}
