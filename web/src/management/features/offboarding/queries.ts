import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, type AnswerOf } from '@/lib/answers'
import { api } from '../../lib/api'

export type Offboarding = AnswerOf<ReturnType<typeof api.tenants>['offboarding']['get']>

/** Looked at again while something is being made or removed. */
export const offboardingQuery = (id: string) =>
  queryOptions({
    queryKey: ['tenants', 'offboarding', id],
    queryFn: () => answer(api.tenants({ id }).offboarding.get()),
    refetchInterval: ({ state: { data } }) =>
      data &&
      (data.archive?.state === 'making' || (data.state === 'offboarding' && !data.archive) || (data.state === 'deleted' && !data.erased_at))
        ? 2000
        : false,
  })

export interface Decision {
  name: string
  reason: string
}

/** What is decided about the end of a tenant. */
const decisions = {
  offboard: (id: string, decision: Decision) => answer(api.tenants({ id }).offboarding.post(decision)),
  keep: (id: string, { reason }: Decision) => answer(api.tenants({ id }).offboarding.cancel.post({ reason })),
  delete: (id: string, decision: Decision) => answer(api.tenants({ id }).deletion.post(decision)),
  cancel_deletion: (id: string, { reason }: Decision) => answer(api.tenants({ id }).deletion.cancel.post({ reason })),
} as const
export type DecisionName = keyof typeof decisions

export function useDecide(id: string, name: DecisionName) {
  return useMutation({
    meta: { invalidates: ['tenants', 'deliveries', 'audit'], handlesError: true },
    mutationFn: (decision: Decision) => decisions[name](id, decision),
  })
}

export function useMailLinks(id: string) {
  return useMutation({
    meta: { invalidates: ['tenants', 'deliveries', 'audit'] },
    mutationFn: () => answer(api.tenants({ id }).offboarding.links.post()),
  })
}
