import { createBrowserRouter } from 'react-router'
import { devRoutes } from './dev/routes'
import { accountRoutes } from './features/account/routes'
import { alertRoutes } from './features/alerts/routes'
import { apiReferenceRoutes } from './features/api-reference/routes'
import { archiveRoutes } from './features/archive/routes'
import { authenticationRoutes } from './features/authentication/routes'
import { deviceRoutes } from './features/devices/routes'
import { explorerRoutes } from './features/explorer/routes'
import { homeRoutes } from './features/home/routes'
import { settingsRoutes } from './features/settings/routes'
import { supportRoutes } from './features/support/routes'
import { wallboardRoute } from './features/wallboard/routes'
import { renewSession } from './lib/api'
import { featuresQuery, meQuery } from './lib/me'
import { queryClient } from './lib/query-client'
import { NotFound } from './shell/not-found'
import { Root } from './shell/root'
import { PageError, RouteError } from './shell/route-error'
import { sessionRestore } from './shell/session-restore'
import { Splash } from './shell/splash'

const restoreSession = sessionRestore(renewSession, () =>
  Promise.all([queryClient.ensureQueryData(meQuery), queryClient.ensureQueryData(featuresQuery)]),
)

export const router = createBrowserRouter([
  {
    Component: Root,
    ErrorBoundary: RouteError,
    HydrateFallback: Splash,
    children: [
      ...authenticationRoutes,
      ...archiveRoutes,
      ...supportRoutes,
      ...devRoutes,
      { ...wallboardRoute, loader: restoreSession, shouldRevalidate: () => false, ErrorBoundary: RouteError },
      {
        id: 'shell',
        // The sign-in page comes without it; behind it, it loads while the session is restored.
        lazy: { Component: async () => (await import('./shell/shell')).Shell },
        loader: restoreSession,
        // Nothing of the session depends on the address.
        shouldRevalidate: () => false,
        children: [
          {
            ErrorBoundary: PageError,
            children: [
              ...homeRoutes,
              ...deviceRoutes,
              ...explorerRoutes,
              ...alertRoutes,
              ...settingsRoutes,
              ...accountRoutes,
              ...apiReferenceRoutes,
              { path: '*', Component: NotFound },
            ],
          },
        ],
      },
    ],
  },
])
