import { Elysia } from 'elysia'
import { config } from './config'
import { limits } from './limits'
import { corsOrigin } from './origins'
import { Problem } from './problem'
import { begin, tell } from './request-log'
import { etagOf } from './scope'
import { securityHeaders } from './static'

const acceptable = /^[\w.:-]{8,80}$/

// Unique to the process and then counted: a UUID for each request would cost more than all else here.
const processId = Bun.randomUUIDv7('base64url').slice(-14)
let count = 0

/** Our own, or the one that a trusted proxy has given the request. */
function requestId(request: Request): string {
  const given = config.TRUST_PROXY_HOPS ? request.headers.get('x-request-id') : null
  return given && acceptable.test(given) ? given : `${processId}-${(count += 1).toString(36)}`
}

/** Validation walks a body again at each of its levels: twenty thousand of them, in 300 KB, would hold the server for seconds. */
const deeperThan = (levels: number, value: unknown): boolean =>
  typeof value === 'object' && value !== null && (levels === 0 || Object.values(value).some((inner) => deeperThan(levels - 1, inner)))

/** What every request gets: an id, the security headers, exact CORS, the ETag of what has a version, and where it matters a line in the log. */
export const requests = new Elysia({ name: 'requests' })
  .headers({ ...securityHeaders, 'cache-control': 'no-store' })
  .onRequest(({ request, set }) => {
    if (request.method !== 'GET') begin(request)
    set.headers['x-request-id'] = requestId(request)
    const origin = corsOrigin(request)
    if (!origin) return
    set.headers['access-control-allow-origin'] = origin
    set.headers['access-control-allow-credentials'] = 'true'
    set.headers['access-control-expose-headers'] = 'ETag, Retry-After, X-Request-Id'
    set.headers.vary = 'Origin'
    if (request.method !== 'OPTIONS') return
    set.headers['access-control-allow-methods'] = 'GET, POST, PATCH, PUT, DELETE'
    set.headers['access-control-allow-headers'] = 'Authorization, Content-Type, If-Match, Idempotency-Key, X-Request-Id'
    set.headers['access-control-max-age'] = '600'
    return new Response(null, { status: 204, headers: set.headers as Record<string, string> })
  })
  .onTransform({ as: 'global' }, ({ body }) => {
    if (deeperThan(limits.bodyDepth, body)) throw new Problem(422, 'invalid', `A body has at most ${limits.bodyDepth} levels`)
  })
  .onAfterHandle({ as: 'global' }, ({ request, route, set, response }) => {
    const version = (response as { version?: unknown } | null | undefined)?.version
    if (typeof version === 'number') set.headers.etag = etagOf({ version })
    if (request.method !== 'GET') tell(request, route, Number(set.status ?? 200), set.headers['x-request-id'])
  })
