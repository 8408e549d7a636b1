import { type LoaderFunctionArgs, redirect } from 'react-router'
import { renewSession } from '@/lib/api'
import { featuresQuery, meQuery } from '@/lib/me'
import { queryClient } from '@/lib/query-client'
import { endSession, mayBeSignedIn, useSession } from '@/lib/session'

/** Runs before any protected page: turns the refresh cookie into an access token, or sends to sign-in and back afterwards. */
export async function restoreSession({ request }: LoaderFunctionArgs): Promise<null | Response> {
  if (useSession.getState().status !== 'signed_in' && !(mayBeSignedIn() && (await renewSession()))) {
    endSession()
    const { pathname, search } = new URL(request.url)
    const here = pathname + search
    return redirect(here === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`)
  }
  await Promise.all([queryClient.ensureQueryData(meQuery), queryClient.ensureQueryData(featuresQuery)])
  return null
}
