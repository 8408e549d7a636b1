import { createBrowserRouter, type LoaderFunctionArgs, redirect } from 'react-router'
import { queryClient } from '@/lib/query-client'
import { LeadOn } from '@/shell/lead-on'
import { NotFound } from '@/shell/not-found'
import { Root } from '@/shell/root'
import { PageError, RouteError } from '@/shell/route-error'
import { sessionRestore } from '@/shell/session-restore'
import { Splash } from '@/shell/splash'
import { accountRoutes } from './features/account/routes'
import { auditRoutes } from './features/audit/routes'
import { fleetRoutes } from './features/fleet/routes'
import { planRoutes } from './features/plans/routes'
import { signInRoutes } from './features/sign-in/routes'
import { staffRoutes } from './features/staff/routes'
import { tenantRoutes } from './features/tenants/routes'
import { renewSession } from './lib/api'
import { meQuery } from './lib/me'

const restoreSession = sessionRestore(renewSession, () => queryClient.ensureQueryData(meQuery))

/** The provider sends the browser back to `/`, with the word of what was wrong where nobody was signed in. */
function enter(route: LoaderFunctionArgs) {
  const refused = new URL(route.request.url).searchParams.get('error')
  return refused ? redirect(`/sign-in?error=${encodeURIComponent(refused)}`) : restoreSession(route)
}

export const router = createBrowserRouter([
  {
    Component: Root,
    ErrorBoundary: RouteError,
    HydrateFallback: Splash,
    children: [
      ...signInRoutes,
      {
        id: 'shell',
        lazy: { Component: async () => (await import('./shell/shell')).Shell },
        loader: enter,
        // Nothing of the session depends on the address.
        shouldRevalidate: () => false,
        children: [
          {
            ErrorBoundary: PageError,
            children: [
              { path: '/', element: <LeadOn to="/tenants" /> },
              ...tenantRoutes,
              ...fleetRoutes,
              ...planRoutes,
              ...staffRoutes,
              ...auditRoutes,
              ...accountRoutes,
              { path: '*', Component: NotFound },
            ],
          },
        ],
      },
    ],
  },
])
