import type { RouteObject } from 'react-router'

export const apiReferenceRoutes: RouteObject[] = [
  { path: '/api-reference', lazy: async () => ({ Component: (await import('./reference-page')).ReferencePage }) },
]
