import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDevice, send as deliver, telemetry } from '../../ingestor/testing'
import { password, withPassword } from '../testing/account'
import { startCollector } from '../testing/collector'
import { eventually } from '../testing/eventually'
import { startApi, startCommand } from '../testing/process'
import { freePort } from './embedded-postgres'
import { allowed } from './spans'

const collector = startCollector()
const folder = mkdtempSync(join(tmpdir(), 'monozu-spans-'))
const { DATABASE_URL, DATABASE_INGEST_URL, SECRET_KEY, ENCRYPTION_KEYS } = Bun.env as Record<string, string>
const secrets = { SECRET_KEY: SECRET_KEY!, ENCRYPTION_KEYS: ENCRYPTION_KEYS! }

let api: Awaited<ReturnType<typeof startApi>>
beforeAll(async () => {
  api = await startApi({ ...collector.environment, TRUST_PROXY_HOPS: '1', OTEL_EXPORTER_OTLP_HEADERS: 'x-key=of%20the%20collector' })
}, 30_000)
afterAll(async () => {
  await api?.stop()
  await collector.stop()
  rmSync(folder, { recursive: true })
})

type Headers = Record<string, string>
const get = (path: string, headers: Headers = {}, at = api.url) => fetch(`${at}${path}`, { headers })
const logIn = (email: string, given = password, headers: Headers = {}, at = api.url) =>
  fetch(`${at}/api/v1/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ email, password: given }),
    headers: { 'content-type': 'application/json', ...headers },
  })
const signedIn = async (at = api.url) => {
  const client = await withPassword()
  const answer = (await (await logIn(client.email, password, {}, at)).json()) as { access_token: string }
  return { ...client, headers: { authorization: `Bearer ${answer.access_token}` } as Headers }
}
/** The span of the request that got this answer. */
const spanOf = (answer: Response) => {
  const id = answer.headers.get('x-request-id')
  return collector.span(({ attributes }) => attributes['monozu.request_id'] === id)
}
const [server, client] = [2, 3]

describe('spans', () => {
  test('of a sign-in: the request, its transactions beneath it, and its line in the log', async () => {
    const { email, tenant_id } = await withPassword()
    const answer = await logIn(email)
    expect(answer.status).toBe(200)
    const request = await spanOf(answer)
    expect(request).toMatchObject({ name: 'POST /api/v1/auth/login', kind: server, service: 'monozu-api', links: [], status: { code: 0 } })
    expect(request.parentSpanId).toBeUndefined()
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/api/v1/auth/login',
      'http.response.status_code': 200,
      'monozu.request_id': answer.headers.get('x-request-id')!,
    })
    const children = collector.trace(request.traceId).filter((span) => span !== request)
    expect(children.length).toBeGreaterThan(2)
    for (const child of children) {
      expect(child).toMatchObject({ name: 'transaction', kind: client, parentSpanId: request.spanId })
      expect(BigInt(child.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(request.startTimeUnixNano))
      // Where a span begins is told in whole milliseconds, and it ends as much later as it took.
      expect(BigInt(child.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(request.endTimeUnixNano) + 1_000_000n)
    }
    expect(children.map(({ attributes }) => attributes)).toContainEqual({
      'db.system.name': 'postgresql',
      'monozu.access_mode': 'read write',
      'monozu.tenant_id': tenant_id,
      'monozu.actor': 'user',
    })
    const line = api
      .output()
      .split('\n')
      .find((line) => line.includes(answer.headers.get('x-request-id')!))!
    expect(JSON.parse(line)).toMatchObject({ route: '/api/v1/auth/login', trace_id: request.traceId })
  })

  test('of a page of devices: one request, one transaction, the tenant in both', async () => {
    const { headers, tenant_id } = await signedIn()
    const first = await get('/api/v1/devices?limit=7&sort=name', headers)
    const second = await get('/api/v1/devices?limit=7&sort=name', headers)
    const request = await spanOf(second)
    expect(request).toMatchObject({ name: 'GET /api/v1/devices', kind: server })
    expect(request.attributes).toMatchObject({ 'monozu.tenant_id': tenant_id, 'monozu.actor': 'user', 'http.response.status_code': 200 })
    const [transaction, ...others] = collector.trace(request.traceId).filter((span) => span !== request)
    expect(others).toEqual([])
    expect(transaction).toMatchObject({ name: 'transaction', parentSpanId: request.spanId })
    expect(transaction!.attributes).toMatchObject({ 'monozu.access_mode': 'read only', 'monozu.tenant_id': tenant_id })
    expect((await spanOf(first)).traceId).not.toBe(request.traceId)
  })

  test('of what is refused say why in our own word, and are errors only where we are at fault', async () => {
    const { headers } = await signedIn()
    const cases: [Response, number, string, string][] = [
      [await get('/api/v1/me'), 401, 'unauthenticated', 'GET /api/v1/me'],
      [await get(`/api/v1/devices/${Bun.randomUUIDv7()}`, headers), 404, 'not_found', 'GET /api/v1/devices/:id'],
      [await get('/api/v1/devices?limit=many', headers), 422, 'invalid', 'GET /api/v1/devices'],
    ]
    for (const [answer, status, word, name] of cases) {
      const span = await spanOf(answer)
      expect([span.name, span.status.code]).toEqual([name, 0])
      expect(span.attributes).toMatchObject({ 'error.type': word, 'http.response.status_code': status })
    }
  })

  test('go on with the trace of a trusted proxy, where it has the form of one, and with its decision not to record', async () => {
    const { headers } = await signedIn()
    const [trace, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']
    const span = await spanOf(await get('/api/v1/me', { ...headers, traceparent: `00-${trace}-${parent}-01` }))
    expect([span.traceId, span.parentSpanId]).toEqual([trace, parent])
    for (const wrong of [`00-${'0'.repeat(32)}-${parent}-01`, `ff-${trace}-${parent}-01`, `00-${trace}-${parent}`, 'canary'])
      expect((await spanOf(await get('/api/v1/me', { ...headers, traceparent: wrong }))).parentSpanId).toBeUndefined()
    const silent = await get('/api/v1/me', { ...headers, traceparent: `00-${trace}-${parent}-00` })
    const next = await spanOf(await get('/api/v1/me', headers))
    expect(next.parentSpanId).toBeUndefined()
    expect(collector.spans.some(({ attributes }) => attributes['monozu.request_id'] === silent.headers.get('x-request-id'))).toBe(false)
  })

  test('of batches of the ingestor point to the requests they were made for; those of a worker are its jobs', async () => {
    const port = freePort()
    const ingestor = startCommand(['ingestor'], {
      ...collector.environment,
      DATABASE_URL: DATABASE_INGEST_URL!,
      PORT: String(port),
      DATA_DIR: folder,
      DRAIN_SECONDS: '0',
    })
    const worker = startCommand(['worker'], { ...collector.environment, ...secrets, DATABASE_URL: DATABASE_URL! })
    // A worker that outlived this would take up what other tests queue.
    onTestFinished(() => [ingestor, worker].forEach(({ child }) => child.kill()))
    const url = `http://127.0.0.1:${port}`
    const isReady = () =>
      get('/readyz', {}, url).then(
        ({ ok }) => ok,
        () => false,
      )
    expect(await eventually(isReady, 15_000)).toBe(true)
    const device = await makeDevice()
    // A stranger's trace is none of ours: no proxy is trusted here.
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
    const answers = await Promise.all([1, 2, 3].map((n) => deliver(url, device, [telemetry({ a: n }, n)], { headers })))
    for (const { status, headers } of answers) {
      expect(status).toBe(204)
      const request = await collector.span(({ attributes }) => attributes['monozu.request_id'] === headers.get('x-request-id'))
      expect(request).toMatchObject({ name: 'POST /v1/ingest', kind: server, service: 'monozu-ingestor' })
      expect(request.parentSpanId).toBeUndefined()
      expect(request.attributes).toMatchObject({ 'monozu.tenant_id': device.tenant_id, 'monozu.actor': 'device' })
      const batch = await collector.span(({ name, links }) => name === 'batch' && links.some(({ spanId }) => spanId === request.spanId))
      expect(batch.parentSpanId).toBeUndefined()
      expect(batch.attributes['monozu.requests']).toBe(batch.links.length)
    }
    const refused = await deliver(url, { key: 'mzd_nobody' }, [])
    expect(refused.status).toBe(401)
    const why = await collector.span(({ attributes }) => attributes['monozu.request_id'] === refused.headers.get('x-request-id'))
    expect(why.attributes['error.type']).toBe('unauthenticated')
    // What a request queued goes on in the worker with its trace.
    const { headers: own } = await signedIn()
    const body = JSON.stringify({ email: 'somebody@test.example', group_ids: [], org_unit_scope: 'all' })
    const invited = await fetch(`${api.url}/api/v1/invitations`, {
      method: 'POST',
      body,
      headers: { ...own, 'content-type': 'application/json' },
    })
    expect(invited.status).toBe(201)
    const asking = await spanOf(invited)
    const sending = await collector.span(({ name, traceId }) => name === 'job mail.send' && traceId === asking.traceId)
    expect(collector.trace(asking.traceId).map(({ spanId }) => spanId)).toContain(sending.parentSpanId!)
    expect(sending).toMatchObject({ kind: 5, service: 'monozu-worker', links: [] })
    const job = await collector.span(({ name }) => name === 'job licences')
    expect(job.parentSpanId).toBeUndefined()
    expect(job).toMatchObject({ kind: 5, service: 'monozu-worker', attributes: { 'monozu.job': 'licences' } })
    expect(await Promise.all([ingestor.stop(), worker.stop()])).toEqual([0, 0])
  }, 40_000)

  // ASVS 16.2.5
  test('say nothing beyond the list, and go where the collector is with what it wants to be shown', async () => {
    expect(collector.spans.length).toBeGreaterThan(20)
    for (const { attributes, name } of collector.spans) {
      expect(Object.keys(attributes).filter((key) => !Object.hasOwn(allowed, key))).toEqual([])
      for (const [key, value] of Object.entries(attributes)) expect(String(value)).toMatch(allowed[key as keyof typeof allowed])
      expect(name).not.toMatch(/healthz|readyz|\?/)
    }
    const [first] = collector.bodies
    expect([first!.path, first!.headers['x-key'], first!.headers['content-type']]).toEqual([
      '/v1/traces',
      'of the collector',
      'application/json',
    ])
  })
})

