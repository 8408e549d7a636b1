import { answer } from '@/lib/answers'
import { api, beginStaffSession } from '../../lib/api'

/** A password is half of a sign-in: the code is asked for, or the second factor set up. */
export type NextStep = { step: 'code' | 'enrol'; session_token: string }

export async function signIn(credentials: { email: string; password: string }): Promise<NextStep> {
  const begun = await answer(api.auth.login.post(credentials))
  return { step: 'mfa_required' in begun ? 'code' : 'enrol', session_token: begun.session_token }
}

export const verifying = (session_token: string) => async (code: { totp_code?: string; recovery_code?: string }) =>
  beginStaffSession(await answer(api.auth.mfa.verify.post({ session_token, ...code })))

export const enrolling = (session_token: string) => ({
  beginEnrolment: () => answer(api.auth.mfa.enrol.post({ session_token })),
  confirmEnrolment: (totp_code: string) => answer(api.auth.mfa.enrol.confirm.post({ session_token, totp_code })),
})

export const methodsQuery = { queryKey: ['sign-in-methods'], queryFn: () => answer(api.auth.methods.get()), staleTime: Infinity }

export const acceptInvitation = (acceptance: { token: string; name: string; password: string }) =>
  answer(api.auth.invitations.accept.post(acceptance))
