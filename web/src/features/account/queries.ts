import { queryOptions, useMutation } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'

const { sessions, mfa, identities } = api.me

export type OwnSession = ItemOf<typeof sessions.get>

export const sessionList = listOptions(['sessions', 'list'], (cursor) => answer(sessions.get({ query: { limit: 100, cursor } })))
export const mfaQuery = queryOptions({ queryKey: ['mfa'], queryFn: () => answer(mfa.get()) })

export type Way = ItemOf<typeof identities.get>
export const waysQuery = queryOptions({ queryKey: ['identities'], queryFn: () => answer(identities.get()) })
export const linkableQuery = queryOptions({ queryKey: ['identities', 'linkable'], queryFn: () => answer(identities.linkable.get()) })

/** The provider's page, where the browser goes on. */
export function useLink() {
  return useMutation({
    meta: { handlesError: true },
    mutationFn: (asked: Parameters<typeof identities.link.post>[0]) => answer(identities.link.post(asked)),
  })
}

/** The provider's page, where one shows once more who one is; `next` comes back with the browser. */
export function useProve() {
  return useMutation({ meta: { handlesError: true }, mutationFn: (next: string) => answer(identities.prove.post({ next })) })
}

export type Proof = { password: string } | { totp_code: string } | { provider_code: string }

export function useUnlink() {
  return useMutation({
    meta: { invalidates: ['identities', 'sessions'], handlesError: true },
    mutationFn: ({ id, proof }: { id: string; proof: Proof }) => answer(identities({ id }).unlink.post(proof)),
  })
}

const ofSessions = { invalidates: ['sessions'], handlesError: true }
const ofMfa = { invalidates: ['mfa', 'sessions'], handlesError: true }

export function useEndSession() {
  return useMutation({ meta: ofSessions, mutationFn: (id: string) => answer(sessions({ id }).delete()) })
}

export function useEndOtherSessions() {
  return useMutation({ meta: ofSessions, mutationFn: () => answer(sessions.delete()) })
}

export function useChangePassword() {
  return useMutation({
    meta: ofSessions,
    mutationFn: (change: { current_password: string; new_password: string }) => answer(api.auth.password.change.post(change)),
  })
}

export type Enrolment = Awaited<ReturnType<typeof enrol>>
const enrol = (password: string) => answer(mfa.enrol.post({ password }))

export function useEnrol() {
  return useMutation({ meta: { handlesError: true }, mutationFn: enrol })
}

export function useConfirmMfa() {
  return useMutation({ meta: ofMfa, mutationFn: (totp_code: string) => answer(mfa.confirm.post({ totp_code })) })
}

export function useDisableMfa() {
  return useMutation({
    meta: ofMfa,
    mutationFn: (proof: { password: string; totp_code?: string; recovery_code?: string }) => answer(mfa.disable.post(proof)),
  })
}

export function useRenewRecoveryCodes() {
  return useMutation({ meta: ofMfa, mutationFn: (password: string) => answer(mfa['recovery-codes'].post({ password })) })
}

export function useResendConfirmation() {
  return useMutation({
    meta: { invalidates: ['me'], handlesError: true },
    mutationFn: () => answer(api.auth['verify-email'].resend.post()),
  })
}
