import { afterAll, beforeAll, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { bytesOf } from '../src/core/secrets'
import { openBatcher } from './batch'
import type { Unit } from './examine'
import { limits } from './limits'
import { openMeter } from './meter'
import { openLayouts } from './layouts'
import { openOutage } from './outage'
import { makeDevice, owner, recordsOf } from './testing'

const poison = 'poison of a batch'
/** What one transaction each stored, in the order they came to an end. */
let batches: Unit[][] = []
const meter = { ...openMeter(), stored: (units: Unit[]) => void batches.push(units) }
const batcher = openBatcher(Bun.env.DATABASE_INGEST_URL!, {
  layouts: openLayouts(
    () => Promise.resolve([]),
    () => false,
  ),
  forgetKey: () => {},
  flushMs: limits.flushMs,
  outage: openOutage(),
  meter,
})

beforeAll(async () => {
  await owner.unsafe(`alter table device_record add constraint poison_of_a_batch check (key <> '${poison}')`)
})
afterAll(async () => {
  batcher.close()
  await owner.unsafe('alter table device_record drop constraint poison_of_a_batch')
})

type TestDevice = Awaited<ReturnType<typeof makeDevice>>
const at = Date.UTC(2026, 2, 4)

/** One log, and perhaps a record that was refused. */
function unitOf({ tenant_id, device_id, key_id }: TestDevice, key: string, bytes: number, isRejecting = false): Unit {
  const rejected = { index: 1, error: 'unknown_kind', detail: 'x', record: key, replayable: true }
  return {
    device: {
      tenant_id,
      device_id,
      key_id,
      key_hash: '',
      features: null,
      tenantBytes: bytesOf(tenant_id),
      deviceBytes: bytesOf(device_id),
    },
    rows: Buffer.alloc(0),
    frames: 0,
    layouts: [],
    latest: 0,
    records: [{ at, kind: 'log', key, data: '{"level":"info","message":"m"}' }],
    isHandled: false,
    rejected: isRejecting ? [rejected] : [],
    bytes,
  }
}

const weightOf = (units: Unit[]) => units.reduce((sum, { bytes }) => sum + bytes, 0)
const keysOf = (units: Unit[]) => units.flatMap(({ records }) => records.map(({ key }) => key))

const request = fc.record({
  sender: fc.nat(3),
  is: fc.constantFrom('good', 'good', 'good', 'sent again', 'rejecting', 'poison'),
  bytes: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: limits.batchBytes / 4, max: 2 * limits.batchBytes })),
  /** Comes in a later turn of the event loop than the one before it. */
  isLater: fc.boolean(),
})

test('every request is answered once, with what became of its own records; batches keep to their bytes, and a failure fails alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 40 }), async (requests) => {
      batches = []
      const tenant_id = Bun.randomUUIDv7()
      const senders = [await makeDevice(tenant_id), await makeDevice(tenant_id), await makeDevice(), await makeDevice()]
      const units: Unit[] = []
      const answers: Promise<number>[] = []
      for (const [index, { sender, is, bytes, isLater }] of requests.entries()) {
        const before = units.findLast(({ device, rejected }) => device.device_id === senders[sender]!.device_id && !rejected.length)
        const again = is === 'sent again' ? before?.records[0]?.key : undefined
        units.push(unitOf(senders[sender]!, is === 'poison' ? poison : (again ?? `${index}`), bytes, is === 'rejecting'))
        if (isLater) await new Promise(setImmediate)
        const answer = batcher.add(units.at(-1)!)
        // Looked at below; until then a failure is nobody's.
        answer.catch(() => {})
        answers.push(answer)
      }
      const outcomes = await Promise.allSettled(answers)

      const isPoison = (unit: Unit) => unit.records[0]!.key === poison
      for (const [index, outcome] of outcomes.entries()) {
        const unit = units[index]!
        if (isPoison(unit)) expect(outcome).toMatchObject({ status: 'rejected', reason: { status: 422 } })
        else expect(outcome.status).toBe('fulfilled')
        // What it is told is counted for it alone.
        if (unit.rejected.length && !isPoison(unit)) expect(outcome).toMatchObject({ value: 1 })
      }
      const good = units.filter((unit) => !isPoison(unit))
      expect(new Set(batches.flat())).toEqual(new Set(good))
      expect(batches.flat()).toHaveLength(good.length)
      for (const batch of batches) {
        if (batch.length > 1) expect(weightOf(batch)).toBeLessThanOrEqual(limits.batchBytes)
        if (batch.some(({ rejected }) => rejected.length)) expect(batch).toHaveLength(1)
      }
      for (const sender of new Set(senders.map((one) => one.tenant_id))) {
        const sent = good.filter(({ device }) => device.tenant_id === sender)
        const stored = (await recordsOf(sender)).map(({ device_id, key }) => `${device_id} ${key}`)
        expect(stored.sort()).toEqual([...new Set(sent.map(({ device, records }) => `${device.device_id} ${records[0]!.key}`))].sort())
      }
      expect(batcher.queueBytes()).toBe(0)
    }),
    { numRuns: 25 },
  )
}, 60_000)

test('who sends little is in the next batch, however much waits of another', async () => {
  batches = []
  const [noisy, quiet] = [await makeDevice(), await makeDevice()]
  const [count, bytes] = [200, limits.batchBytes / 4]
  const many = Array.from({ length: count }, (_, index) => batcher.add(unitOf(noisy, `${index}`, bytes)))
  await many[0]
  const waiting = batcher.queueBytes() / bytes
  expect(waiting).toBeGreaterThan(0)
  await Promise.all([...many, batcher.add(unitOf(quiet, 'quiet', 10))])
  // Beside the first of those that were waiting.
  expect(keysOf(batches.find((batch) => keysOf(batch).includes('quiet'))!)).toContain(`${count - waiting}`)
  expect(batches.length).toBeGreaterThanOrEqual(count / 4)
  expect(await recordsOf(noisy.tenant_id)).toHaveLength(count)
})
