import { afterAll, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import * as fc from 'fast-check'
import { framesOf, makeDevice, rejectedOf, startIngestor } from '../testing'
import { otlpMetrics } from './otlp'
import { expectStatuses, json, poster, protobuf, readOrRefuse, types } from './testing/otlp'

const ingestor = startIngestor()
afterAll(async () => {
  await ingestor.stop()
})

test.each([
  ['JSON', JsonExporter],
  ['protobuf', ProtobufExporter],
])('the exporter of OpenTelemetry in %s: gauges, sums and histograms become metrics', async (_, Exporter) => {
  const device = await makeDevice()
  const exporter = new Exporter({ url: `${ingestor.url}/v1/metrics`, headers: { authorization: `Bearer ${device.key}` } })
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'pump', 'process.pid': 7 }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  })
  const meter = provider.getMeter('test')
  meter.createGauge('level').record(-1.5, { tank: 1, open: true })
  meter.createCounter('turns').add(3)
  const histogram = meter.createHistogram('wait', { advice: { explicitBucketBoundaries: [1, 5] } })
  for (const value of [0.5, 2, 9]) histogram.record(value)
  await provider.forceFlush()
  const told = (await framesOf(device.tenant_id)).flatMap(({ metrics, values, labels }) =>
    metrics.map((name, index) => ({ name, value: values[index], labels })),
  )
  const service = { 'service.name': 'pump' }
  for (const expected of [
    { name: 'level', value: -1.5, labels: { ...service, tank: '1', open: 'true' } },
    { name: 'turns', value: 3, labels: service },
    { name: 'wait_count', value: 3, labels: service },
    { name: 'wait_sum', value: 11.5, labels: service },
    { name: 'wait_bucket', value: 1, labels: { ...service, le: '1' } },
    { name: 'wait_bucket', value: 2, labels: { ...service, le: '5' } },
    { name: 'wait_bucket', value: 3, labels: { ...service, le: '+Inf' } },
  ])
    expect(told).toContainEqual(expected)
  await provider.shutdown()
})

const nano = `${Date.UTC(2026, 2, 4, 5, 6, 7, 89)}000001`
const bodyOf = (...metrics: object[]) => JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })
const gauge = (name: string, point: object) => ({ name, gauge: { dataPoints: [{ timeUnixNano: nano, asInt: '1', ...point }] } })

const post = poster(`${ingestor.url}/v1/metrics`)

test('refused points are told as a partial success, the others are stored, once', async () => {
  const device = await makeDevice()
  const summary = { timeUnixNano: nano, count: '2', sum: 3, quantileValues: [{ quantile: 0.5, value: 1 }] }
  const body = bodyOf(
    gauge('good', {}),
    gauge('timeless', { timeUnixNano: '0' }),
    gauge('unread', { asInt: 'secret' }),
    gauge('infinite', { asInt: null, asDouble: 'Infinity' }),
    gauge('nothing', { flags: 1 }),
    gauge('', {}),
    { name: 'took', summary: { dataPoints: [summary] } },
    { name: 'wide', exponentialHistogram: { dataPoints: [{ timeUnixNano: nano, count: '2', sum: 3, min: 1, max: 2, scale: 1 }] } },
  )
  for (let round = 0; round < 2; round++) {
    const answer = await post(device.key, gzipSync(body), json, { 'content-encoding': 'gzip' })
    expect(answer).toMatchObject({ status: 200, type: json })
    expect(JSON.parse(answer.text)).toMatchObject({ partialSuccess: { rejectedDataPoints: '4' } })
    expect(answer.text).not.toContain('secret')
    const frames = await framesOf(device.tenant_id)
    expect(frames).toHaveLength(2)
    expect(frames.flatMap(({ metrics }) => metrics).sort()).toEqual(
      ['good', 'took', 'took_count', 'took_sum', 'wide_count', 'wide_max', 'wide_min', 'wide_sum'].sort(),
    )
    expect(frames.map(({ labels }) => labels)).toContainEqual({ quantile: '0.5' })
  }
  expect(await rejectedOf(device.tenant_id)).toHaveLength(4)
})

test.each(types)('%s: what fails as a whole is a google.rpc.Status in its own type', async (type) => {
  await expectStatuses(post, type)
  const { key } = await makeDevice()
  for (const body of ['[]', '{"resourceMetrics":{}}', '['.repeat(1_000_000)]) expect((await post(key, body, json)).status).toBe(400)
})

// ASVS 1.5.2
test('whatever comes is read or refused, never more', () => {
  const read = (bytes: Buffer, type: string) => readOrRefuse(otlpMetrics, bytes, type)
  const part = fc.constantFrom(10, 18, 0, 1, 2, 4, 8, 42, 58, 74, 82, 90, 25, 33, 255)
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (bytes) => read(Buffer.from(bytes), protobuf)),
    { numRuns: 3000 },
  )
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('timeUnixNano', 'asInt', 'asDouble', 'attributes', 'flags'), (value, name) =>
      read(Buffer.from(bodyOf(gauge('a', { [name]: value }), { name: 'b', histogram: value as object })), json),
    ),
    { numRuns: 1000 },
  )
})
