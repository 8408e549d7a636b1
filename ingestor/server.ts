import { config } from '../src/core/config'
import { log } from '../src/core/log'
import { Problem, problemResponse, describe } from '../src/core/problem'
import { securityHeaders } from '../src/core/security-headers'
import { openBatcher } from './batch'
import { readBody } from './body'
import { type Share, openBudget } from './budget'
import { within } from './connect'
import type { Door } from './doors/door'
import { influx1, influx2 } from './doors/influx'
import { native } from './doors/native'
import { prometheus } from './doors/prometheus'
import { examine } from './examine'
import { type Device, openKeys } from './keys'
import { openLayouts } from './layouts'
import { limits } from './limits'
import { openOutage } from './outage'
import { openReader } from './reader'
import { openReplay } from './replay'
import { away, busy, unknownKey } from './refusals'
import { listenForSignals } from './signals'
import { openDrain } from './spool/drain'
import { takeSlot } from './spool/slot'
import { openSpool } from './spool/spool'

export interface Options {
  /** As the role monozu_ingest. */
  databaseUrl: string
  /** 0 for one that is free. */
  port: number
  hostname: string
  /** How long the writing of one batch may take before its connection is given up. */
  flushMs?: number
  /** Where to keep what arrives while the database is away, and how much of it; without it such requests get a 503. */
  spool?: { folder: string; bytes: number }
}

const everywhere = Object.entries({ ...securityHeaders(config.INGEST_PUBLIC_URL), 'cache-control': 'no-store' })

function secured(answer: Response): Response {
  for (const [name, value] of everywhere) answer.headers.set(name, value)
  return answer
}

const acceptableId = /^[\w.:-]{8,80}$/
const requestIdOf = ({ headers }: Request) => {
  const given = headers.get('x-request-id')
  return given && acceptableId.test(given) ? given : Bun.randomUUIDv7()
}

/** Serves POST /v1/ingest and the doors of other protocols, GET /healthz and GET /readyz. Starts without a database, and answers 503 until there is one. */
export function openIngestor({
  databaseUrl,
  port,
  hostname,
  spool: place,
  flushMs = place ? limits.spoolAfterMs : limits.flushMs,
}: Options) {
  const outage = openOutage()
  const spool = place && openSpool(takeSlot(place.folder), place.bytes)
  const isSpooling = () => spool !== undefined && outage.isAway()
  const reader = openReader(databaseUrl, outage)
  const keys = openKeys(reader.read, isSpooling)
  const layouts = openLayouts(reader.read, isSpooling)
  const batcher = openBatcher(databaseUrl, { layouts, forgetKey: keys.forget, flushMs, outage, spool })
  const drain = spool && openDrain({ spool, parent: place.folder, databaseUrl, layouts, outage, ping: reader.ping })
  const replay = openReplay(databaseUrl, { ...reader, layouts, flushMs })
  const budget = openBudget()
  const listener = listenForSignals(databaseUrl, {
    forget: keys.forget,
    replay: replay.ask,
    lost() {
      for (const { forgetAll } of [keys, layouts]) forgetAll()
      replay.askAll()
    },
  })
  let isDraining = false
  let isMigrated = false
  let inFlight = 0
  let whenIdle = () => {}

  async function ingest(door: Door, request: Request, share: Share, request_id: string): Promise<Response> {
    const found = keys.find(door.keyOf(request))
    const device: Device | undefined = found instanceof Promise ? await found : found
    if (!device) throw unknownKey()
    const items = door.read(await readBody(request, share, door.mostBytes), request)
    const unit = await examine(items, device, layouts)
    return door.answer(unit, items.count ? await batcher.add(unit) : 0, request_id)
  }

  async function post(door: Door, request: Request): Promise<Response> {
    const request_id = requestIdOf(request)
    if (isDraining) {
      const answer = door.refuse(busy('This ingestor is being stopped'), request_id)
      answer.headers.set('connection', 'close')
      return answer
    }
    const share = budget.open()
    inFlight += 1
    try {
      return await ingest(door, request, share, request_id)
    } catch (error) {
      return door.refuse(problemOf(error, request_id), request_id)
    } finally {
      share.giveBack()
      inFlight -= 1
      if (!inFlight) whenIdle()
    }
  }

  async function whyNotReady(): Promise<string | undefined> {
    if (isDraining) return 'draining'
    try {
      if (!isMigrated && (await within(limits.readyMs, reader.pending(), away)).length) return 'migrations are pending'
      isMigrated = true
      if (isSpooling() && spool?.hasRoom()) return undefined
      await within(limits.readyMs, reader.ping(), away)
      return undefined
    } catch {
      return 'the database cannot be reached'
    }
  }

  async function ready(request: Request): Promise<Response> {
    const reason = await whyNotReady()
    const body = reason ? { status: 'unavailable', reason } : { status: 'ok' }
    return Response.json(body, { status: reason ? 503 : 200, headers: { 'x-request-id': requestIdOf(request) } })
  }

  const server = Bun.serve({
    port,
    hostname,
    development: false,
    // Larger bodies get our own answer, without being read.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    idleTimeout: 60,
    routes: {
      '/v1/ingest': { POST: async (request) => secured(await post(native, request)) },
      '/api/v1/write': { POST: async (request) => secured(await post(prometheus, request)) },
      '/write': { POST: async (request) => secured(await post(influx1, request)) },
      '/api/v2/write': { POST: async (request) => secured(await post(influx2, request)) },
      '/healthz': { GET: (request) => secured(Response.json({ status: 'ok' }, { headers: { 'x-request-id': requestIdOf(request) } })) },
      '/readyz': { GET: async (request) => secured(await ready(request)) },
    },
    fetch: (request) => secured(problemResponse(unknownRoute(request), requestIdOf(request))),
    error: () => secured(problemResponse(away(), Bun.randomUUIDv7())),
  })

  /** Readiness fails at once, requests in flight finish (at most 10 s), nothing new is taken. */
  async function stop() {
    isDraining = true
    if (inFlight) await Promise.race([new Promise<void>((resolve) => (whenIdle = resolve)), Bun.sleep(limits.shutdownMs)])
    // The last answers may still be on their way to the socket.
    await Promise.race([server.stop(), Bun.sleep(limits.lastAnswersMs)])
    await server.stop(true)
    await drain?.close()
    await spool?.close()
    batcher.close()
    replay.close()
    reader.close()
    await listener.end({ timeout: 0 })
  }

  return { url: `http://${hostname}:${server.port}`, stop }
}

function problemOf(error: unknown, request_id: string): Problem {
  if (error instanceof Problem) return error
  log.error({ request_id, error: describe(error) }, 'unexpected error')
  return away()
}

const unknownRoute = ({ url, method }: Request) =>
  ['/v1/ingest', '/api/v1/write', '/write', '/api/v2/write', '/healthz', '/readyz'].includes(new URL(url).pathname)
    ? new Problem(405, 'method_not_allowed', `${method} is not possible here`)
    : new Problem(404, 'not_found', 'There is no such route')
