import type { RouteObject } from 'react-router'

export const tenantRoutes: RouteObject[] = [
  { path: '/tenants', lazy: async () => ({ Component: (await import('./tenants-page')).TenantsPage }) },
  { path: '/tenants/:id', lazy: async () => ({ Component: (await import('./tenant-page')).TenantPage }) },
]
