import type { RouteObject } from 'react-router'

/** Without the shell; the router adds what restores the session. */
export const wallboardRoute: RouteObject = {
  path: '/wallboard',
  lazy: { Component: async () => (await import('./wallboard-page')).WallboardPage },
}
