import { afterAll, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { Client } from 'pg'
import { unitOf } from './examine'
import { deviceOf } from './keys'
import { splitArray } from './split'
import { arrayOf, encodeFrames, momentsIn } from './frames'
import { readInstant } from './instant'
import { describeLayout } from './layout'
import { openStore } from './store'
import { decodeUnit, encodeUnit } from './spool/unit'
import { selectFrameType } from './statements'
import { owner } from './testing'

const client = new Client(Bun.env.DATABASE_INGEST_URL)
await client.connect()
afterAll(() => client.end())
const frameType = client.query(selectFrameType).then(({ rows }) => Number(rows[0].type))

const tenant_id = Bun.randomUUIDv7()
const device_id = Bun.randomUUIDv7()
const device = deviceOf({ tenant_id, device_id, key_id: '', key_hash: '' })

const name = fc.stringMatching(/^[A-Za-z_][\w.:/-]{0,20}$/)
const frame = fc.record({
  at: fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) - 1 }),
  data: fc.dictionary(name, fc.double({ noNaN: true, noDefaultInfinity: true }), { minKeys: 1, maxKeys: 40 }),
})

test('frames come out of PostgreSQL as they went in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 30 }), async (sent) => {
      const frames = sent.map(({ at, data }) => {
        const values = Object.values(data)
        return { at, values, layout: describeLayout(tenant_id, Object.keys(data), values) }
      })
      const rows = encodeFrames(device, frames)
      expect(momentsIn(rows)).toEqual(frames.map(({ at }) => at))
      const { length, write } = arrayOf([rows], frames.length, await frameType)
      const given = Buffer.alloc(length)
      write(given, 0)
      const { rows: found } = await client.query(
        'select u.*, array(select float8send(v) from unnest(values) v)::text as bits from unnest($1::incoming_frame[]) u',
        [given],
      )
      expect(found.map(({ tenant_id, device_id, at, layout_id, bits }) => [tenant_id, device_id, at.getTime(), layout_id, bits])).toEqual(
        frames.map(({ at, layout }, index) => [
          tenant_id,
          device_id,
          at,
          layout.id,
          bitsOf(layout.metrics.map((metric) => sent[index]!.data[metric]!)),
        ]),
      )
    }),
    { numRuns: 60 },
  )
})

function bitsOf(values: number[]): string {
  const texts = values.map((value) => {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    return `"\\\\x${bytes.toString('hex')}"`
  })
  return `{${texts.join(',')}}`
}

test('what an earlier version spooled is stored as it was meant', () => {
  const at = Date.UTC(2026, 10, 27)
  const layout = describeLayout(tenant_id, ['a', 'b'], [1, 2])
  const rows = encodeFrames(device, [
    { at, layout, values: [1, 2] },
    { at: at + 1, layout, values: [3, 4] },
  ])
  const payload = encodeUnit(unitOf(device, { rows, frames: 2 }))
  expect(decodeUnit(payload)).toMatchObject({ rows, frames: 2 })
  expect(decodeUnit(payload)).not.toHaveProperty('form')

  // As COPY takes a row: the number of its fields, then each behind its length. Here each field is behind its type as well, and the row behind its length.
  const fieldLengths = [16, 16, 8, 16, 20 + 2 * 12]
  const copied: Buffer[] = []
  for (let start = 0; start < rows.length;) {
    start += 4 + 4
    copied.push(Buffer.from([0, 5]))
    for (const length of fieldLengths) {
      copied.push(rows.subarray(start + 4, start + 8 + length))
      start += 8 + length
    }
  }
  const { form, ...json } = JSON.parse(payload.toString('utf8', 4, payload.length - rows.length)) as Record<string, unknown>
  expect(form).toBe('array')
  const before = Buffer.from(JSON.stringify(json))
  const length = Buffer.from([0, 0, before.length >> 8, before.length & 0xff])
  expect(decodeUnit(Buffer.concat([length, before, ...copied]))).toMatchObject({ rows, frames: 2 })
})

