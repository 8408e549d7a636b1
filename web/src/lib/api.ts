import { treaty } from '@elysiajs/eden'
import type { App } from '../../../src/app'
import { answer } from './answers'
import { authorized } from './authorized'
import { beginSession, leaveSession } from './session'

export { answer, taggedAnswer, type AnswerOf, type ItemOf } from './answers'

const refresh = () => treaty<App>(location.origin, { parseDate: false }).api.v1.auth.refresh.post({})
const { renewSession, fetchAuthorized, calls } = authorized(refresh, beginSession)
export { fetchAuthorized, renewSession }

export const api = treaty<App>(location.origin, calls).api.v1

export const signOut = () => leaveSession(() => api.auth.logout.post({}))

/** True once the session goes on in the other tenant; false where that needs a sign-in with the second factor. */
export async function switchTenant(tenant_id: string): Promise<boolean> {
  const session = await answer(api.auth['switch-tenant'].post({ tenant_id }))
  if (!('access_token' in session)) return false
  beginSession(session)
  return true
}
