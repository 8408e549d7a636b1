import { afterAll, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import * as fc from 'fast-check'
import { makeDevice, recordsOf, rejectedOf, startIngestor } from '../testing'
import { otlpLogs } from './otlp'
import { expectStatuses, json, poster, protobuf, readOrRefuse, types } from './testing/otlp'
import { nested } from './testing/doors'

const ingestor = startIngestor()
afterAll(async () => {
  await ingestor.stop()
})

const at = Date.UTC(2026, 2, 4, 5, 6, 7, 89)
/** The SDK has an enumeration of them in a package of its own. */
const severity = (number: number) => number as never

test.each([
  ['JSON', JsonExporter, 'none'],
  ['protobuf', ProtobufExporter, 'gzip'],
])('the exporter of OpenTelemetry in %s: log records become logs', async (_, Exporter, compression) => {
  const device = await makeDevice()
  const exporter = new Exporter({
    url: `${ingestor.url}/v1/logs`,
    headers: { authorization: `Bearer ${device.key}` },
    compression: compression as never,
  })
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': 'pump', 'process.pid': 7 }),
    processors: [new BatchLogRecordProcessor({ exporter })],
  })
  const logger = provider.getLogger('pump.valve')
  const attributes = { port: 2 ** 40, ratio: 0.5, open: true, tags: ['a', 'b'], level: 'own', deep: { a: { b: 1 } } }
  logger.emit({ timestamp: at, severityNumber: severity(18), severityText: 'ERR', body: 'valve stuck', attributes })
  logger.emit({ timestamp: at, severityNumber: severity(9), body: 'same' })
  logger.emit({ timestamp: at, severityNumber: severity(9), body: 'same' })
  logger.emit({
    timestamp: [at / 1000 - 0.089, 89_000_001],
    severityText: 'Notice',
    body: { a: [1, 'x', null], bytes: new Uint8Array([1, 2]) },
  })
  logger.emit({ timestamp: at, severityNumber: severity(1), eventName: 'valve.opened' })
  await provider.forceFlush()
  const records = (await recordsOf(device.tenant_id)).map(({ device_id, kind, at: moment, data }) => {
    expect({ device_id, kind, at: moment.getTime() }).toEqual({ device_id: device.device_id, kind: 'log', at })
    return data
  })
  const every = { source: 'pump', scope: 'pump.valve', resource: { 'service.name': 'pump', 'process.pid': 7 } }
  expect(records).toHaveLength(5)
  for (const expected of [
    {
      ...every,
      level: 'error',
      severity_text: 'ERR',
      message: 'valve stuck',
      'attributes.level': 'own',
      port: 2 ** 40,
      ratio: 0.5,
      open: true,
      tags: ['a', 'b'],
      deep: { a: { b: 1 } },
    },
    { ...every, level: 'info', message: 'same' },
    {
      ...every,
      level: 'notice',
      severity_text: undefined,
      message: '{"a":[1,"x",null],"bytes":"AQI="}',
      body: { a: [1, 'x', null], bytes: 'AQI=' },
      time_unix_nano: `${at}000001`,
    },
    { ...every, level: 'trace', message: 'valve.opened', event_name: 'valve.opened' },
  ])
    expect(records).toContainEqual(expected)
  await provider.shutdown()
})

const post = poster(`${ingestor.url}/v1/logs`)

const nano = `${at}000000`
const record = (more: object) => ({ timeUnixNano: nano, severityNumber: 9, body: { stringValue: 'good' }, ...more })
const bodyOf = (logRecords: unknown[], resource: object = {}) =>
  JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] })
const deep = (levels: number): object => (levels ? { arrayValue: { values: [deep(levels - 1)] } } : { intValue: '1' })

test('refused records are told as a partial success, the others are stored, once', async () => {
  const device = await makeDevice()
  const long = 'x'.repeat(20_000)
  const body = bodyOf([
    record({}),
    record({ timeUnixNano: '0', observedTimeUnixNano: nano, body: { stringValue: 'observed' } }),
    record({ body: { stringValue: long } }),
    record({
      body: undefined,
      attributes: [
        { key: 'big', value: { intValue: '9223372036854775807' } },
        { key: 'none', value: {} },
      ],
    }),
    record({
      attributes: [{ key: '__proto__', value: { doubleValue: 'NaN' } }],
      traceId: 'ABCDEF0123456789ABCDEF0123456789',
      spanId: '0000000000000000',
    }),
    record({ timeUnixNano: '0' }),
    record({ timeUnixNano: '18446744073709551615' }),
    record({ body: { stringValue: 'secret\0' } }),
    record({ body: deep(7) }),
    record({ body: deep(5_000) }),
    record({ body: { stringValue: 'y'.repeat(300_000) } }),
    record({ severityNumber: 'SEVERITY_NUMBER_INFO' }),
  ])
  for (let round = 0; round < 2; round++) {
    const answer = await post(device.key, gzipSync(body), 'application/json; charset=utf-8', { 'content-encoding': 'gzip' })
    expect(answer).toMatchObject({ status: 200, type: json })
    expect(JSON.parse(answer.text)).toMatchObject({ partialSuccess: { rejectedLogRecords: '7' } })
    expect(answer.text).not.toContain('secret')
    const data = (await recordsOf(device.tenant_id)).map((stored) => stored.data)
    expect(data).toHaveLength(5)
    expect(data).toContainEqual({ level: 'info', message: 'observed', source: undefined })
    expect(data).toContainEqual({ level: 'info', message: 'x'.repeat(8192), body: long })
    expect(data).toContainEqual({ level: 'info', message: '-', big: '9223372036854775807', none: null })
    expect(data).toContainEqual({ level: 'info', message: 'good', ['__proto__']: 'NaN', trace_id: 'abcdef0123456789abcdef0123456789' })
  }
  expect((await rejectedOf(device.tenant_id)).map(({ error }) => error)).toEqual(
    ['invalid_text', 'malformed', 'malformed', 'record_too_large', 'timestamp_out_of_range', 'too_deep', 'too_deep'].sort(),
  )
})

test.each(types)('%s: what fails as a whole is a google.rpc.Status in its own type', async (type) => {
  await expectStatuses(post, type)
  const { key } = await makeDevice()
  expect(await post(key, bodyOf(Array(10_001).fill(record({}))), json)).toMatchObject({ status: 413 })
})

// ASVS 1.5.2
test('whatever comes is read or refused, never more', () => {
  const read = (bytes: Buffer, type: string) => readOrRefuse(otlpLogs, bytes, type)
  const part = fc.constantFrom(10, 18, 0, 1, 2, 4, 6, 8, 42, 50, 58, 9, 74, 82, 89, 24, 16, 255)
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (bytes) => read(Buffer.from(bytes), protobuf)),
    { numRuns: 3000 },
  )
  // Lists within each other, as protobuf has them.
  let lists = Buffer.alloc(0)
  for (let level = 0; level < 300; level++) lists = nested(level % 2 ? 5 : 1, lists)
  read(lists, protobuf)
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom('timeUnixNano', 'severityNumber', 'severityText', 'body', 'attributes', 'traceId', 'eventName'),
      (value, name) => read(Buffer.from(bodyOf([record({ [name]: value })])), json),
    ),
    { numRuns: 1000 },
  )
})
