import { NuqsAdapter } from 'nuqs/adapters/react-router/v8'
import { createBrowserRouter, Outlet } from 'react-router'
import { devRoutes } from './dev/routes'
import { accountRoutes } from './features/account/routes'
import { alertRoutes } from './features/alerts/routes'
import { authenticationRoutes } from './features/authentication/routes'
import { deviceRoutes } from './features/devices/routes'
import { homeRoutes } from './features/home/routes'
import { settingsRoutes } from './features/settings/routes'
import { NotFound } from './shell/not-found'
import { RouteError } from './shell/route-error'
import { restoreSession } from './shell/session-restore'
import { Splash } from './shell/splash'

/** What a page writes into the address is seen by the router, too: views, favourites and the place are read from there. */
const inRouter = { shallow: false }

function Root() {
  return (
    <NuqsAdapter defaultOptions={inRouter}>
      <Outlet />
    </NuqsAdapter>
  )
}

export const router = createBrowserRouter([
  {
    Component: Root,
    ErrorBoundary: RouteError,
    HydrateFallback: Splash,
    children: [
      ...authenticationRoutes,
      ...devRoutes,
      {
        id: 'shell',
        // The sign-in page comes without it; behind it, it loads while the session is restored.
        lazy: { Component: async () => (await import('./shell/shell')).Shell },
        loader: restoreSession,
        // Nothing of the session depends on the address.
        shouldRevalidate: () => false,
        children: [
          {
            ErrorBoundary: RouteError,
            children: [
              ...homeRoutes,
              ...deviceRoutes,
              ...alertRoutes,
              ...settingsRoutes,
              ...accountRoutes,
              { path: '*', Component: NotFound },
            ],
          },
        ],
      },
    ],
  },
])
