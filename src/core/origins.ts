import { config } from './config'

const allowed = new Set([...config.ALLOW_ORIGINS, new URL(config.APP_BASE_URL).origin])

/**
 * Whether a browser may send this with credentials: from the app's own origin or one of ALLOW_ORIGINS.
 * A caller without `Origin` and `Sec-Fetch-Site` is no browser, and carries nobody's cookies but its own.
 */
export function fromAllowedOrigin(request: Request): boolean {
  const origin = request.headers.get('origin')
  const site = request.headers.get('sec-fetch-site')
  if (origin === null) return site === null || ['same-origin', 'same-site', 'none'].includes(site)
  return allowed.has(origin) || (URL.canParse(origin) && new URL(origin).host === request.headers.get('host'))
}

const own = new URL(config.API_PUBLIC_URL).origin
const foreign = new Set([...allowed].filter((origin) => origin !== own))

/** The origin to name in CORS answers: an exact member of the list, never `*`. Without other origins there is nothing to look for. */
export function corsOrigin(request: Request): string | undefined {
  const origin = foreign.size ? request.headers.get('origin') : null
  return origin !== null && foreign.has(origin) ? origin : undefined
}
