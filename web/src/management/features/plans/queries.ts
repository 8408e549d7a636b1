import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, type ItemOf } from '@/lib/answers'
import { api } from '../../lib/api'

export type Plan = ItemOf<typeof api.plans.get>
export type Feature = ItemOf<typeof api.features.get>
export type Terms = { features: Feature[]; max_users: number | null; max_devices: number | null; grace_days: number }

export const plansQuery = queryOptions({ queryKey: ['plans'], queryFn: () => answer(api.plans.get()) })
export const featuresQuery = queryOptions({ queryKey: ['features'], queryFn: () => answer(api.features.get()), staleTime: Infinity })

/** Makes a plan, or changes the one with this id. */
export function useSavePlan(id?: string) {
  return useMutation({
    meta: { invalidates: ['plans', 'audit'], handlesError: true },
    mutationFn: (terms: Terms & { name: string }) => answer(id === undefined ? api.plans.post(terms) : api.plans({ id }).patch(terms)),
  })
}

export function useArchivePlan(id: string) {
  return useMutation({
    meta: { invalidates: ['plans', 'audit'] },
    mutationFn: (archived: boolean) => answer(api.plans({ id }).patch({ archived })),
  })
}
