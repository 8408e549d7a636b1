import { Elysia } from 'elysia'
import type { Operation } from './api-document'
import { addressOf, bearerOf, isApiToken, knownByApiToken, knownByDeviceKey, knownByToken, type Known } from './authenticate'
import { nowMs } from './clock'
import { config } from './config'
import { Problem } from './errors'
import { assertFeature, featureOf } from './features'
import { staffPass } from './hand-off'
import { once } from './idempotency'
import type { Permission } from './permissions'
import { recordRefusal } from './refusals'
import { type AccessMode, type Actor, type Call, type Scope, inTenant } from './scope'
import { hashOf, isOneOf } from './secrets'
import { note } from './spans'
import { assertSupportMay } from './support'
import { assertOpen } from './tenant-state'
import { verifyWebhook } from './webhook'
import type { Refusals, Word } from './words'

const stranger = () => new Problem(401, 'unauthenticated', 'Sign in first')

/** Where `transform` leaves for `resolve` who calls; on the request itself, which is quicker than a WeakMap beside it. */
const caller = Symbol('caller')
const signed = Symbol('signed')
const passed = Symbol('passed')
type Called = Request & { [caller]?: Known; [signed]?: Message; [passed]?: string }

/** A webhook whose signature holds. */
interface Message {
  id: string
  at: Date
}

function admit(request: Called, known: Known | undefined, permission?: Permission, server: Context['server'] = null) {
  if (!known) throw stranger()
  note({ 'monozu.tenant_id': known.actor.tenant_id, 'monozu.actor': known.actor.kind })
  assertOpen(known.tenant_status)
  if (known.actor.support) assertSupportMay(known.actor.support, request, permission)
  if (permission && !known.actor.permissions.has(permission)) {
    recordRefusal(known.actor, permission, { address: addressFrom({ request, server }) })
    throw new Problem(403, 'forbidden', `This needs the permission ${permission}`)
  }
  request[caller] = known
  const feature = permission && featureOf(permission)
  return feature ? assertFeature(known.actor.tenant_id, feature) : undefined
}

// These take only what they need out of the context: whatever else a hook may touch (headers as an object, cookies), the framework prepares for each request.
type Part<K extends keyof Context> = Pick<Context, K>
interface Context {
  request: Request
  body?: unknown
  server: { requestIP: (request: Request) => { address: string } | null } | null
  set: { headers: Record<string, unknown> }
}

const addressFrom = ({ request, server }: Part<'request' | 'server'>) => addressOf(request, server?.requestIP(request)?.address)

/** Authentication sits in `transform`, before validation, so that a stranger learns nothing of the schema. It waits only when it must. */
const admitUser =
  (permission?: Permission) =>
  ({ request, server }: Part<'request' | 'server'>) => {
    const token = bearerOf(request.headers.get('authorization'))
    // What only asks for a signed-in user is about his sessions and secrets: no program's business.
    if (token && permission && isApiToken(token))
      return knownByApiToken(token, addressFrom({ request, server })).then((found) => admit(request, found, permission, server))
    const known = token ? knownByToken(token) : undefined
    return known instanceof Promise
      ? known.then((found) => admit(request, found, permission, server))
      : admit(request, known, permission, server)
  }

/** Said again by what goes on for long: the session, the token or the permission may have ended meanwhile. The actor as he is now. */
export async function admitAgain(context: Part<'request' | 'server'>, permission: Permission): Promise<Actor> {
  await admitUser(permission)(context)
  return (context.request as Called)[caller]!.actor
}

/** INTERNAL_TOKEN, current and previous. */
function admitPlane({ request }: Part<'request'>) {
  if (!isOneOf(config.INTERNAL_TOKEN, request.headers.get('x-internal-token') ?? '')) throw stranger()
}

/** Staff of the platform, by a pass of the Management plane. Where the panel is off there is no such thing here. */
function admitStaff({ request }: Part<'request'>) {
  if (!config.ADMIN_PANEL_ENABLED) throw new Problem(404, 'not_found', 'There is no such route')
  const pass = staffPass.read(config.CLOUD_WEBHOOK_HMAC_SECRET, bearerOf(request.headers.get('authorization')) ?? '')
  if (!pass) throw stranger()
  note({ 'monozu.actor': 'staff' })
  ;(request as Called)[passed] = pass.staff_id
}

/** The signature is over the bytes as they came: only what it holds for is parsed. */
function admitWebhook(context: Part<'request' | 'body'>) {
  const { headers } = context.request
  if (!(context.body instanceof ArrayBuffer)) throw stranger()
  const body = new Uint8Array(context.body)
  const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) => headers.get(`webhook-${name}`))
  const delivery = { id: id ?? null, timestamp: timestamp ?? null, signature: signature ?? null, body }
  const message = verifyWebhook(config.CLOUD_WEBHOOK_HMAC_SECRET, delivery, nowMs() / 1000)
  if (!message) throw stranger()
  ;(context.request as Called)[signed] = message
  try {
    context.body = JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    throw new Problem(400, 'malformed', 'The body cannot be read as JSON')
  }
}

/** For what tells in its body something that would be lost without one: what was leased, the place of a download. */
export function assertBodyWanted({ method }: Request) {
  if (method === 'HEAD') throw new Problem(405, 'method_not_allowed', 'HEAD is not possible here')
}