test('frames that PostgreSQL refuses are told at once, and the connection serves on', async () => {
  const layout = describeLayout(tenant_id, ['a'], [1])
  const unit = { device, frames: 1, layouts: [], latest: 0, records: [], isHandled: false, rejected: [], bytes: 1 }
  // Many connections: whether an answer is read in one piece or in two is up to chance.
  for (let round = 0; round < 30; round++) {
    const store = openStore(Bun.env.DATABASE_INGEST_URL!, 20_000)
    const good = encodeFrames(device, [{ at: Date.now() + round, layout, values: [1] }])
    const bad = Buffer.from(good)
    bad.writeInt32BE(-1, bad.length - 32)
    for (const seen of [[], [device]]) {
      const refused = await store.store([{ ...unit, rows: bad }], seen).catch((error: unknown) => error)
      expect(refused).toMatchObject({ code: '22P03' })
    }
    expect(await store.store([{ ...unit, rows: good }], [])).toBe(1)
    store.close()
  }
})

test('frames that are there already are left out, also where none was expected and among new ones', async () => {
  const device = deviceOf({ tenant_id: Bun.randomUUIDv7(), device_id, key_id: '', key_hash: '' })
  const layout = describeLayout(device.tenant_id, ['a'], [1])
  const begins = Date.UTC(2026, 4, 1)
  const unitAt = (seconds: number) => {
    const rows = encodeFrames(device, [{ at: begins + 1000 * seconds, layout, values: [seconds] }])
    return { device, rows, frames: 1, layouts: [], latest: 0, records: [], isHandled: false, rejected: [], bytes: rows.length }
  }
  const [one, other] = [openStore(Bun.env.DATABASE_INGEST_URL!, 20_000), openStore(Bun.env.DATABASE_INGEST_URL!, 20_000)]
  try {
    expect(await one.store([unitAt(1), unitAt(2)], [])).toBe(2)
    expect(await one.store([unitAt(2), unitAt(3)], [])).toBe(1)
    // It expects them now; the other one does not, and has one twice in the same batch.
    expect(await one.store([unitAt(1), unitAt(3), unitAt(4)], [])).toBe(1)
    expect(await other.store([unitAt(5), unitAt(5)], [])).toBe(1)
    expect(await Promise.all([one.store([unitAt(6), unitAt(7)], []), other.store([unitAt(6), unitAt(7)], [])])).toContain(2)
    const rows = await owner`select values[1] as value from telemetry_frame where tenant_id = ${device.tenant_id} order by at`
    expect(rows.map(({ value }) => Number(value))).toEqual([1, 2, 3, 4, 5, 6, 7])
  } finally {
    one.close()
    other.close()
  }
})

test('the elements of an array are found wherever they are', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 20 }), fc.constantFrom(undefined, 2), (values, indent) => {
      const text = ` ${JSON.stringify(values, null, indent)}\n`
      const bounds = splitArray(text)
      const found = Array.from(
        { length: bounds.length / 2 },
        (_, index) => JSON.parse(text.slice(bounds[2 * index], bounds[2 * index + 1])) as unknown,
      )
      expect(JSON.stringify(found)).toBe(JSON.stringify(values))
    }),
  )
})

test('moments are read back, in any zone', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date(Date.UTC(2199, 11, 31)), noInvalidDate: true }),
      fc.integer({ min: -14 * 60, max: 14 * 60 }),
      (date, offset) => {
        const zone = `${offset < 0 ? '-' : '+'}${String(Math.trunc(Math.abs(offset) / 60)).padStart(2, '0')}:${String(Math.abs(offset) % 60).padStart(2, '0')}`
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1)
        fc.pre(!local.startsWith('1969') && date.getTime() < Date.UTC(2199, 11, 30))
        expect(readInstant(local + zone)).toBe(date.getTime())
      },
    ),
  )
})
