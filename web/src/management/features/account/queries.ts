import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, type ItemOf } from '@/lib/answers'
import { api } from '../../lib/api'

export type OwnSession = ItemOf<typeof api.me.sessions.get>

export const sessionsQuery = queryOptions({ queryKey: ['me', 'sessions'], queryFn: () => answer(api.me.sessions.get()) })
export const factorQuery = queryOptions({ queryKey: ['me', 'mfa'], queryFn: () => answer(api.me.mfa.get()) })

const changes = { meta: { invalidates: ['me'], handlesError: true } }

export const useEndSession = () => useMutation({ ...changes, mutationFn: (id: string) => answer(api.me.sessions({ id }).delete({})) })
export const useEndOtherSessions = () => useMutation({ ...changes, mutationFn: () => answer(api.me.sessions['end-others'].post({})) })
export const useChangePassword = () =>
  useMutation({
    ...changes,
    mutationFn: (passwords: { current_password: string; new_password: string }) => answer(api.me.password.post(passwords)),
  })
export const useBeginFactor = () =>
  useMutation({ ...changes, mutationFn: (password: string) => answer(api.me.mfa.enrol.post({ password })) })
export const useConfirmFactor = () =>
  useMutation({ ...changes, mutationFn: (totp_code: string) => answer(api.me.mfa.confirm.post({ totp_code })) })
export const useRenewCodes = () =>
  useMutation({ ...changes, mutationFn: (password: string) => answer(api.me.mfa['recovery-codes'].post({ password })) })
