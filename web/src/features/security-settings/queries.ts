import { queryOptions, useMutation } from '@tanstack/react-query'
import { api, ifMatch, taggedAnswer, type AnswerOf } from '@/lib/api'

const settings = api.settings.security

export type SecuritySettings = AnswerOf<typeof settings.get>
export type SecurityRules = Pick<SecuritySettings, 'require_mfa' | 'session_idle_minutes' | 'session_hours'>

export const securityQuery = queryOptions({ queryKey: ['security-settings'], queryFn: () => taggedAnswer(settings.get()) })

export function useSetSecurity() {
  return useMutation({
    meta: { invalidates: ['security-settings', 'tenant', 'sessions'], handlesError: true },
    mutationFn: ({ rules, etag }: { rules: SecurityRules; etag: string | null }) => taggedAnswer(settings.put(rules, ifMatch(etag))),
  })
}
