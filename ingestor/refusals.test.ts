import { afterAll, expect, test } from 'bun:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { mintCredential } from '../src/core/secrets'
import { framesOf, makeDevice, owner, recordsOf, send, startIngestor, telemetry } from './testing'

const ingestor = startIngestor()
const { url } = ingestor
const device = await makeDevice()
afterAll(async () => {
  await ingestor.stop()
})

test('strangers get one and the same answer, whatever was wrong, before their body is read', async () => {
  const other = await makeDevice()
  const forged = mintCredential('mzd', other.tenant_id, other.key_id).text
  const flipped = `${device.key.slice(0, -1)}${device.key.endsWith('0') ? '1' : '0'}`
  const keys = ['', 'mzd_x', flipped, forged, mintCredential('mzd', Bun.randomUUIDv7(), Bun.randomUUIDv7()).text, 'x'.repeat(5000)]
  const answers = await Promise.all(keys.map((key) => send(url, { key }, [], { raw: 'not json', headers: { 'content-encoding': 'br' } })))
  for (const { status, body, headers } of answers) {
    expect(status).toBe(401)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect({ ...body, request_id: undefined }).toEqual({ ...answers[0]!.body, request_id: undefined })
  }
})

const tooMany = `[${Array(10_001).fill('{}').join(',')}]`
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

test.each<[string, number, string, string | Buffer, Record<string, string>?]>([
  ['no JSON', 400, 'malformed', 'hello'],
  ['half a body', 400, 'malformed', '[{"kind":"telemetry"'],
  ['something behind the array', 400, 'malformed', '[] x'],
  ['nothing at all', 400, 'malformed', ''],
  ['half a large body', 400, 'malformed', `[{"a":"${'x'.repeat(300_000)}"},{"a"]`],
  ['a large body with a gap', 400, 'malformed', `[{"a":"${'x'.repeat(300_000)}"},,{}]`],
  ['lines of which none is JSON', 400, 'malformed', 'a\nb\n', { 'content-type': 'application/x-ndjson' }],
  ['no gzip', 400, 'malformed', 'hello', { 'content-encoding': 'gzip' }],
  ['half a gzip', 400, 'malformed', gzipSync('[{"kind":"log"}]').subarray(0, 20), { 'content-encoding': 'gzip' }],
  [
    'half a zstd',
    400,
    'malformed',
    zstdCompressSync(`[${Array(1000).fill(Math.random()).join(',')}]`).subarray(0, 30),
    { 'content-encoding': 'zstd' },
  ],
  ['another encoding', 415, 'unsupported_encoding', '[]', { 'content-encoding': 'br' }],
  ['two encodings', 415, 'unsupported_encoding', '[]', { 'content-encoding': 'gzip, gzip' }],
  ['more than 8 MiB', 413, 'too_large', `[${' '.repeat(8 * 1_048_576)}]`],
  ['too many records', 413, 'too_large', tooMany],
  ['too many records in a large body', 413, 'too_large', tooMany.replaceAll('{}', `{"a":"${'x'.repeat(40)}"}`)],
  ['too many lines', 413, 'too_large', '{}\n'.repeat(10_001)],
  ['a record over 256 KiB', 422, 'no_valid_record', JSON.stringify([telemetry({ value: 1, label: 'x'.repeat(270_000) })])],
  [
    'a large record that is deep',
    422,
    'no_valid_record',
    `[{"kind":"log","timestamp":"2026-01-01T00:00:00Z","data":{"level":"a","message":"b","c":${deep(100_000)}}}]`,
  ],
])('%s', async (...[, status, error, raw, headers]) => {
  const answer = await send(url, device, [], { raw, headers })
  expect(answer).toMatchObject({ status, body: { status, error, request_id: answer.headers.get('x-request-id') } })
  expect(answer.headers.get('retry-after')).toBeNull()
})

// ASVS 5.2.1
test('a body of unknown length is cut off at the limit', async () => {
  let sent = 0
  const chunk = Buffer.alloc(65_536, 0x20)
  const body = new ReadableStream({
    pull(controller) {
      sent += chunk.length
      if (sent > 200 * 1_048_576) controller.close()
      else controller.enqueue(chunk)
    },
  })
  const answer = await fetch(`${url}/v1/ingest`, { method: 'POST', headers: { 'x-device-key': device.key }, body })
  expect(answer.status).toBe(413)
})

// ASVS 5.2.3
test.each([
  ['gzip', gzipSync(Buffer.alloc(64 * 1_048_576, 0x20))],
  ['zstd', zstdCompressSync(Buffer.alloc(64 * 1_048_576, 0x20))],
])('a %s bomb is refused while it is inflated', async (encoding, part) => {
  const bomb = Buffer.concat(Array(Math.floor(2_000_000 / part.length)).fill(part))
  Bun.gc(true)
  const before = process.memoryUsage().rss
  for (let round = 0; round < 5; round++) {
    const { status, body } = await send(url, device, [], { raw: bomb, headers: { 'content-encoding': encoding } })
    expect({ status, error: body.error }).toEqual({ status: 413, error: 'too_large' })
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1_048_576)
})

const at = '2026-03-04T05:06:07.089Z'
const log = (data: object) => ({ kind: 'log', timestamp: at, data: { level: 'info', message: 'm', ...data } })
const nested = (levels: number): unknown => (levels ? { a: nested(levels - 1) } : 1)

