import { afterAll, expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { Problem } from '../../src/core/problem'
import { debianProgram } from '../../src/testing/debian'
import { unsnappy } from '../snappy'
import { framesOf, makeDevice, rejectedOf, startIngestor, until } from '../testing'
import { prometheus } from './prometheus'
import { label, nested, sample, series, snappy, varint } from './testing/doors'

const ingestor = startIngestor()
afterAll(async () => {
  await ingestor.stop()
})

async function write(key: string, body: Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(`${ingestor.url}/api/v1/write`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy', ...headers },
    body,
  })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

const at = Date.UTC(2026, 2, 4, 5, 6, 7, 89)

test('samples of one moment and the same labels are one frame, and sent again they are the same', async () => {
  const device = await makeDevice()
  const body = Buffer.concat([
    series({ __name__: 'up', job: 'node', __proto__x: 'y' }, sample(1, at), sample(0, at + 1)),
    series({ __name__: 'load:1m', __proto__x: 'y', job: 'node' }, sample(0.5, at)),
    series({ __name__: 'cpu', job: 'node', cpu: '0' }, sample(-7, at)),
    series({ __name__: 'stale', job: 'node' }, sample(0, at, 0x7ff0000000000002n), sample(Number.NaN, at)),
  ])
  for (let round = 0; round < 2; round++) {
    expect((await write(device.key, snappy(body))).status).toBe(204)
    const frames = await framesOf(device.tenant_id)
    expect(frames).toHaveLength(3)
    const told = frames.map(({ device_id, metrics, values, labels }) => ({ device_id, metrics, values, labels }))
    const { device_id } = device
    expect(told).toContainEqual({ device_id, metrics: ['load:1m', 'up'], values: [0.5, 1], labels: { job: 'node', __proto__x: 'y' } })
    // A label may have the name of the metric.
    expect(told).toContainEqual({ device_id, metrics: ['cpu'], values: [-7], labels: { job: 'node', cpu: '0' } })
    expect(told).toContainEqual({ device_id, metrics: ['up'], values: [0], labels: { job: 'node', __proto__x: 'y' } })
  }
})

test('what cannot be stored is told with 400 and kept; its neighbours are stored', async () => {
  const device = await makeDevice()
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`l${index}`, 'x']))
  const body = Buffer.concat([
    series({ __name__: 'good' }, sample(1, at), sample(2, 0), sample(3, Date.UTC(2100, 0))),
    series({ __name__: 'good', bad: 'a\0b' }, sample(1, at)),
    series({ __name__: 'infinite' }, sample(Infinity, at)),
    series({ __name__: 'good' }, sample(2, at)),
    series({ __name__: 'early' }, sample(1, -1)),
    series({ __name__: 'labels', ...many }, sample(1, at)),
    series({ job: 'nameless' }, sample(1, at)),
    nested(1, Buffer.concat([label(['__name__', 'histogram']), nested(4, '')])),
  ])
  const answer = await write(device.key, snappy(body))
  expect(answer.status).toBe(400)
  expect(answer.text).toStartWith('7 records were not stored, the others were: ')
  expect((await framesOf(device.tenant_id)).map(({ values }) => values)).toEqual([[2], [1], [3]])
  expect((await rejectedOf(device.tenant_id)).map(({ error }) => error)).toEqual([
    'duplicate_value',
    'invalid_text',
    'name_required',
    'number_out_of_range',
    'timestamp_out_of_range',
    'too_many_labels',
    'unsupported',
  ])
})

test('more than a thousand metrics of one moment are several frames', async () => {
  const device = await makeDevice()
  const body = Buffer.concat(Array.from({ length: 1500 }, (_, index) => series({ __name__: `m${index}`, a: 'b' }, sample(index, at))))
  expect((await write(device.key, snappy(body))).status).toBe(204)
  const frames = await framesOf(device.tenant_id)
  expect(frames.map(({ metrics }) => metrics.length).sort()).toEqual([1000, 500])
  for (const { metrics, values } of frames) expect(metrics).toEqual(values.map((value) => `m${value}`))
})

