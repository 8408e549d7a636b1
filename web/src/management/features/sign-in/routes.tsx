import type { RouteObject } from 'react-router'

export const signInRoutes: RouteObject[] = [
  { path: '/sign-in', lazy: async () => ({ Component: (await import('./sign-in-page')).SignInPage }) },
  { path: '/accept-invitation', lazy: async () => ({ Component: (await import('./accept-invitation-page')).AcceptInvitationPage }) },
]