test('a collector that hangs or refuses slows and fails nobody; what is left when it is back arrives, and the last spans as the process ends', async () => {
  const away = startCollector()
  const hung = Promise.withResolvers<void>()
  away.behave({ status: 503, answer: () => hung.promise })
  const traced = await startApi({ ...away.environment, OTEL_SERVICE_NAME: 'named' })
  const { headers } = await signedIn(traced.url)
  for (let n = 0; n < 20; n += 1) expect((await get('/api/v1/me', headers, traced.url)).status).toBe(200)
  expect(await eventually(() => away.bodies.length > 0, 5_000)).toBe(true)
  expect(away.spans).toEqual([])
  hung.resolve()
  expect(await eventually(() => traced.output().includes('spans cannot be exported'), 5_000)).toBe(true)
  away.behave({ status: 200, answer: async () => {} })
  const isMine = ({ name }: { name: string }) => name === 'GET /api/v1/me'
  expect(await eventually(() => away.spans.filter(isMine).length === 20, 5_000)).toBe(true)
  expect(away.spans[0]!.service).toBe('named')
  await traced.stop()
  const slow = await startApi({ ...away.environment, OTEL_BSP_SCHEDULE_DELAY: '3600000', OTEL_SERVICE_NAME: 'last' })
  expect((await get('/api/v1/me', {}, slow.url)).status).toBe(401)
  expect(await slow.stop()).toBe(0)
  expect(away.spans.filter(({ service }) => service === 'last').map(({ name }) => name)).toEqual(['GET /api/v1/me'])
  await away.stop()
}, 60_000)

