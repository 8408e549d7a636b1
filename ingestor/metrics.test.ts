import { afterAll, expect, test } from 'bun:test'
import { makeDevice, send, startIngestor, telemetry, until } from './testing'

const token = 'a-token-for-the-tests-that-is-long-enough'
const wrong = token.replace('a-', 'b-')

interface Point {
  attributes: { value: { stringValue: string } }[]
  asDouble?: number
  count?: string
  bucketCounts?: string[]
  explicitBounds?: number[]
}
interface Metric {
  name: string
  sum?: { dataPoints: Point[]; aggregationTemporality: number; isMonotonic: boolean }
  gauge?: { dataPoints: Point[] }
  histogram?: { dataPoints: Point[] }
}
interface Pushed {
  resourceMetrics: { resource: { attributes: { key: string; value: { stringValue: string } }[] }; scopeMetrics: { metrics: Metric[] }[] }[]
}

const pushed: { path: string; key: string | null; type: string | null; body: Pushed }[] = []
const collector = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const { url, headers } = request
    const body = (await request.json()) as Pushed
    pushed.push({ path: new URL(url).pathname, key: headers.get('x-key'), type: headers.get('content-type'), body })
    return Response.json({})
  },
})
const endpoint = `http://127.0.0.1:${collector.port}`
const ingestor = startIngestor(undefined, {
  metricsTokens: [`${token}-next`, token],
  otlp: { endpoint, headers: { 'x-key': 'of the collector' }, intervalMs: 100, serviceName: 'tested' },
})
const { url } = ingestor
afterAll(async () => {
  await ingestor.stop()
  await collector.stop(true)
})

const scrape = (given = token, from = url) => fetch(`${from}/metrics`, { headers: { authorization: `Bearer ${given}` } })

/** Every line is what Prometheus text format 0.0.4 allows. */
async function read(): Promise<Map<string, number>> {
  const answer = await scrape()
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = (await answer.text()).split('\n')
  expect(lines.pop()).toBe('')
  const form = /^([a-z_]+(?:\{[a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*\})?) (-?[\d.e+-]+)$/
  const types = lines.flatMap((line) => /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line)?.[1] ?? [])
  expect(new Set(types).size).toBe(types.length)
  const samples = lines.filter((line) => !/^# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge|histogram))$/.test(line))
  return new Map(
    samples.map((line) => {
      const [, name, value] = form.exec(line) ?? []
      expect({ line, isSample: name !== undefined }).toEqual({ line, isSample: true })
      expect(types.some((type) => name!.startsWith(type))).toBe(true)
      return [name!, Number(value)]
    }),
  )
}

test('what became of requests and records is counted, and pushed the same', async () => {
  const device = await makeDevice()
  const batch = [telemetry({ a: 1, b: 2 }, 1), telemetry({ a: 3 }, 2)]
  expect((await send(url, device, batch)).status).toBe(204)
  expect((await send(url, device, batch)).status).toBe(204)
  expect((await send(url, device, [...batch, { kind: 'weather' }, telemetry({ a: true })])).status).toBe(200)
  expect((await send(url, device, [], { raw: 'nonsense' })).status).toBe(400)
  expect((await send(url, { key: 'mzd_nobody' }, batch)).status).toBe(401)

  const now = await read()
  const told = (name: string) => now.get(`monozu_ingestor_${name}`)
  expect(['200', '204', '400', '401'].map((status) => told(`requests_total{status="${status}"}`))).toEqual([1, 2, 1, 1])
  expect(['stored', 'duplicate'].map((outcome) => told(`records_total{outcome="${outcome}"}`))).toEqual([2, 4])
  expect(['unknown_kind', 'invalid_data'].map((reason) => told(`rejected_records_total{reason="${reason}"}`))).toEqual([1, 1])
  expect(told('values_total')).toBe(9)
  expect(told('batches_total{outcome="stored"}')).toBe(3)
  expect(told('received_bytes_total')).toBe(
    2 * JSON.stringify(batch).length +
      JSON.stringify([...batch, { kind: 'weather' }, telemetry({ a: true })]).length +
      Buffer.byteLength('nonsense'),
  )
  expect(told('stored_bytes_total')).toBeGreaterThan(0)
  for (const level of ['in_flight_requests', 'body_bytes', 'queue_bytes', 'spool_bytes', 'database_away']) expect(told(level)).toBe(0)
  expect(now.get('process_resident_memory_bytes')).toBeGreaterThan(1e7)

  const buckets = [...now].filter(([name]) => name.startsWith('monozu_ingestor_flush_seconds_bucket')).map(([, count]) => count)
  expect(buckets).toEqual(buckets.toSorted((a, b) => a - b))
  expect(buckets.at(-1)).toBe(3)
  expect(told('flush_seconds_count')).toBe(3)
  expect(told('flush_seconds_sum')).toBeGreaterThan(0)

  pushed.length = 0
  await until(async () => pushed.length > 0)
  const { path, key, type, body } = pushed[0]!
  expect({ path, key, type }).toEqual({ path: '/v1/metrics', key: 'of the collector', type: 'application/json' })
  const [{ resource, scopeMetrics } = { resource: { attributes: [] }, scopeMetrics: [] }] = body.resourceMetrics
  expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'tested' } })
  const metrics = new Map(scopeMetrics.flatMap(({ metrics }) => metrics.map((metric) => [metric.name, metric])))
  const requests = metrics.get('monozu_ingestor_requests')!.sum!
  expect({ ...requests, dataPoints: [] }).toEqual({ aggregationTemporality: 2, isMonotonic: true, dataPoints: [] })
  expect(new Map(requests.dataPoints.map(({ attributes, asDouble }) => [attributes[0]!.value.stringValue, asDouble]))).toEqual(
    new Map([
      ['204', 2],
      ['200', 1],
      ['400', 1],
      ['401', 1],
    ]),
  )
  const [flush] = metrics.get('monozu_ingestor_flush_seconds')!.histogram!.dataPoints
  expect(flush!.count).toBe('3')
  expect(flush!.bucketCounts).toHaveLength(flush!.explicitBounds!.length + 1)
  expect(flush!.bucketCounts!.reduce((sum, count) => sum + Number(count), 0)).toBe(3)
  expect(metrics.get('monozu_ingestor_spool_bytes')!.gauge!.dataPoints[0]!.asDouble).toBe(0)

  // Whose they are is nobody's business.
  const everything = JSON.stringify([[...now.keys()], body])
  for (const secret of [device.tenant_id, device.device_id, device.key_id, device.key]) expect(everything).not.toContain(secret)
})

// ASVS 13.4.5
test('only who has a token reads them; without one there is no such route', async () => {
  const statusOf = async (given: string) => (await scrape(given)).status
  expect(await Promise.all([token, `${token}-next`, wrong, '', `${token}x`].map(statusOf))).toEqual([200, 200, 401, 401, 401])
  expect((await fetch(`${url}/metrics`)).status).toBe(401)
  const closed = startIngestor()
  expect((await scrape(token, closed.url)).status).toBe(404)
  await closed.stop()
})

test('what was counted last is pushed as it stops', async () => {
  const device = await makeDevice()
  const leaving = startIngestor(undefined, { otlp: { endpoint, headers: {}, intervalMs: 3_600_000, serviceName: 'leaving' } })
  expect((await send(leaving.url, device, [telemetry({ a: 1 })])).status).toBe(204)
  await leaving.stop()
  const names = pushed.map(({ body }) => JSON.stringify(body.resourceMetrics[0]!.resource.attributes))
  expect(names.filter((name) => name.includes('leaving'))).toHaveLength(1)
})
