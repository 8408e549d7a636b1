import type { RouteObject } from 'react-router'
import { LeadOn } from '@/shell/lead-on'

export const accountRoutes: RouteObject[] = [
  {
    path: '/account',
    lazy: async () => ({ Component: (await import('./account-layout')).AccountLayout }),
    children: [
      { index: true, element: <LeadOn to="/account/sessions" /> },
      { path: 'sessions', lazy: async () => ({ Component: (await import('./sessions-page')).SessionsPage }) },
      { path: 'password', lazy: async () => ({ Component: (await import('./password-page')).PasswordPage }) },
      { path: 'ways', lazy: async () => ({ Component: (await import('./ways-page')).WaysPage }) },
      { path: 'two-factor', lazy: async () => ({ Component: (await import('./mfa-page')).MfaPage }) },
      { path: 'alerts', lazy: async () => ({ Component: (await import('../alert-notices/alert-notices-page')).AlertNoticesPage }) },
      { path: 'api-tokens', lazy: async () => ({ Component: (await import('../api-tokens/own-tokens-page')).OwnTokensPage }) },
    ],
  },
]
