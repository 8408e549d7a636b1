import { useMutation } from '@tanstack/react-query'
import { answer, type ItemOf } from '@/lib/answers'
import { listOptions } from '@/lib/list'
import { api } from '../../lib/api'

export type Delivery = ItemOf<typeof api.deliveries.get>

export const deliveryList = (tenant_id: string) =>
  listOptions(['deliveries', 'list', tenant_id], (cursor) => answer(api.deliveries.get({ query: { tenant_id, limit: 10, cursor } })))

export function useRedeliver() {
  return useMutation({
    meta: { invalidates: ['deliveries', 'audit'] },
    mutationFn: (id: string) => answer(api.deliveries({ id }).redeliver.post()),
  })
}
