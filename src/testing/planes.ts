import { app } from '../app'
import { config as cloud } from '../core/config'
import { managementApp } from '../management/app'
import { config as management } from '../management/config'

const secret = Buffer.alloc(32, 5)
const token = 'internal-token-between-the-planes-'.padEnd(48, 'z')

interface Heard {
  path: string
  headers: Record<string, string>
  body: Record<string, unknown>
}

/**
 * Both planes on loopback, told of each other as operators do it: the Management plane reaches the Cloud through `cloud.url`, the Cloud asks at
 * `management.url`. `cloudAway` and `managementAway` cut a line; what came through is in `heard`.
 */
export function linkPlanes() {
  const state = { cloudAway: false, managementAway: false, heard: [] as Heard[] }
  const serve = (isAway: () => boolean, handle: (request: Request) => Promise<Response> | Response) =>
    Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: async (request) => {
        if (isAway()) return new Response(null, { status: 502 })
        const { pathname, search } = new URL(request.url)
        const body = request.method === 'GET' ? undefined : await request.text()
        state.heard.push({ path: pathname, headers: request.headers.toJSON(), body: body ? (JSON.parse(body) as Heard['body']) : {} })
        return handle(new Request(`http://localhost${pathname}${search}`, { method: request.method, headers: request.headers, body }))
      },
    })
  const [toCloud, toManagement] = [
    serve(
      () => state.cloudAway,
      (request) => app.handle(request),
    ),
    serve(
      () => state.managementAway,
      (request) => managementApp.handle(request),
    ),
  ]
  Object.assign(management, {
    CLOUD_URL: `http://127.0.0.1:${toCloud.port}`,
    CLOUD_WEBHOOK_HMAC_SECRET: [secret],
    INTERNAL_TOKEN: [token],
  })
  Object.assign(cloud, {
    MANAGEMENT_URL: `http://127.0.0.1:${toManagement.port}`,
    CLOUD_WEBHOOK_HMAC_SECRET: [secret],
    INTERNAL_TOKEN: [token],
  })
  return Object.assign(state, {
    secret,
    close() {
      void toCloud.stop(true)
      void toManagement.stop(true)
      Object.assign(cloud, { MANAGEMENT_URL: '', CLOUD_WEBHOOK_HMAC_SECRET: [], INTERNAL_TOKEN: [] })
    },
  })
}
