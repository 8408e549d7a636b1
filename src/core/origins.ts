import { config } from './config'
import { Problem } from './errors'

const allowed = new Set([...config.ALLOW_ORIGINS, new URL(config.APP_BASE_URL).origin])

/**
 * Whether a browser may send this with credentials: from the app's own origin or one of ALLOW_ORIGINS.
 * A caller without `Origin` and `Sec-Fetch-Site` is no browser, and carries nobody's cookies but its own.
 */
export function fromAllowedOrigin(request: Request): boolean {
  const origin = request.headers.get('origin')
  const site = request.headers.get('sec-fetch-site')
  if (origin === null) return site === null || ['same-origin', 'same-site', 'none'].includes(site)
  return allowed.has(origin) || isOwnHost(origin, request.headers.get('host'))
}

/** What sets or uses a cookie is for our own pages and for programs. */
export function assertOrigin(request: Request) {
  if (!fromAllowedOrigin(request)) throw new Problem(403, 'forbidden_origin', 'This origin may not use the session cookie')
}

/** The console under another name of this server. A page that came over http says nothing for one that is served over https. */
function isOwnHost(origin: string, host: string | null): boolean {
  if (!URL.canParse(origin)) return false
  const from = new URL(origin)
  return from.host === host && (from.protocol === 'https:' || !config.API_PUBLIC_URL.startsWith('https:'))
}

const own = new URL(config.API_PUBLIC_URL).origin
const foreign = new Set([...allowed].filter((origin) => origin !== own))

/** Whether answers differ by who asks: caches in between must know (RFC 9110 section 12.5.5). */
export const answersByOrigin = foreign.size > 0

/** The origin to name in CORS answers: an exact member of the list, never `*`. Without other origins there is nothing to look for. */
export function corsOrigin(request: Request): string | undefined {
  const origin = answersByOrigin ? request.headers.get('origin') : null
  return origin !== null && foreign.has(origin) ? origin : undefined
}
