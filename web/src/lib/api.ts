import { treaty } from '@elysiajs/eden'
import type { App } from '../../../src/app'
import { answer } from './answers'
import { authorized } from './authorized'
import { beginSession, changeSession, leaveSession, useSession } from './session'

export { answer, ifMatch, taggedAnswer, type AnswerOf, type ItemOf, type Tagged } from './answers'

const bare = treaty<App>(location.origin, { parseDate: false }).api.v1
const { renewSession, fetchAuthorized, calls } = authorized(
  () => bare.auth.refresh.post({}),
  (session) => session,
)
export { fetchAuthorized, renewSession }

export const api = treaty<App>(location.origin, calls).api.v1

export const signOut = () => leaveSession(() => api.auth.logout.post({}))

export const endIdleSession = () => answer(bare.auth.logout.post({ idle: true }))

/** True once the session goes on in the other tenant, for which the page is to be loaded anew; false where that needs a sign-in with the second factor. */
export async function switchTenant(tenant_id: string): Promise<boolean> {
  const session = await answer(api.auth['switch-tenant'].post({ tenant_id }))
  if (!('access_token' in session)) return false
  changeSession()
  return true
}

/** Takes the browser back to the tenant that this window shows; answers the token of the sign-in where that needs the second factor. */
export async function comeBack(tenant_id: string): Promise<string | null> {
  await renewSession()
  const { elsewhere } = useSession.getState()
  if (!elsewhere) return null
  const headers = { authorization: `Bearer ${elsewhere.accessToken}` }
  const session = await answer(bare.auth['switch-tenant'].post({ tenant_id }, { headers }))
  if (!('access_token' in session)) return session.session_token
  beginSession(session)
  return null
}
