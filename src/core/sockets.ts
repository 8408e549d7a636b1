import { Elysia, t } from 'elysia'
import type { ServerWebSocket } from 'bun'
import { type Known, bearerOf, knownBySession, knownByToken } from './authenticate'
import { nowMs } from './clock'
import { Problem } from './errors'
import { withinFeatures } from './features'
import { limits } from './limits'
import { heardOn, joinLive } from './live'
import type { Channel } from './schema'
import { log } from './log'
import { fromAllowedOrigin } from './origins'
import { onSignal } from './signals'
import { assertOpen, closedProblem } from './tenant-state'
import { redeemTicket } from './tickets'
import { accessSeconds, rememberedClaims } from './tokens'

/** Close codes: the token no longer holds, the permission was lost, the process is going away. */
const closed = { unauthenticated: 4401, forbidden: 4403, tooMany: 4429, changed: 1012, draining: 1001 } as const

interface Open {
  socket: ServerWebSocket<unknown>
  channel: Channel
  known: Known
  /** When the token that opened it ends, epoch milliseconds; a `renew` message moves it. */
  until: number
  leave: () => void
}
const open = new Map<string, Open>()
const openOf = new Map<string, number>()

const mayListen = ({ actor }: Known, channel: Channel) => heardOn[channel].some((permission) => actor.permissions.has(permission))

interface Admitted {
  known: Known
  until: number
}

/** A socket may stay until its token ends (one opened by a ticket: as long as a new token would last), and no longer than its session. */
const admission = (known: Known | undefined, token?: string): Admitted | undefined =>
  known && {
    known,
    until: Math.min(known.endsAt, token === undefined ? nowMs() + accessSeconds * 1000 : (rememberedClaims(token)?.exp ?? 0) * 1000),
  }

/** `?ticket=`, `?token=`, or `Sec-WebSocket-Protocol: bearer, <token>`. */
async function authenticate(request: Request, query: { ticket?: string; token?: string }) {
  const spoken =
    request.headers
      .get('sec-websocket-protocol')
      ?.split(',')
      .map((part) => part.trim()) ?? []
  const token = query.token ?? bearerOf(request.headers.get('authorization')) ?? (spoken[0] === 'bearer' ? spoken[1] : undefined)
  if (query.ticket) return admission(await redeemTicket(query.ticket))
  return token ? admission(await knownByToken(token), token) : undefined
}

const admitted = new WeakMap<Request, Admitted>()

async function admit(request: Request, channel: Channel, query: { ticket?: string; token?: string }) {
  if (!fromAllowedOrigin(request)) throw new Problem(403, 'forbidden_origin', 'This origin may not open sockets')
  const shown = await authenticate(request, query)
  if (!shown) throw new Problem(401, 'unauthenticated', 'Sign in first')
  assertOpen(shown.known.tenant_status)
  const found = { ...shown, known: await withinFeatures(shown.known) }
  if (!mayListen(found.known, channel))
    throw new Problem(403, 'forbidden', `This needs one of the permissions ${heardOn[channel].join(', ')}`)
  admitted.set(request, found)
}

function close(id: string, code: number, reason: string) {
  const entry = open.get(id)
  if (!entry) return
  open.delete(id)
  const { user_id } = entry.known.session!
  const rest = openOf.get(user_id)! - 1
  if (rest) openOf.set(user_id, rest)
  else openOf.delete(user_id)
  entry.leave()
  entry.socket.close(code, reason)
}

const sameView = (a: Known, b: Known) =>
  String(a.actor.units) === String(b.actor.units) && [...a.actor.permissions].join() === [...b.actor.permissions].join()

/** Whether a socket may stay as it is. What it may hear is fixed when it joins: a changed view means joining again. */
async function recheck(id: string, { known, channel }: Open) {
  const living = known.session && (await knownBySession(known.session))
  if (!living) return close(id, closed.unauthenticated, 'session ended')
  if (closedProblem(living.tenant_status)) return close(id, closed.forbidden, 'organization closed')
  const current = await withinFeatures(living)
  if (!mayListen(current, channel)) close(id, closed.forbidden, 'permission lost')
  else if (!sameView(known, current)) close(id, closed.changed, 'view changed')
}

function recheckWhere(concerned: (entry: Open) => boolean) {
  for (const [id, entry] of open) if (concerned(entry)) recheck(id, entry).catch(() => close(id, closed.changed, 'cannot be checked'))
}

onSignal(
  'sessions',
  (key) => recheckWhere(({ known }) => known.session?.sid === key || known.actor.tenant_id === key),
  () => recheckWhere(() => true),
)

/** Closes sockets whose token has ended; called every second by the server. */
export function closeEnded() {
  const at = nowMs()
  for (const [id, { until }] of open) if (until <= at) close(id, closed.unauthenticated, 'token ended')
}

export function drainSockets() {
  for (const id of open.keys()) close(id, closed.draining, 'draining')
}

async function join(id: string, socket: ServerWebSocket<unknown>, channel: Channel, { known, until }: Admitted, since: number | undefined) {
  const { user_id } = known.session!
  const held = openOf.get(user_id) ?? 0
  if (held >= limits.socketsPerUser) return socket.close(closed.tooMany, 'too many sockets')
  openOf.set(user_id, held + 1)
  const entry: Open = { socket, channel, known, until, leave: () => {} }
  open.set(id, entry)
  try {
    const leave = await joinLive(socket, known.actor, channel, since)
    if (open.get(id) === entry) entry.leave = leave
    else leave()
  } catch {
    log.warn('a socket could not join; its client comes again')
    close(id, closed.changed, 'try again')
  }
}

async function renew(id: string, access_token: string) {
  const entry = open.get(id)
  const found = admission(await knownByToken(access_token), access_token)
  if (entry && found && found.known.session?.sid === entry.known.session?.sid) entry.until = found.until
  else close(id, closed.unauthenticated, 'token not valid')
}

const endpoint = (channel: Channel) =>
  new Elysia().ws(`/${channel}`, {
    public: 'the handshake is authenticated before the upgrade, by ticket, token or subprotocol',
    refuses: { 401: ['unauthenticated'], 403: ['forbidden', 'forbidden_origin', 'tenant_pending', 'tenant_suspended'] },
    query: t.Object({
      token: t.Optional(t.String({ maxLength: 4000, description: 'an access token' })),
      ticket: t.Optional(t.String({ maxLength: 200, description: 'of POST /api/v1/ws/ticket, used once' })),
      since: t.Optional(t.Integer({ minimum: 0, description: 'the number of the last event that was seen: those after it come first' })),
    }),
    detail: { tags: ['live'], summary: `Live ${channel} events (WebSocket)` },
    transform: ({ request, query }) => admit(request, channel, query as { ticket?: string; token?: string }),
    open(ws) {
      const found = admitted.get(ws.data.request)
      if (!found?.known.session) return ws.close(closed.unauthenticated)
      void join(ws.id, ws.raw as unknown as ServerWebSocket<unknown>, channel, found, ws.data.query.since)
    },
    // Looked at here, as the framework would answer what does not fit with what was sent. What means nothing is passed over.
    message(ws, message: unknown) {
      const { type, access_token } = Object(message) as { type?: unknown; access_token?: unknown }
      if (type === 'ping') ws.send({ type: 'pong' })
      else if (type === 'renew') void renew(ws.id, String(access_token))
    },
    close: (ws) => close(ws.id, 1000, ''),
  })

/** `/api/ws/security` and `/api/ws/vpn`. */
export const sockets = new Elysia({ prefix: '/api/ws' }).use(endpoint('security')).use(endpoint('vpn'))
