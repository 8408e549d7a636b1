import { answer, api } from '@/lib/api'
import { beginSession } from '@/lib/session'

export type TenantChoice = { id: string; name: string }[]

/** Signs in; answers the tenants to choose from where the user has several. */
export async function signIn(credentials: { email: string; password: string; tenant_id?: string }): Promise<TenantChoice | null> {
  const session = await answer(api.auth.login.post(credentials))
  if ('tenant_required' in session) return session.tenants
  if (!('access_token' in session)) throw new TypeError('An answer to a sign-in that this console does not know')
  beginSession(session)
  return null
}
