import { config } from '../src/core/config'
import { log } from '../src/core/log'
import { type Family, prometheusText, prometheusType } from '../src/core/metrics'
import { type OtlpOptions, openOtlp } from '../src/core/otlp'
import { Problem, problemResponse, describe } from '../src/core/problem'
import { givenRequestId } from '../src/core/request-id'
import { isOneOf } from '../src/core/secrets'
import { securityHeaders } from '../src/core/security-headers'
import { note, servingSpan } from '../src/core/spans'
import { openBatcher } from './batch'
import { openBodies } from './body'
import { type Share, openBudget } from './budget'
import { within } from './connect'
import type { Door } from './doors/door'
import { influx1, influx2 } from './doors/influx'
import { health, influxQuery, ping } from './doors/influx-greetings'
import { native } from './doors/native'
import { otlpLogs, otlpMetrics } from './doors/otlp'
import { prometheus } from './doors/prometheus'
import { type Unit, examine, unitOf } from './examine'
import { valuesIn } from './frames'
import { type Device, openKeys } from './keys'
import { openLayouts } from './layouts'
import { limits } from './limits'
import { openMeter } from './meter'
import { openOutage } from './outage'
import { type Quota, openQuota } from './quota'
import { openReader } from './reader'
import { openReplay } from './replay'
import { closedProblem } from '../src/core/tenant-state'
import { away, busy, closed, unknownKey } from './refusals'
import { listenForSignals } from './signals'
import { openShapes } from './shapes'
import { openDrain } from './spool/drain'
import { openVolume } from './volume'
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
  /** How long a body may take to arrive. */
  bodyMs?: number
  /** Where to keep what arrives while the database is away, and how much of it; without it such requests get a 503. */
  spool?: { folder: string; bytes: number }
  /** Of each tenant. */
  quota?: Quota
  /** How long, once it is being stopped, it goes on serving while readiness fails: until whoever stands in front has seen that. */
  drainMs?: number
  /** Any of them opens GET /metrics; without one there is no such route. */
  metricsTokens?: string[]
  otlp?: OtlpOptions
  /** One of several processes on this port. */
  isShared?: boolean
  /** What to tell of all of them, given how each tells of itself. */
  gather?: (own: () => Family[]) => () => Promise<Family[]>
}

const everywhere = new Headers({ ...securityHeaders(config.INGEST_PUBLIC_URL), 'cache-control': 'no-store' })

function secured(answer: Response): Response {
  for (const [name, value] of everywhere) answer.headers.set(name, value)
  return answer
}

const ofStored = new Headers(everywhere)

/** What nearly every request gets: with a copy of headers that are there already, since setting them one by one takes twice as long. */
function stored(request_id: string): Response {
  ofStored.set('x-request-id', request_id)
  return new Response(null, { status: 204, headers: ofStored })
}

const serving = (route: string, answer: (request: Request) => Promise<Response>) => (request: Request) =>
  servingSpan(request, () => {
    note({ 'http.route': route })
    return answer(request)
  })

function refuse(door: Door, problem: Problem, request_id: string): Response {
  note({ 'error.type': problem.error })
  return door.refuse(problem, request_id)
}

const requestIdOf = (request: Request) => givenRequestId(request) ?? Bun.randomUUIDv7()

