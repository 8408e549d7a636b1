import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, type AnswerOf } from '@/lib/answers'
import { api } from '../../lib/api'

export type Offboarding = AnswerOf<ReturnType<typeof api.tenants>['offboarding']['get']>

interface Leaving {
  state: string
  delete_after: Date | string | null
  erased_at: Date | string | null
}

/** Milliseconds until it is looked at again: its rows are being removed, or are about to be. */
export const whileRemoved = ({ state, delete_after, erased_at }: Leaving) => {
  if (state === 'deleted') return erased_at ? false : 2_000
  const isNear = delete_after !== null && new Date(delete_after).getTime() < Date.now() + 3_600_000
  return isNear ? 5_000 : false
}

/** Looked at again while something is being made or removed. */
export const offboardingQuery = (id: string) =>
  queryOptions({
    queryKey: ['tenants', 'offboarding', id],
    queryFn: () => answer(api.tenants({ id }).offboarding.get()),
    refetchInterval: ({ state: { data } }) => {
      if (!data) return false
      const isMaking = data.archive?.state === 'making' || (data.state === 'offboarding' && !data.archive)
      return isMaking ? 2_000 : whileRemoved(data)
    },
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