test('the Management plane is told the trace, and it alone', async () => {
  const plane = startCollector()
  const named = {
    OTEL_SERVICE_NAME: 'asking',
    MANAGEMENT_URL: plane.url,
    INTERNAL_TOKEN: 'a token of the tests '.repeat(3).replaceAll(' ', '-'),
  }
  const asking = await startApi({ ...collector.environment, ...named })
  const { email, tenant_id } = await withPassword()
  const answer = await logIn(email, password, {}, asking.url)
  expect(answer.status).toBe(403)
  const { traceId } = await spanOf(answer)
  const call = await collector.span((span) => span.traceId === traceId && span.name === 'management')
  expect(call).toMatchObject({ kind: client, attributes: { 'monozu.peer': 'management' } })
  const asked = plane.bodies.find(({ path }) => path === `/internal/v1/tenants/${tenant_id}/license`)
  expect(asked!.headers.traceparent).toBe(`00-${traceId}-${call.spanId}-01`)
  expect(collector.bodies.filter(({ headers }) => 'traceparent' in headers)).toEqual([])
  await asking.stop()
  await plane.stop()
}, 40_000)

test('of a ratio of none there are none; without an endpoint nothing is traced, and a line of the log names no trace', async () => {
  const sampler = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }
  const [none, off] = await Promise.all([startApi({ ...collector.environment, ...sampler, OTEL_SERVICE_NAME: 'none' }), startApi()])
  for (const { url, stop } of [none, off]) {
    expect((await logIn('nobody@test.example', 'not the password at all', {}, url)).status).toBe(401)
    await stop()
  }
  expect(collector.spans.filter(({ service }) => service === 'none')).toEqual([])
  expect(off.output()).toContain('/api/v1/auth/login')
  expect(off.output()).not.toContain('trace_id')
}, 40_000)
