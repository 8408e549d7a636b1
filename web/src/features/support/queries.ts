import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, type AnswerOf, api, type ItemOf } from '@/lib/api'

const access = api['support-access']

export type SupportGrant = ItemOf<typeof access.get>
export type SupportPolicy = AnswerOf<typeof api.settings.support.get>['support_policy']
export const supportPolicies = ['ask', 'allow', 'never'] as const satisfies readonly SupportPolicy[]

export const grantsQuery = queryOptions({ queryKey: ['support', 'grants'], queryFn: () => answer(access.get()), refetchInterval: 15_000 })
export const policyQuery = queryOptions({ queryKey: ['support', 'policy'], queryFn: () => answer(api.settings.support.get()) })
/** For the banner that everybody sees. */
export const activeQuery = queryOptions({
  queryKey: ['support', 'active'],
  queryFn: () => answer(access.active.get()),
  refetchInterval: 10_000,
  meta: { handlesError: true },
})

export function useSetPolicy() {
  return useMutation({
    meta: { invalidates: ['support', 'audit'] },
    mutationFn: (support_policy: SupportPolicy) => answer(api.settings.support.put({ support_policy })),
  })
}

const deciding = {
  approve: (id: string) => answer(access({ id }).approve.post({})),
  refuse: (id: string) => answer(access({ id }).refuse.post({})),
  end: (id: string) => answer(access({ id }).end.post({})),
} as const
export type SupportDecision = keyof typeof deciding

export function useDecideSupport() {
  return useMutation({
    meta: { invalidates: ['support', 'audit'] },
    mutationFn: ({ id, decision }: { id: string; decision: SupportDecision }) => deciding[decision](id),
  })
}

export const enterAsSupport = (code: string) => answer(api.auth.support.post({ code }))
export const leaveSupport = () => answer(access.leave.post({}))
