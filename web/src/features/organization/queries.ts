import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, api, ifMatch, taggedAnswer, type AnswerOf, type Tagged } from '@/lib/api'

export type Tenant = AnswerOf<typeof api.tenant.get>

export type TaggedTenant = Tagged<Tenant>

export const tenantQuery = queryOptions({ queryKey: ['tenant'], queryFn: () => taggedAnswer(api.tenant.get()) })

export const licenceQuery = queryOptions({ queryKey: ['tenant', 'licence'], queryFn: () => answer(api.tenant.license.get()) })

export function useRenameTenant() {
  return useMutation({
    meta: { invalidates: ['tenant', 'me'], handlesError: true },
    mutationFn: ({ name, etag }: { name: string; etag: string | null }) => taggedAnswer(api.tenant.patch({ name }, ifMatch(etag))),
  })
}
