import type { RouteObject } from 'react-router'

export const explorerRoutes: RouteObject[] = [
  { path: '/telemetry', lazy: async () => ({ Component: (await import('./explorer-page')).ExplorerPage }) },
]
