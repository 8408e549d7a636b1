import { answer, api, renewSession } from '@/lib/api'
import { i18next, languages } from '@/lib/i18n'
import { beginSession, mayBeSignedIn, useSession } from '@/lib/session'

/** What is still missing: which of the user's tenants, the code of the second factor, the factor itself where it is required, or a password of his own. */
export type NextStep =
  | { step: 'tenant'; tenants: { id: string; name: string }[]; session_token: string }
  | { step: 'code'; session_token: string }
  | { step: 'enrol'; session_token: string }
  | { step: 'password'; session_token: string }

/** Signs in; answers what is missing, or null when the session has begun. */
export const signIn = (credentials: { email: string; password: string; tenant_id?: string }) => proceed(credentials)

/** Answers which tenant, with the token of the sign-in that asked. */
export const chooseTenant = (session_token: string, tenant_id: string) => proceed({ session_token, tenant_id })

const proceed = async (proof: Parameters<typeof api.auth.login.post>[0]) => nextOf(await answer(api.auth.login.post(proof)))

/** Finishes a sign-in with Microsoft, with the code that the browser came back with. */
export const exchangeCode = async (code: string) => nextOf(await answer(api.auth.exchange.post({ code })))

/** With SSO_HANDOFF=token: an access token of a minute, beside the cookie that renews it. */
export async function enterWithToken(access_token: string): Promise<null> {
  const { user, tenant } = await answer(api.me.get({ headers: { authorization: `Bearer ${access_token}` } }))
  beginSession({ access_token, expires_in: 60, user, tenant })
  return null
}

export const methodsQuery = { queryKey: ['sign-in-methods'], queryFn: () => answer(api.auth.methods.get()), staleTime: Infinity }

export const microsoftAddress = (next: string) => `/api/v1/auth/microsoft/login?${new URLSearchParams({ return_to: next })}`

/** Where the organization of this address signs in, and then leads to `next`; null where it is by password. */
export async function organizationAddress(email: string, next: string): Promise<string | null> {
  const { sso_url } = await answer(api.auth['check-method'].post({ email }))
  return sso_url ? `${sso_url}&${new URLSearchParams({ return_to: next })}` : null
}

type Answered = NonNullable<Awaited<ReturnType<typeof api.auth.login.post>>['data']>

function nextOf(session: Answered): NextStep | null {
  if ('tenant_required' in session) return { step: 'tenant', tenants: session.tenants, session_token: session.session_token }
  if ('mfa_required' in session) return { step: 'code', session_token: session.session_token }
  if ('mfa_enrolment_required' in session) return { step: 'enrol', session_token: session.session_token }
  if ('password_change_required' in session) return { step: 'password', session_token: session.session_token }
  if (!('access_token' in session)) throw new TypeError('An answer to a sign-in that this console does not know')
  beginSession(session)
  return null
}

export const verifying = (session_token: string) => async (code: { totp_code?: string; recovery_code?: string }) =>
  beginSession(await answer(api.auth.mfa.verify.post({ session_token, ...code })))

/** How the second factor of a sign-in is set up; its session begins with `onSignedIn`. */
export const enrolling = (session_token: string) => ({
  beginEnrolment: () => answer(api.auth.mfa.enrol.post({ session_token })),
  confirmEnrolment: (totp_code: string) => answer(api.auth.mfa.enrol.confirm.post({ session_token, totp_code })),
})

export const askReset = (email: string) =>
  answer(api.auth.password.forgot.post({ email, language: languages.find((known) => known === i18next.resolvedLanguage) }))

export const resetPassword = (token: string, new_password: string) => answer(api.auth.password.reset.post({ token, new_password }))

export type Offer = Awaited<ReturnType<typeof readInvitation>>

/** What the link offers, and whether its account is the one that is signed in to in this browser. */
export async function readInvitation(token: string) {
  const offer = await answer(api.auth.invitations.inspect.post({ token }))
  if (useSession.getState().status !== 'signed_in' && mayBeSignedIn()) await renewSession().catch(() => false)
  const { user } = useSession.getState()
  return { ...offer, signed_in: user?.email.toLowerCase() === offer.email.toLowerCase() }
}

export const acceptInvitation = (acceptance: { token: string; name?: string; password?: string }) =>
  answer(api.auth.invitations.accept.post(acceptance))

export const register = (registration: { email: string; password: string; name: string; tenant_name: string }) =>
  answer(api.auth.register.post({ ...registration, language: languages.find((known) => known === i18next.resolvedLanguage) }))

export const verifyAddress = (token: string) => answer(api.auth['verify-email'].post({ token }))
