import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, ifMatch, type ItemOf } from '@/lib/answers'
import { api } from '../../lib/api'

export type Plan = ItemOf<typeof api.plans.get>
export type Feature = ItemOf<typeof api.features.get>
export type Terms = { features: Feature[]; max_users: number | null; max_devices: number | null; grace_days: number }

export const plansQuery = queryOptions({ queryKey: ['plans'], queryFn: () => answer(api.plans.get()) })
export const featuresQuery = queryOptions({ queryKey: ['features'], queryFn: () => answer(api.features.get()), staleTime: Infinity })

const meta = { invalidates: ['plans', 'audit'], handlesError: true }

export function useCreatePlan() {
  return useMutation({ meta, mutationFn: (plan: Terms & { name: string }) => answer(api.plans.post(plan)) })
}

export function useUpdatePlan(id: string) {
  return useMutation({
    meta,
    mutationFn: ({ change, etag }: { change: Partial<Terms & { name: string }>; etag: string | null }) =>
      answer(api.plans({ id }).patch(change, ifMatch(etag))),
  })
}

export function useArchivePlan(id: string) {
  return useMutation({
    meta: { invalidates: ['plans', 'audit'] },
    mutationFn: (archived: boolean) => answer(api.plans({ id }).patch({ archived })),
  })
}
