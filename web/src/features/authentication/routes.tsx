import type { RouteObject } from 'react-router'

export const authenticationRoutes: RouteObject[] = [
  { path: '/sign-in', lazy: async () => ({ Component: (await import('./sign-in-page')).SignInPage }) },
  { path: '/auth/callback', lazy: async () => ({ Component: (await import('./provider-callback-page')).ProviderCallbackPage }) },
  { path: '/forgot-password', lazy: async () => ({ Component: (await import('./forgot-password-page')).ForgotPasswordPage }) },
  { path: '/reset-password', lazy: async () => ({ Component: (await import('./reset-password-page')).ResetPasswordPage }) },
  { path: '/accept-invitation', lazy: async () => ({ Component: (await import('./accept-invitation-page')).AcceptInvitationPage }) },
  { path: '/register', lazy: async () => ({ Component: (await import('./register-page')).RegisterPage }) },
  { path: '/verify-email', lazy: async () => ({ Component: (await import('./verify-email-page')).VerifyEmailPage }) },
]