/** Said again by what waits for long: the key may have ended meanwhile. */
export const admitDevice = async ({ request }: Part<'request'>) => {
  await admit(request, await knownByDeviceKey(request.headers.get('x-device-key') ?? ''))
  assertBodyWanted(request)
}

export function callOf({ request, server, set }: Part<'request' | 'server' | 'set'>): Call {
  return {
    request_id: set.headers['x-request-id'] as string | undefined,
    address: addressFrom({ request, server }),
    ifMatch: request.headers.get('if-match') ?? undefined,
  }
}

function idempotencyKey({ method, headers }: Request): string | undefined {
  const key = method === 'POST' ? headers.get('idempotency-key') : null
  if (key === null) return undefined
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new Problem(400, 'malformed', 'Idempotency-Key must be 1 to 255 printable characters')
  return key
}

/** The framework answers HEAD with the handler of GET. */
const safe = new Set(['GET', 'HEAD'])

/** Gives the handler `run`, its only way to the database. A GET and a `.read` permission cannot write; an Idempotency-Key makes a creation repeatable. */
const handing =
  (mode?: AccessMode) =>
  ({ request, body, server, set }: Context) => {
    const known = (request as Called)[caller]
    if (!known) throw stranger()
    const run = <T>(work: (scope: Scope) => Promise<T>): Promise<T> => {
      const key = idempotencyKey(request)
      const accessMode = mode ?? (safe.has(request.method) ? 'read only' : 'read write')
      const requestHash = key && hashOf(`${request.url} ${JSON.stringify(body)}`)
      const call = callOf({ request, server, set })
      return inTenant(known.actor, accessMode, requestHash ? (scope) => once(scope, key, requestHash, work) : work, call)
    }
    return { actor: known.actor, known, run }
  }

/** `security` and the reason go into OpenAPI; the laws read them there. */
const says = (detail: object) => ({ detail })
const bearer = { security: [{ bearer: [] }] }
const bearerOrToken = { security: [{ bearer: [] }, { api_token: [] }] }

/**
 * One of these on a route is all of its protection:
 * `permission: 'devices.read'` (401 without a valid access or API token, 403 without the permission), `signedIn: true`, `device: true` (X-Device-Key), `public: 'why'`,
 * `internal: true` (X-Internal-Token), `staff: true` (a pass of the Management plane, with ADMIN_PANEL_ENABLED), `webhook: true` (a signature over the body, beside `parse: 'arrayBuffer'`).
 */
export const guard = new Elysia({ name: 'guard' }).macro({
  permission: (permission: Permission) => ({
    ...says({ ...bearerOrToken, 'x-permission': permission }),
    transform: admitUser(permission),
    resolve: handing(permission.endsWith('.read') ? 'read only' : undefined),
  }),
  signedIn: (_: true) => ({ ...says({ ...bearer, 'x-signed-in': true }), transform: admitUser(), resolve: handing() }),
  device: (_: true) => ({
    ...says({ security: [{ device: [] }], 'x-device': true }),
    transform: admitDevice,
    // A poll leases commands: the one GET that writes, as the contract has it.
    resolve: handing('read write'),
  }),
  internal: (_: true) => ({ ...says({ security: [{ internal: [] }], 'x-internal': true }), transform: admitPlane }),
  staff: (_: true) => ({
    ...says({ security: [{ staff: [] }], 'x-staff': true }),
    transform: admitStaff,
    resolve: ({ request }: Part<'request'>) => ({ staff_id: (request as Called)[passed]! }),
  }),
  webhook: (_: true) => ({
    ...says({ security: [{ webhook: [] }], 'x-webhook': true }),
    transform: admitWebhook,
    resolve: ({ request }: Part<'request'>) => ({ message: (request as Called)[signed]! }),
  }),
  public: (reason: string) => says({ security: [], 'x-public': reason }),
  /** Beside the guard: what the route refuses that others do not, for the document of the API. Tests hold each answer against it. */
  refuses: (refusals: Refusals) => says({ 'x-refuses': refusals }),
})

/** What the guard of a route refuses. */
export function refusedByGuard(method: string, operation: Operation): Refusals {
  const permission = operation['x-permission'] as Permission | undefined
  const isOfMembers = permission !== undefined || operation['x-signed-in']
  const closed: Word[] = ['tenant_pending', 'tenant_suspended']
  const toSupport: Word[] = isOfMembers && method !== 'get' ? ['support_forbidden', 'support_read_only'] : []
  const once: Refusals = method === 'post' ? { 400: ['malformed'], 422: ['idempotency_key_reused'] } : {}
  if (isOfMembers || operation['x-device'])
    return {
      ...once,
      401: ['unauthenticated'],
      403: [...(permission ? ['forbidden' as const] : []), ...closed, ...toSupport],
      ...(permission && featureOf(permission) && { 404: ['feature_disabled'] }),
    }
  if (operation['x-webhook']) return { 400: ['malformed'], 401: ['unauthenticated'] }
  if (operation['x-staff']) return { 401: ['unauthenticated'], 404: ['not_found'] }
  return operation['x-internal'] ? { 401: ['unauthenticated'] } : {}
}