/** Serves POST /v1/ingest and the doors of other protocols, GET /healthz and GET /readyz. Starts without a database, and answers 503 until there is one. */
export function openIngestor({
  databaseUrl,
  port,
  hostname,
  spool: place,
  quota: allowed = { valuesPerSecond: 0, bytesPerSecond: 0 },
  drainMs = 0,
  metricsTokens = [],
  otlp,
  isShared = false,
  gather,
  bodyMs,
  flushMs = place ? limits.spoolAfterMs : limits.flushMs,
}: Options) {
  const outage = openOutage()
  const meter = openMeter()
  const spool = place && openSpool(takeSlot(place.folder), place.bytes, () => reader.installation())
  const isSpooling = () => spool !== undefined && outage.isAway()
  const reader = openReader(databaseUrl, outage)
  const keys = openKeys(reader.read, isSpooling)
  const layouts = openLayouts(reader.read, isSpooling)
  const shapes = openShapes()
  const batcher = openBatcher(databaseUrl, { layouts, forgetKey: keys.forget, flushMs, outage, spool, meter })
  const drain = spool && openDrain({ spool, parent: place.folder, databaseUrl, layouts, outage, ping: reader.ping, read: reader.read })
  const replay = openReplay(databaseUrl, { ...reader, layouts, flushMs })
  const volume = openVolume(reader.noteVolumes)
  const budget = openBudget()
  const bodies = openBodies(bodyMs)
  const quota = openQuota(allowed)
  const allFamilies = gather?.(families) ?? families
  const push = otlp && openOtlp(otlp, families)
  const listener = listenForSignals(databaseUrl, {
    tell: reader.tell,
    forget: keys.forget,
    replay: replay.ask,
    lost() {
      for (const { forgetAll } of [keys, layouts, shapes]) forgetAll()
      replay.askAll()
    },
  })
  let isLeaving = false
  let isDraining = false
  let isMigrated = false
  let inFlight = 0
  let whenIdle = () => {}

  async function ingest(door: Door, request: Request, share: Share, request_id: string): Promise<Response> {
    const found = keys.find(door.keyOf(request))
    const device: Device | undefined = found instanceof Promise ? await found : found
    if (!device) throw unknownKey()
    const { tenant_status } = device
    if (tenant_status && closedProblem(tenant_status)) throw closed(tenant_status)
    note({ 'monozu.tenant_id': device.tenant_id, 'monozu.actor': 'device' })
    quota.admit(device.tenant_id)
    let bytes: Buffer
    try {
      bytes = await bodies.read(request, share.of(device.tenant_id), door.mostBytes)
    } finally {
      quota.charge(device.tenant_id, { bytes: share.bytes() })
    }
    const unit = followed(door, bytes, device) ?? (await examine(door.read(bytes, request), device, layouts, door.isVerbatim && shapes))
    meter.examined(unit)
    quota.charge(device.tenant_id, { values: valuesIn(unit.rows, unit.frames) })
    const isEmpty = !unit.frames && !unit.records.length && !unit.rejected.length
    const added = isEmpty ? 0 : await batcher.add(unit)
    volume.note(unit)
    const answer = door.answer(unit, added, request_id)
    return answer ? secured(answer) : stored(request_id)
  }

  function followed(door: Door, bytes: Buffer, device: Device): Unit | undefined {
    const read = door.isVerbatim && shapes.read(bytes, device)
    return read ? unitOf(device, read) : undefined
  }

  async function post(door: Door, request: Request): Promise<Response> {
    const request_id = requestIdOf(request)
    note({ 'monozu.request_id': request_id })
    const share = budget.open()
    let answer: Response
    inFlight += 1
    try {
      if (isDraining) throw busy('This ingestor is being stopped')
      answer = await ingest(door, request, share, request_id)
    } catch (error) {
      answer = secured(refuse(door, problemOf(error, request_id), request_id))
    } finally {
      meter.received(share.bytes())
      share.giveBack()
      inFlight -= 1
      if (!inFlight) whenIdle()
    }
    meter.answered(answer.status)
    // Whoever keeps connections takes the next one to another instance.
    if (isLeaving) answer.headers.set('connection', 'close')
    return answer
  }

  async function whyNotReady(): Promise<string | undefined> {
    if (isLeaving) return 'draining'
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
    const warning = spool?.foreignBytes() ? { warning: 'the spool holds records of another installation' } : {}
    const body = reason ? { status: 'unavailable', reason } : { status: 'ok', ...warning }
    return Response.json(body, { status: reason ? 503 : 200, headers: { 'x-request-id': requestIdOf(request) } })
  }

  function families() {
    return meter.families({
      bodyBytes: budget.bytes(),
      queueBytes: batcher.queueBytes(),
      spoolBytes: spool?.bytes() ?? 0,
      damaged: spool?.damaged() ?? 0,
      foreignBytes: spool?.foreignBytes() ?? 0,
      isAway: outage.isAway(),
      inFlight,
    })
  }

  async function metrics(request: Request): Promise<Response> {
    const request_id = requestIdOf(request)
    if (!metricsTokens.length) return problemResponse(noRoute(), request_id)
    const token = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
    if (!isOneOf(metricsTokens, token))
      return problemResponse(new Problem(401, 'unauthenticated', 'The token is missing or not the one in METRICS_TOKEN'), request_id)
    return new Response(prometheusText(await allFamilies()), { headers: { 'content-type': prometheusType, 'x-request-id': request_id } })
  }

  const doorAt = (route: string, of: (request: Request) => Door) => serving(route, (request) => post(of(request), request))
  const routes = {
    '/v1/ingest': { POST: doorAt('/v1/ingest', () => native) },
    '/api/v1/write': { POST: doorAt('/api/v1/write', () => prometheus) },
    '/write': { POST: doorAt('/write', () => influx1) },
    '/api/v2/write': { POST: doorAt('/api/v2/write', () => influx2) },
    '/query': { POST: doorAt('/query', () => influxQuery), GET: doorAt('/query', () => influxQuery) },
    '/ping': { GET: (request: Request) => secured(ping(requestIdOf(request))) },
    '/health': { GET: async (request: Request) => secured(health(await whyNotReady(), requestIdOf(request))) },
    '/v1/metrics': { POST: doorAt('/v1/metrics', otlpMetrics) },
    '/v1/logs': { POST: doorAt('/v1/logs', otlpLogs) },
    '/metrics': { GET: async (request: Request) => secured(await metrics(request)) },
    '/healthz': {
      GET: (request: Request) => secured(Response.json({ status: 'ok' }, { headers: { 'x-request-id': requestIdOf(request) } })),
    },
    '/readyz': { GET: async (request: Request) => secured(await ready(request)) },
  }

  const unknownRoute = ({ url, method }: Request) =>
    Object.hasOwn(routes, new URL(url).pathname) ? new Problem(405, 'method_not_allowed', `${method} is not possible here`) : noRoute()

  const server = Bun.serve({
    port,
    hostname,
    reusePort: isShared,
    development: false,
    // Larger bodies get our own answer, without being read.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    idleTimeout: 60,
    routes,
    fetch: (request) => secured(problemResponse(unknownRoute(request), requestIdOf(request))),
    error: () => secured(problemResponse(away(), Bun.randomUUIDv7())),
  })

  /** Readiness fails at once; after the time it takes to be seen nothing new is taken, and requests in flight finish (at most 10 s). */
  async function stop() {
    isLeaving = true
    if (drainMs) await Bun.sleep(drainMs)
    isDraining = true
    if (inFlight) await Promise.race([new Promise<void>((resolve) => (whenIdle = resolve)), Bun.sleep(limits.shutdownMs)])
    // The last answers may still be on their way to the socket.
    await Promise.race([server.stop(), Bun.sleep(limits.lastAnswersMs)])
    await server.stop(true)
    await drain?.close()
    await spool?.close()
    await push?.close()
    await volume.close()
    bodies.close()
    batcher.close()
    replay.close()
    await listener.end()
    reader.close()
  }

  return { url: `http://${hostname}:${server.port}`, stop }
}

function problemOf(error: unknown, request_id: string): Problem {
  if (error instanceof Problem) return error
  log.error({ request_id, error: describe(error) }, 'unexpected error')
  return away()
}

const noRoute = () => new Problem(404, 'not_found', 'There is no such route')
