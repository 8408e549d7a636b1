import { Elysia } from 'elysia'
import type { Operation } from '../core/api-document'
import { bearerOf } from '../core/authenticate'
import { Problem } from '../core/errors'
import { callOf } from '../core/guard'
import { config } from './config'
import { recordOnce } from '../core/refusals'
import type { Call } from '../core/scope'
import { isOneOf } from '../core/secrets'
import { note } from '../core/spans'
import type { Refusals } from '../core/words'
import type { StaffPermission } from './permissions'
import { type StaffActor, type StaffScope, audit, inManagement } from './scope'

/** A member of staff who was recognized. */
export interface KnownStaff {
  actor: StaffActor
  session: { id: string; expires_at: Date }
}

let load: (token: string) => Promise<KnownStaff | undefined> = async () => undefined
/** How the sign-in says who sent an access token. */
export const recognizeStaff = (loader: typeof load) => void (load = loader)

const caller = Symbol('caller')
type Called = Request & { [caller]?: KnownStaff }
interface Context {
  request: Request
  server: { requestIP: (request: Request) => { address: string } | null } | null
  set: { headers: Record<string, unknown> }
}

const unauthenticated = () => new Problem(401, 'unauthenticated', 'Sign in first')

const recordRefusal = (actor: StaffActor, permission: StaffPermission, call: Call) =>
  recordOnce(`staff ${actor.id} ${permission}`, () =>
    inManagement(actor, 'read write', (scope) => audit(scope, 'permissions.refuse', null, { after: { permission } }), call),
  )

/** In `transform`, before validation: a stranger learns nothing of the schema. */
const admit =
  (permission?: StaffPermission) =>
  async ({ request, server, set }: Context & { request: Called }) => {
    const token = bearerOf(request.headers.get('authorization'))
    const known = token ? await load(token) : undefined
    if (!known) throw unauthenticated()
    note({ 'monozu.actor': known.actor.kind })
    if (permission && !known.actor.permissions.has(permission)) {
      recordRefusal(known.actor, permission, callOf({ request, server, set }))
      throw new Problem(403, 'forbidden', `This needs the permission ${permission}`)
    }
    request[caller] = known
  }

const safe = new Set(['GET', 'HEAD'])

/** `run` is the handler's only way to the database; a GET cannot write. */
const handing = (context: Context) => {
  const known = (context.request as Called)[caller]
  if (!known) throw unauthenticated()
  const mode = safe.has(context.request.method) ? 'read only' : 'read write'
  const run = <T>(work: (scope: StaffScope) => Promise<T>): Promise<T> => inManagement(known.actor, mode, work, callOf(context))
  return { known, actor: known.actor, run }
}

/** INTERNAL_TOKEN, current and previous: the Cloud. */
function admitCloud({ request }: { request: Request }) {
  if (!isOneOf(config.INTERNAL_TOKEN, request.headers.get('x-internal-token') ?? '')) throw unauthenticated()
}

const says = (detail: object) => ({ detail })
const bearer = { security: [{ bearer: [] }] }

/** As the Cloud's: one of these on a route is all of its protection: `permission`, `signedIn`, `internal` (X-Internal-Token), `public: 'why'`. */
export const guard = new Elysia({ name: 'staff guard' }).macro({
  permission: (permission: StaffPermission) => ({
    ...says({ ...bearer, 'x-permission': permission }),
    transform: admit(permission),
    resolve: handing,
  }),
  signedIn: (_: true) => ({ ...says({ ...bearer, 'x-signed-in': true }), transform: admit(), resolve: handing }),
  internal: (_: true) => ({ ...says({ security: [{ internal: [] }], 'x-internal': true }), transform: admitCloud }),
  public: (reason: string) => says({ security: [], 'x-public': reason }),
  /** As the Cloud's: what the route refuses beside that. */
  refuses: (refusals: Refusals) => says({ 'x-refuses': refusals }),
})

/** What the guard of a route refuses. */
export function refusedByGuard(_method: string, operation: Operation): Refusals {
  if (operation['x-permission']) return { 401: ['unauthenticated'], 403: ['forbidden'] }
  return operation['x-signed-in'] || operation['x-internal'] ? { 401: ['unauthenticated'] } : {}
}
