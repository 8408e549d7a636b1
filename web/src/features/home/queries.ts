import { queryOptions } from '@tanstack/react-query'
import { answer, api, type AnswerOf } from '@/lib/api'

export type Step = AnswerOf<typeof api.onboarding.get>['steps'][number]

/** Steps are taken elsewhere, also by devices: it looks for itself while it is shown. */
export const onboardingQuery = queryOptions({
  queryKey: ['onboarding'],
  queryFn: () => answer(api.onboarding.get()),
  staleTime: 0,
  refetchInterval: 10_000,
})
