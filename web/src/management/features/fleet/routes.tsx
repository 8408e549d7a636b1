import type { RouteObject } from 'react-router'

export const fleetRoutes: RouteObject[] = [{ path: '/fleet', lazy: async () => ({ Component: (await import('./fleet-page')).FleetPage }) }]
