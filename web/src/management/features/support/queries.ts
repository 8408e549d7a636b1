import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, type AnswerOf } from '@/lib/answers'
import { api } from '../../lib/api'

type SupportList = AnswerOf<ReturnType<typeof api.tenants>['support']['get']>
export type SupportRequest = SupportList['items'][number]

/** The tenant decides in its own time. */
export const supportQuery = (tenant_id: string) =>
  queryOptions({
    queryKey: ['support', tenant_id],
    queryFn: () => answer(api.tenants({ id: tenant_id }).support.get()),
    refetchInterval: 5_000,
  })

export interface SupportWish {
  reason: string
  mode: SupportRequest['mode']
  hours: number
}

export function useAskForSupport(tenant_id: string) {
  return useMutation({
    meta: { invalidates: ['support', 'deliveries', 'audit'], handlesError: true },
    mutationFn: (wish: SupportWish) => answer(api.tenants({ id: tenant_id }).support.post(wish)),
  })
}

export function useEnter() {
  return useMutation({
    meta: { invalidates: ['support', 'audit'] },
    mutationFn: (id: string) => answer(api.support({ id }).enter.post({})),
  })
}

export function useEndSupport() {
  return useMutation({
    meta: { invalidates: ['support', 'deliveries', 'audit'] },
    mutationFn: (id: string) => answer(api.support({ id }).end.post({})),
  })
}
