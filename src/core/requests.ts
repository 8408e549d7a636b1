import { Elysia } from 'elysia'
import { config } from './config'
import { limits } from './limits'
import { answersByOrigin, corsOrigin } from './origins'
import { Problem } from './problem'
import { begin, tell } from './request-log'
import { givenRequestId } from './request-id'
import { etagOf } from './scope'
import { securityHeaders } from './security-headers'
import { isTracing, note, noteRoute, servingSpan } from './spans'

// Unique to the process and then counted: a UUID for each request would cost more than all else here.
const processId = Bun.randomUUIDv7('base64url').slice(-14)
let count = 0

/** Our own, or the one that a trusted proxy has given the request. */
function requestId(request: Request): string {
  return givenRequestId(request) ?? `${processId}-${(count += 1).toString(36)}`
}

/** Validation walks a body again at each of its levels: twenty thousand of them, in 300 KB, would hold the server for seconds. */
const exceeds = (levels: number, value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  const members = Object.values(value)
  return levels === 0 || members.length > limits.bodyMembers || members.some((inner) => exceeds(levels - 1, inner))
}

const isJson = /^application\/json\s*(;|$)/i

/** One form of body: what a page of another site can send without asking (forms, plain text) is none, nor is what would have to be inflated. */
function assertReadable({ headers }: Request) {
  const type = headers.get('content-type')
  if (type !== null && !isJson.test(type)) throw new Problem(415, 'unsupported_media_type', 'Send JSON')
  if (Number(headers.get('content-length')) > limits.bodyBytes) throw tooLarge()
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity') throw new Problem(415, 'unsupported_encoding', 'Send the body as it is, not compressed')
}

const tooLarge = () => new Problem(413, 'too_large', `A body may have at most ${limits.bodyBytes} bytes`)

/** A body that came without its length, no further than it may reach. Of a webhook the bytes, as it is they that are signed. */
async function readUntold({ body, headers }: Request): Promise<unknown> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of body ?? []) {
    length += piece.length
    if (length > limits.bodyBytes) throw tooLarge()
    pieces.push(piece)
  }
  const bytes = Buffer.concat(pieces)
  return headers.has('webhook-signature') ? new Uint8Array(bytes).buffer : JSON.parse(bytes.toString('utf8'))
}

type Handler = (request: Request) => Response | Promise<Response>

/** A span around each request, where there is tracing: what only the framework's innermost wrapper can be around. */
const spans = new Elysia({ name: 'spans' })
if (isTracing()) {
  spans
    .wrap(((handle: Handler) => (request: Request) => servingSpan(request, () => handle(request))) as never)
    .onAfterHandle({ as: 'global' }, ({ route }) => noteRoute(route))
}

/** What every request gets: an id, the security headers, exact CORS, the ETag of what has a version, and where it matters a line in the log. */
export const requests = new Elysia({ name: 'requests' })
  .headers({ ...securityHeaders(config.API_PUBLIC_URL), 'cache-control': 'no-store', ...(answersByOrigin && { vary: 'Origin' }) })
  .use(spans)
  .onRequest(({ request, set }) => {
    if (request.method !== 'GET') begin(request)
    const id = requestId(request)
    set.headers['x-request-id'] = id
    note({ 'monozu.request_id': id })
    const origin = corsOrigin(request)
    if (!origin) return request.method === 'GET' ? undefined : assertReadable(request)
    set.headers['access-control-allow-origin'] = origin
    set.headers['access-control-allow-credentials'] = 'true'
    set.headers['access-control-expose-headers'] = 'ETag, Retry-After, X-Request-Id'
    if (request.method !== 'OPTIONS') return assertReadable(request)
    set.headers['access-control-allow-methods'] = 'GET, POST, PATCH, PUT, DELETE'
    set.headers['access-control-allow-headers'] = 'Authorization, Content-Type, If-Match, Idempotency-Key, X-Request-Id'
    set.headers['access-control-max-age'] = '600'
    return new Response(null, { status: 204, headers: set.headers as Record<string, string> })
  })
  .onParse({ as: 'global' }, ({ request }) => (request.headers.has('transfer-encoding') ? readUntold(request) : undefined))
  .onTransform({ as: 'global' }, ({ body }) => {
    if (exceeds(limits.bodyDepth, body))
      throw new Problem(422, 'invalid', `A body has at most ${limits.bodyDepth} levels, and ${limits.bodyMembers} members on each`)
  })
  .onAfterHandle({ as: 'global' }, ({ request, route, set, response }) => {
    const version = (response as { version?: unknown } | null | undefined)?.version
    if (typeof version === 'number') set.headers.etag = etagOf({ version })
    if (request.method !== 'GET') tell(request, route, Number(set.status ?? 200), set.headers['x-request-id'])
  })
