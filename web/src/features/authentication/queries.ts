import { answer, api } from '@/lib/api'
import { beginSession } from '@/lib/session'

/** What is still missing: which of the user's tenants, or the code of the second factor. */
export type NextStep = { step: 'tenant'; tenants: { id: string; name: string }[] } | { step: 'code'; session_token: string }

/** Signs in; answers what is missing, or null when the session has begun. */
export async function signIn(credentials: { email: string; password: string; tenant_id?: string }): Promise<NextStep | null> {
  const session = await answer(api.auth.login.post(credentials))
  if ('tenant_required' in session) return { step: 'tenant', tenants: session.tenants }
  if ('mfa_required' in session) return { step: 'code', session_token: session.session_token }
  if (!('access_token' in session)) throw new TypeError('An answer to a sign-in that this console does not know')
  beginSession(session)
  return null
}

export async function verifyCode(proof: { session_token: string; totp_code?: string; recovery_code?: string }): Promise<void> {
  beginSession(await answer(api.auth.mfa.verify.post(proof)))
}
