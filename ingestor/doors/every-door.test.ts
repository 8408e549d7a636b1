import { afterAll, expect, test } from 'bun:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { makeDevice, owner, startIngestor, until } from '../testing'
import { type Sample, type Way, snappy, storedOf, ways } from './testing/doors'

const ingestor = startIngestor()
afterAll(async () => {
  await ingestor.stop()
})

const encodings = { identity: (bytes: Buffer) => bytes, gzip: gzipSync, zstd: zstdCompressSync, snappy }
type Encoding = keyof typeof encodings

const post = (way: Way, key: string, bytes: Buffer, headers: Record<string, string> = {}, url = ingestor.url) =>
  fetch(`${url}${way.path}`, { method: 'POST', headers: { 'x-device-key': key, ...way.headers, ...headers }, body: bytes })

const first = await makeDevice()
const second = await makeDevice(first.tenant_id)
const third = await makeDevice()
const devices = [first, second, third]

const told = ({ at, name, value, labels }: Sample) => JSON.stringify([at, name, value, Object.entries(labels).sort()])
let moments = Date.UTC(2026, 0, 1)

const text = fc.oneof(
  fc.stringMatching(/^[a-zé][a-z ,=:é€]{0,10}[a-z]$/),
  // What a body says of whom it comes from means nothing.
  fc.constantFrom(...devices.flatMap(({ device_id, tenant_id }) => [device_id, tenant_id])),
)
const someLabels = fc
  .uniqueArray(fc.tuple(fc.constantFrom('host', 'device_id', 'tenant_id', '__proto__', 'key'), text), { selector: ([name]) => name })
  .map((pairs) => Object.fromEntries(pairs))
const someSample = fc.record({
  name: fc.constantFrom('room_celsius', 'link_rx_bytes', 'cpu_load:1m', 'a_b'),
  // Not -0, which JSON does not say.
  value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  labels: someLabels,
})
const someRequest = fc.record({
  way: fc.constantFrom(...ways),
  device: fc.constantFrom(...devices),
  encoding: fc.constantFrom(...(Object.keys(encodings) as Encoding[])),
  samples: fc.array(someSample, { minLength: 1, maxLength: 5 }),
})

test('what devices send at the same time through all doors and encodings is stored as it was sent, each under its own', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someRequest, { minLength: 5, maxLength: 25 }), async (requests) => {
      const expected = new Map<string, string[]>(devices.map(({ device_id }) => [device_id, []]))
      const from = moments + 1
      const sent = requests.map(({ way, device, encoding, samples }) => {
        const placed = samples.map((sample) => ({ ...sample, at: ++moments }))
        expected.get(device.device_id)!.push(...placed.map(told))
        return post(way, device.key, encodings[encoding](way.encode(placed)), { 'content-encoding': encoding })
      })
      const statuses = (await Promise.all(sent)).map(({ status }) => status)
      expect(statuses).toEqual(requests.map(({ way }) => way.stored))
      const stored = (await Promise.all([first, third].map(({ tenant_id }) => storedOf(tenant_id)))).flat()
      for (const { device_id } of devices) {
        const own = stored.filter((one) => one.device_id === device_id && one.at >= from)
        expect(own.map(told).sort()).toEqual(expected.get(device_id)!.sort())
      }
    }),
    { numRuns: 15 },
  )
}, 60_000)

test('a body with any damage is answered, never with a fault of ours, and reaches nobody else', async () => {
  const [victim, neighbour, stranger] = [await makeDevice(), await makeDevice(), await makeDevice()]
  const damage = fc.record({
    way: fc.constantFrom(...ways),
    encoding: fc.constantFrom(...(Object.keys(encodings) as Encoding[])),
    isInside: fc.boolean(),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    cut: fc.option(fc.nat()),
  })
  const allowed = new Set([200, 204, 400, 413, 422])
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 30, maxLength: 30 }), async (damages) => {
      const answers = await Promise.all(
        damages.map(async ({ way, encoding, isInside, changes, cut }) => {
          const spoil = (given: Buffer) => {
            const bytes = Buffer.from(given)
            for (const [place, byte] of changes) bytes[place % bytes.length] = byte
            return cut === null ? bytes : bytes.subarray(0, cut % (bytes.length + 1))
          }
          const plain = way.encode([{ at: moments, name: 'a_b', value: 1, labels: { device_id: neighbour.device_id } }])
          const body = isInside ? encodings[encoding](spoil(plain)) : spoil(encodings[encoding](plain))
          const answer = await post(way, victim.key, body, { 'content-encoding': encoding })
          await answer.text()
          return answer.status
        }),
      )
      for (const status of answers) expect(allowed).toContain(status)
    }),
    { numRuns: 25 },
  )
  for (const { tenant_id } of [neighbour, stranger]) expect(await storedOf(tenant_id)).toHaveLength(0)
  for (const { device_id } of await storedOf(victim.tenant_id)) expect(device_id).toBe(victim.device_id)
}, 60_000)

test.each(ways)('$name: a request can be repeated, with an Idempotency-Key or without one', async (way) => {
  const device = await makeDevice()
  const body = way.encode([1, 2].map((value) => ({ at: moments + value, name: 'a_b', value, labels: {} })))
  const key = { 'idempotency-key': Bun.randomUUIDv7() }
  for (const headers of [key, key, {}, { 'idempotency-key': 'another' }]) {
    expect((await post(way, device.key, body, headers)).status).toBe(way.stored)
    expect(await storedOf(device.tenant_id)).toHaveLength(2)
  }
})

test.each(ways)('$name: past its quota a tenant is asked to wait, and a revoked key is a stranger at once', async (way) => {
  const limited = startIngestor(undefined, { quota: { valuesPerSecond: 0, bytesPerSecond: 10 } })
  try {
    const device = await makeDevice()
    const body = way.encode([{ at: moments, name: 'a_b', value: 1, labels: { host: 'x'.repeat(150) } }])
    expect((await post(way, device.key, body, {}, limited.url)).status).toBe(way.stored)
    const later = await post(way, device.key, body, {}, limited.url)
    expect(later.status).toBe(429)
    expect(Number(later.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await post(way, (await makeDevice()).key, body, {}, limited.url)).status).toBe(way.stored)
    await owner`update device_key set revoked_at = now() where id = ${device.key_id}`
    await owner.notify('monozu', `devices ${device.tenant_id}`)
    await until(async () => (await post(way, device.key, body, {}, limited.url)).status === 401)
  } finally {
    await limited.stop()
  }
})
