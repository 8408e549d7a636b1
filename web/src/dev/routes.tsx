import type { RouteObject } from 'react-router'

const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)

/** For who builds the console: on the machine itself, and never part of the first view. */
export const devRoutes: RouteObject[] = isLocal
  ? [{ path: '/dev/kit', lazy: async () => ({ Component: (await import('./kit-page')).KitPage }) }]
  : []