const good = snappy(series({ __name__: 'good' }, sample(1, at)))
test.each<[string, number, Buffer, Record<string, string>]>([
  ['no snappy', 400, Buffer.from('hello'), {}],
  ['no protobuf', 400, snappy(Buffer.from('hello')), {}],
  ['a bomb by its declared length', 413, Buffer.concat([varint(2 ** 32), Buffer.from([0])]), {}],
  ['another type', 415, good, { 'content-type': 'application/json' }],
  ['version 2', 415, good, { 'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request' }],
  ['another encoding', 415, good, { 'content-encoding': 'br' }],
  ['a stranger', 401, good, { authorization: 'Bearer mzd_no' }],
])('%s: %i', async (_, status, body, headers) => {
  const { key } = await makeDevice()
  const answer = await write(key, body, headers)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toStartWith('text/plain')
})

test.each([
  (key: string) => `Token ${key}`,
  (key: string) => `bearer ${key}`,
  (key: string) => `Basic ${Buffer.from(`name:${key}`).toString('base64')}`,
])('the key as %p', async (form) => {
  const { key } = await makeDevice()
  expect((await write('', good, { authorization: form(key) })).status).toBe(204)
})

// ASVS 1.5.2, 1.4.2
test('whatever comes is read or refused, never more', () => {
  const valid = series({ __name__: 'a', b: 'c' }, sample(1, at))
  const request = new Request('http://localhost/', { headers: { 'content-type': 'application/x-protobuf' } })
  const read = (bytes: Buffer) => {
    try {
      const items = prometheus.read(bytes, request)
      for (let index = 0; index < items.count; index++) items.text(index)
    } catch (error) {
      expect(error).toBeInstanceOf(Problem)
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => read(Buffer.from(bytes))))
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.nat(255), (place, byte) => {
      const bytes = Buffer.from(valid)
      bytes[place] = byte
      read(bytes)
    }),
    { numRuns: 1000 },
  )
})

// ASVS 5.2.3
test('snappy: literals and copies that overlap come out whole; whatever else comes is refused', () => {
  const limit = 100_000
  const inflate = (bytes: Buffer) => unsnappy(bytes, () => new Problem(413, 'too_large', ''), limit)
  expect(inflate(Buffer.from([12, 8, 97, 98, 99, 0x15, 3])).toString()).toBe('abcabcabcabc')
  expect(inflate(Buffer.from([12, 8, 97, 98, 99, 0x22, 3, 0])).toString()).toBe('abcabcabcabc')
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => inflate(snappy(Buffer.from(bytes))).equals(Buffer.from(bytes))))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        expect(inflate(Buffer.from(bytes)).length).toBeLessThanOrEqual(limit)
      } catch (error) {
        expect(error).toBeInstanceOf(Problem)
      }
    }),
    { numRuns: 1000 },
  )
})

const program = await debianProgram('prometheus', 'usr/bin/prometheus')
test.skipIf(!program)(
  'Prometheus itself delivers here',
  async () => {
    const device = await makeDevice()
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'))
    const exporter = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: () => new Response('room_celsius{room="a"} 21.5\nroom_lux{room="a"} 7\n'),
    })
    const file = join(folder, 'prometheus.yml')
    await writeFile(
      file,
      `global: { scrape_interval: 1s }
scrape_configs: [{ job_name: rooms, static_configs: [{ targets: ['127.0.0.1:${exporter.port}'] }] }]
remote_write: [{ url: '${ingestor.url}/api/v1/write', authorization: { credentials: '${device.key}' }, queue_config: { batch_send_deadline: 1s } }]
`,
    )
    const running = Bun.spawn(
      [program!.path, `--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, '--web.listen-address=127.0.0.1:0'],
      {
        stderr: 'ignore',
      },
    )
    try {
      const isThere = async () =>
        (await framesOf(device.tenant_id)).some(
          ({ metrics, values, labels }) =>
            metrics.join() === 'room_celsius,room_lux' && values.join() === '21.5,7' && labels.room === 'a' && labels.job === 'rooms',
        )
      await until(isThere)
    } finally {
      running.kill()
      await running.exited
      await exporter.stop(true)
      await rm(folder, { recursive: true })
    }
  },
  30_000,
)
