import type { RouteObject } from 'react-router'

export const deviceRoutes: RouteObject[] = [
  { path: '/devices', lazy: async () => ({ Component: (await import('./devices-page')).DevicesPage }) },
  { path: '/devices/map', lazy: async () => ({ Component: (await import('../map/map-page')).MapPage }) },
  { path: '/devices/:id', lazy: async () => ({ Component: (await import('./device-page')).DevicePage }) },
]
