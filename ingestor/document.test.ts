import { afterAll, expect, test } from 'bun:test'
import Ajv from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import type { Refusals } from '../src/core/words'
import { ingestPaths } from './document'
import { kinds } from './kinds'
import { limits } from './limits'
import { makeDevice, moment, send, startIngestor } from './testing'

const ingestor = startIngestor()
const { url } = ingestor
afterAll(async () => {
  await ingestor.stop()
})

const refusals = (refused: Refusals) => Object.fromEntries(Object.entries(refused).map(([status, words]) => [status, { words }]))
const { requestBody, responses } = ingestPaths(refusals)['/v1/ingest'].post
const ajv = new Ajv({ strict: false })
addFormats(ajv)
const body = requestBody.content['application/json'].schema

/** Something for every field, and at or beyond each limit. */
const lengths = [32, 64, limits.idCharacters, limits.shortTextCharacters, 253, limits.titleCharacters, limits.longTextCharacters]
const texts = ['a', ...lengths.flatMap((length) => ['x'.repeat(length), 'x'.repeat(length + 1)]), 'A'.repeat(64)]
const addresses = ['10.0.0.9', '2001:DB8::1', 'fe80::1%eth0', '10.0.0', 'AA-BB-CC-00-11-22', 'aabb.cc00.1122', 'aabbcc']
const words = ['high', 'none', 'handshake', 'left']
const numbers = [0, -1, 1.5, 70_000]
const ports = [
  [],
  [22, 65_535],
  [0],
  [65_536],
  [22.5],
  [{ port: 22 }, { port: 53, protocol: 'udp', service: 'dns' }],
  [{ port: 53, protocol: 'sctp' }],
]
const others = [true, {}, [{ service: 'dns' }], Array(limits.openPorts + 1).fill(22)]
const value = fc.constantFrom<unknown>(...texts, ...addresses, ...words, ...numbers, ...ports, ...others)

/** Mostly what fits, so that one field alone decides. */
const fitting: Record<string, unknown> = {
  level: 'info',
  message: 'm',
  title: 't',
  severity: 'low',
  ip: '10.0.0.1',
  source_ip: '::1',
  destination_ip: '10.0.0.2',
  mac: 'aa:bb:cc:00:11:22',
  open_ports: [443],
  job_id: 'j',
  asset_id: 'a',
  status: 's',
  size_bytes: 1,
  rx_bytes: 2,
  tx_bytes: 3,
  checksum_sha256: 'a'.repeat(64),
  peer: 'p',
  event: 'connected',
}
const data = (names: string[]) =>
  fc.record(
    Object.fromEntries(
      names.map((name) => [name, fc.oneof({ weight: 6, arbitrary: fc.constant(fitting[name] ?? 'x') }, { weight: 1, arbitrary: value })]),
    ),
    { requiredKeys: names.slice(0, 2) },
  )
const ofKinds = Object.entries(kinds).map(([kind, { fields }]) => data([...Object.keys(fields), 'further']).map((data) => ({ kind, data })))
const metric = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom<unknown>(1, 0.5, -2, 'eth0') },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(true, null, {}, 'x'.repeat(limits.labelCharacters), 'x'.repeat(limits.labelCharacters + 1)),
  },
)
const metricName = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('cpu', 'disk.io/read', '_a', 'x'.repeat(limits.nameCharacters)) },
  { weight: 1, arbitrary: fc.constantFrom('1a', 'a b', 'x'.repeat(limits.nameCharacters + 1)) },
)
// That one of them is a number is told in words alone.
const telemetry = fc
  .dictionary(metricName, metric, { maxKeys: 3 })
  .map((some) => ({ kind: 'telemetry', data: { ...some, ...(Object.keys(some).length && { n: 1 }) } }))
const odd = fc.constantFrom<unknown>({ kind: 'song', data: {} }, { data: {} }, 7, [], { kind: 'log', data: 'none' })

test('what the document of the API says of a record is what is stored of it: what fits is, and nothing else', async () => {
  const fits = ajv.compile(body.items)
  const some = fc.oneof(...[...ofKinds, telemetry].map((arbitrary) => ({ weight: 10, arbitrary })), { weight: 3, arbitrary: odd })
  for (let round = 0; round < 6; round += 1) {
    const records = fc
      .sample(some, limits.rejectedListed)
      .map((record, index) => (typeof record === 'object' && !Array.isArray(record) ? { timestamp: moment(index), ...record } : record))
    const unfit = records.flatMap((record, index) => (fits(record) ? [] : [index]))
    expect(unfit.length).toBeGreaterThan(200)
    expect(unfit.length).toBeLessThan(800)
    const { status, body: answer } = await send(url, await makeDevice(), records)
    expect(status).toBe(200)
    expect(answer.rejected.map(({ index }) => index)).toEqual(unfit)
    expect(ajv.validate(responses[200].content['application/json'].schema, answer)).toBe(true)
  }
})

test('every refusal is one of those in the document', async () => {
  const device = await makeDevice()
  const log = { kind: 'log', timestamp: moment(), data: { level: 'info', message: 'm' } }
  const refused = [
    await send(url, { key: 'mzd_x' }, [log]),
    await send(url, device, [], { raw: '[' }),
    await send(url, device, [{}]),
    await send(url, device, [log], { headers: { 'content-encoding': 'br' } }),
    await send(url, device, [], { raw: Buffer.alloc(limits.bodyBytes + 1, ' ') }),
  ]
  expect(refused.map(({ status }) => status)).toEqual([401, 400, 422, 415, 413])
  for (const { status, body: answer } of refused)
    expect(responses).toHaveProperty(`${status}.words`, expect.arrayContaining([answer.error]))
})
