import type { RouteObject } from 'react-router'

export const authenticationRoutes: RouteObject[] = [
  { path: '/sign-in', lazy: async () => ({ Component: (await import('./sign-in-page')).SignInPage }) },
]