test.each<[string, unknown]>([
  ['invalid_record', null],
  ['invalid_record', [1]],
  ['unknown_kind', { timestamp: at, data: {} }],
  ['unknown_kind', { kind: 'constructor', timestamp: at, data: {} }],
  ['invalid_timestamp', { ...telemetry({ a: 1 }), timestamp: 1_700_000_000 }],
  ['invalid_timestamp', { ...telemetry({ a: 1 }), timestamp: '2026-03-04T05:06:07' }],
  ['invalid_timestamp', { ...telemetry({ a: 1 }), timestamp: '2026-02-30T05:06:07Z' }],
  ['timestamp_out_of_range', { ...telemetry({ a: 1 }), timestamp: '1969-12-31T23:59:59Z' }],
  ['timestamp_out_of_range', { ...telemetry({ a: 1 }), timestamp: '2200-01-01T00:00:00Z' }],
  ['invalid_id', { ...log({}), id: 'x'.repeat(101) }],
  ['invalid_id', { ...log({}), id: 7 }],
  ['invalid_data', telemetry([1])],
  ['invalid_data', telemetry({})],
  ['invalid_data', telemetry({ only: 'label' })],
  ['invalid_data', telemetry({ a: null })],
  ['invalid_data', telemetry({ '1a': 1 })],
  ['invalid_data', telemetry({ ['a'.repeat(101)]: 1 })],
  ['invalid_data', telemetry({ 'a\nb': 1 })],
  ['invalid_data', telemetry({ a: 1, label: 'x'.repeat(201) })],
  ['invalid_text', telemetry({ a: 1, label: '\0' })],
  ['too_many_metrics', telemetry(Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`m${index}`, index])))],
  ['too_many_labels', telemetry({ a: 1, ...Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`l${index}`, 'x'])) })],
  ['invalid_data', { kind: 'log', timestamp: at, data: { level: 'info' } }],
  ['invalid_data', log({ message: 'x'.repeat(8193) })],
  ['invalid_text', log({ deep: ['\0'] })],
  ['too_deep', log({ a: nested(7) })],
  ['invalid_data', { kind: 'security_alert', timestamp: at, data: { title: 'x', severity: 'urgent' } }],
  ['invalid_data', { kind: 'security_alert', timestamp: at, data: { title: 'x'.repeat(301), severity: 'low' } }],
  ['invalid_data', { kind: 'security_alert', timestamp: at, data: { title: 'x', severity: 'low', source_ip: '1.2.3.256' } }],
  ['invalid_data', { kind: 'discovery', timestamp: at, data: { ip: 'fe80::1%eth0' } }],
  ['invalid_data', { kind: 'discovery', timestamp: at, data: { ip: '::1', open_ports: [{ port: 70_000 }] } }],
  ['invalid_data', { kind: 'discovery', timestamp: at, data: { ip: '::1', open_ports: Array(2001).fill(1) } }],
  ['invalid_data', { kind: 'backup_event', timestamp: at, data: { job_id: 'j', asset_id: 'a', status: 's', checksum_sha256: 'no' } }],
  ['invalid_data', { kind: 'vpn_session', timestamp: at, data: { peer: 'p', event: 'slept' } }],
])('%s: %j', async (error, record) => {
  const answer = await send(url, device, [record, telemetry({ good: 1 })])
  expect(answer).toMatchObject({ status: 200, body: { rejected: [{ index: 0, error }] } })
})

test('half a surrogate pair becomes a replacement character; times keep their zone and milliseconds', async () => {
  const other = await makeDevice()
  const raw = `[{"kind":"log","timestamp":"2026-03-04T07:06:07.089999+02:00","data":{"level":"info","message":"a\\ud800b","a":${JSON.stringify(nested(6))}}},
    {"kind":"telemetry","timestamp":"2026-03-04t05:06:07.089z","data":{"a":1,"l":"\\udc00"}}]`
  expect((await send(url, other, [], { raw })).status).toBe(204)
  const [record] = await recordsOf(other.tenant_id)
  expect(record).toMatchObject({ at: new Date(at), data: { message: 'a\u{FFFD}b' } })
  expect(await framesOf(other.tenant_id)).toMatchObject([{ at: new Date(at), labels: { l: '\u{FFFD}' } }])
})

test('what PostgreSQL refuses fails alone', async () => {
  await owner`alter table device_record add constraint poison check (key <> 'poison')`
  try {
    const gone = await makeDevice()
    expect((await send(url, gone, [])).status).toBe(204)
    await owner`delete from device where id = ${gone.device_id}`
    const good = await Promise.all(Array.from({ length: 20 }, () => makeDevice()))
    await Promise.all(good.map((some) => send(url, some, [])))
    const poison = { ...log({}), id: 'poison' }
    const [bad, stranger, ...others] = await Promise.all([
      send(url, device, [poison, telemetry({ beside: 1 })]),
      send(url, gone, [telemetry({ a: 1 })]),
      ...good.map((some) => send(url, some, [telemetry({ a: 1 }), log({})])),
    ])
    expect(bad).toMatchObject({ status: 422, body: { error: 'invalid' } })
    expect(stranger.status).toBe(401)
    expect(new Set(others.map(({ status }) => status))).toEqual(new Set([204]))
    for (const { tenant_id } of good) expect(await framesOf(tenant_id)).toHaveLength(1)
    expect((await framesOf(device.tenant_id)).filter(({ metrics }) => metrics.includes('beside'))).toHaveLength(0)
    expect(await framesOf(gone.tenant_id)).toHaveLength(0)
  } finally {
    await owner`alter table device_record drop constraint poison`
  }
})
