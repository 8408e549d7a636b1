import { type LoaderFunctionArgs, redirect } from 'react-router'
import { endSession, mayBeSignedIn, useSession } from '@/lib/session'

/** Runs before any protected page: turns the refresh cookie into an access token and loads who that is, or sends to sign-in and back afterwards. */
export function sessionRestore(renewSession: () => Promise<boolean>, load: () => Promise<unknown>) {
  return async ({ request }: LoaderFunctionArgs): Promise<null | Response> => {
    if (useSession.getState().status !== 'signed_in' && !(mayBeSignedIn() && (await renewSession()))) {
      endSession()
      const { pathname, search } = new URL(request.url)
      const here = pathname + search
      return redirect(here === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`)
    }
    await load()
    return null
  }
}
