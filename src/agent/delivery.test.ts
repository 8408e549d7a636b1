import { afterEach, describe, expect, test } from 'bun:test'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createDelivery } from './delivery'
import { type AgentRecord, createOutbox, type RecordKind } from './outbox'
import {
  cleanUp,
  createLoopback,
  createTestClock,
  createTestLog,
  noContent,
  problem,
  temporaryDirectory,
  testRegistration,
} from './testing'

afterEach(cleanUp)

const record = (name: string, kind: RecordKind = 'telemetry', padding = ''): AgentRecord => ({
  id: name,
  kind,
  timestamp: '2026-03-01T12:00:00.000Z',
  data: { value: 1, padding },
})

const records = (count: number, padding = '') => Array.from({ length: count }, (_, index) => record(`r${index}`, 'telemetry', padding))
const ids = (body: unknown) => (body as AgentRecord[]).map(({ id }) => id)

function setUp({ limitBytes, port, rejectedLimitBytes }: { limitBytes?: number; port?: number; rejectedLimitBytes?: number } = {}) {
  const directory = temporaryDirectory()
  const path = join(directory, 'buffer.ndjson')
  const rejectedPath = join(directory, 'rejected.ndjson')
  const ingestor = createLoopback(noContent, port)
  const { log, events, names } = createTestLog()
  const clock = createTestClock()
  const registration = testRegistration(ingestor.url)
  const outbox = createOutbox({ path, log, limitBytes })
  const { signal } = new AbortController()
  const delivery = createDelivery({ outbox, registration, clock, log, rejectedPath, rejectedLimitBytes, signal, random: () => 0 })
  return { path, rejectedPath, ingestor, log, events, names, registration, outbox, delivery, clock }
}

describe('delivery', () => {
  test('a batch is one JSON array with the device key, and 204 empties buffer and file', async () => {
    const { ingestor, outbox, delivery, path } = setUp()
    outbox.add([record('a'), record('b')])
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(2)
    expect(await delivery.flush()).toBeUndefined()
    expect(ingestor.received[0]?.headers.get('x-device-key')).toBe('mzd_first')
    expect(ingestor.received[0]?.headers.get('user-agent')).toMatch(/^monozu-edge\/\d/)
    expect(ids(ingestor.received[0]?.body)).toEqual(['a', 'b'])
    expect([outbox.size(), statSync(path).size]).toEqual([0, 0])
  })

  test('over 1 KiB goes compressed, less goes plain', async () => {
    const { ingestor, outbox, delivery } = setUp()
    outbox.add([record('small')])
    await delivery.flush()
    outbox.add(records(50))
    await delivery.flush()
    expect(ingestor.received.map(({ headers }) => headers.get('content-encoding'))).toEqual([null, 'gzip'])
    expect(ids(ingestor.received[1]?.body)).toHaveLength(50)
  })

  test('a server without gzip gets the same batch plain, and so from then on', async () => {
    const { ingestor, outbox, delivery } = setUp()
    ingestor.answerWith(({ headers }) => (headers.get('content-encoding') ? problem(415, 'unsupported_encoding') : noContent()))
    outbox.add(records(50))
    expect(await delivery.flush()).toBeUndefined()
    outbox.add(records(50))
    await delivery.flush()
    expect(ingestor.received.map(({ headers }) => headers.get('content-encoding'))).toEqual(['gzip', null, null])
  })

  test('batches hold at most 500 records and 512 KiB', async () => {
    const { ingestor, outbox, delivery } = setUp()
    outbox.add(records(1_100))
    await delivery.flush()
    expect(ingestor.received.map(({ body }) => ids(body).length)).toEqual([500, 500, 100])
    outbox.add(records(10, 'x'.repeat(200_000)))
    await delivery.flush()
    expect(ingestor.received.slice(3).every(({ body }) => JSON.stringify(body).length <= 524_288)).toBe(true)
    expect(ingestor.received.slice(3).flatMap(({ body }) => ids(body))).toHaveLength(10)
  })

  test('alerts go before telemetry that has been waiting', async () => {
    const { ingestor, outbox, delivery } = setUp()
    outbox.add([...records(600), record('alert', 'security_alert')])
    await delivery.flush()
    expect(ids(ingestor.received[0]?.body)[0]).toBe('alert')
  })

  test('429 and 503 wait as long as asked and keep the records', async () => {
    const { ingestor, outbox, delivery } = setUp()
    outbox.add([record('a')])
    ingestor.answerWith(() => problem(429, 'rate_limited', { 'retry-after': '7' }))
    expect(await delivery.flush()).toBe(7_000)
    ingestor.answerWith(() => problem(503, 'unavailable', { 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }))
    expect(await delivery.flush()).toBe(30_000)
    ingestor.answerWith(noContent)
    expect(await delivery.flush()).toBeUndefined()
    expect(ingestor.received.map(({ body }) => ids(body))).toEqual([['a'], ['a'], ['a']])
  })

  test('a Cloud that is away is tried less and less often, and gets everything when it is back', async () => {
    const { ingestor, outbox, delivery } = setUp()
    const { port } = ingestor
    await ingestor.stop()
    outbox.add([record('a')])
    const waits = [await delivery.flush(), await delivery.flush(), await delivery.flush()]
    expect(waits).toEqual([500, 1_000, 2_000])
    outbox.add([record('b')])
    const back = createLoopback(noContent, port)
    expect(await delivery.flush()).toBeUndefined()
    expect(ids(back.received[0]?.body)).toEqual(['a', 'b'])
  })

  test('a proxy that answers 502 or redirects says nothing about the records', async () => {
    const { ingestor, outbox, delivery } = setUp()
    outbox.add([record('a')])
    ingestor.answerWith(() => new Response('<html>', { status: 502 }))
    expect(await delivery.flush()).toBeGreaterThan(0)
    ingestor.answerWith(() => Response.redirect('http://127.0.0.1:1/elsewhere'))
    expect(await delivery.flush()).toBeGreaterThan(0)
    expect([outbox.size(), ingestor.received.length]).toEqual([1, 2])
  })

  test('413 halves until it fits; what never fits is set aside', async () => {
    const { ingestor, outbox, delivery, rejectedPath } = setUp()
    ingestor.answerWith(({ body }) => (ids(body).length > 2 || ids(body).includes('r3') ? problem(413, 'too_large') : noContent()))
    outbox.add(records(8))
    expect(await delivery.flush()).toBeUndefined()
    expect(outbox.size()).toBe(0)
    expect(readFileSync(rejectedPath, 'utf8')).toBe(`${JSON.stringify(record('r3'))}\n`)
  })

  test('when the second half has to wait, the first is not sent again', async () => {
    const { ingestor, outbox, delivery } = setUp()
    ingestor.answerWith(({ body }) => {
      if (ids(body).length > 2) return problem(413, 'too_large')
      return ids(body).includes('r0') ? noContent() : problem(503, 'unavailable', { 'retry-after': '1' })
    })
    outbox.add(records(4))
    expect(await delivery.flush()).toBe(1_000)
    expect(outbox.take().map(({ line }) => (JSON.parse(line) as AgentRecord).id)).toEqual(['r2', 'r3'])
  })

  test('200 with refused records drops the batch and tells their number', async () => {
    const { ingestor, outbox, delivery, events } = setUp()
    ingestor.answerWith(() => Response.json({ accepted: 1, duplicates: 0, rejected: [{ index: 1, error: 'bad_kind', detail: 'x' }] }))
    outbox.add(records(2))
    expect(await delivery.flush()).toBeUndefined()
    expect(outbox.size()).toBe(0)
    expect(events).toContainEqual({ event: 'records_rejected', fields: { rejected: 1, first_error: 'bad_kind' } })
  })

  test('400 and 422 are never repeated; the file of refused records stays bounded', async () => {
    const { ingestor, outbox, delivery, rejectedPath } = setUp({ rejectedLimitBytes: 4_000 })
    for (const [status, error] of [
      [400, 'malformed'],
      [422, 'no_valid_record'],
    ] as const) {
      ingestor.answerWith(() => problem(status, error))
      outbox.add(records(1))
      expect(await delivery.flush()).toBeUndefined()
    }
    expect(ingestor.received).toHaveLength(2)
    for (let round = 0; round < 50; round++) {
      outbox.add(records(5))
      await delivery.flush()
    }
    expect(statSync(rejectedPath).size + statSync(`${rejectedPath}.old`).size).toBeLessThanOrEqual(8_000)
  })

  test('401 asks for new credentials and sends the same records with them', async () => {
    const { ingestor, outbox, delivery, registration } = setUp()
    ingestor.answerWith(({ headers }) => (headers.get('x-device-key') === 'mzd_first' ? problem(401, 'unauthenticated') : noContent()))
    outbox.add([record('a')])
    expect(await delivery.flush()).toBe(0)
    expect(registration.refusedKeys).toEqual(['mzd_first'])
    expect(await delivery.flush()).toBeUndefined()
    expect(ids(ingestor.received[1]?.body)).toEqual(['a'])
  })
})

describe('buffer', () => {
  test('a new process finds what the last one could not send, even if that was killed while writing', () => {
    const { outbox, path, log } = setUp()
    outbox.add([record('a'), record('b', 'security_alert')])
    appendFileSync(path, '{"id":"torn","kind":"tele')
    const next = createOutbox({ path, log })
    expect(next.take().map(({ line }) => JSON.parse(line) as AgentRecord)).toEqual([record('b', 'security_alert'), record('a')])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('what was acknowledged does not come back after a clean stop', () => {
    const { outbox, path, log } = setUp()
    outbox.add(records(3))
    outbox.settle(outbox.take(2))
    outbox.persist()
    expect(createOutbox({ path, log }).size()).toBe(1)
  })

  test('when full, the oldest telemetry goes first and is counted', () => {
    const { outbox, names } = setUp({ limitBytes: 1_000 })
    outbox.add([record('alert', 'security_alert'), ...records(20)])
    const kept = outbox.take().map(({ line }) => (JSON.parse(line) as AgentRecord).id)
    expect(kept[0]).toBe('alert')
    expect(kept.at(-1)).toBe('r19')
    expect(outbox.queuedBytes()).toBeLessThanOrEqual(1_000)
    expect(outbox.dropped()).toBe(21 - kept.length)
    expect(names()).toContain('buffer_full')
  })

  test('only when there is no telemetry left do alerts go', () => {
    const { outbox } = setUp({ limitBytes: 300 })
    outbox.add(Array.from({ length: 5 }, (_, index) => record(`alert${index}`, 'security_alert')))
    expect(outbox.take().map(({ line }) => (JSON.parse(line) as AgentRecord).id)).toEqual(['alert3', 'alert4'])
    expect(outbox.dropped()).toBe(3)
  })

  test('records on their way are not dropped', async () => {
    const { outbox } = setUp({ limitBytes: 1_000 })
    outbox.add([record('first')])
    await outbox.whileSending(outbox.take(), async () => outbox.add(records(30)))
    expect(outbox.take(1).map(({ line }) => (JSON.parse(line) as AgentRecord).id)).toEqual(['first'])
  })

  test('the file does not grow for ever while the Cloud is away', () => {
    const { outbox, path } = setUp({ limitBytes: 100_000 })
    for (let round = 0; round < 40; round++) outbox.add(records(100, 'x'.repeat(900)))
    expect(statSync(path).size).toBeLessThan(100_000 * 2 + 1_048_576)
  })

  test('a file that cannot be written is told once, and memory carries on', () => {
    const { outbox, path, names } = setUp()
    rmSync(path, { force: true })
    mkdirSync(path)
    outbox.add([record('a')])
    outbox.add([record('b')])
    expect(outbox.size()).toBe(2)
    expect(names().filter((name) => name === 'buffer_file_failed')).toHaveLength(1)
    rmSync(path, { recursive: true })
    outbox.add([record('c')])
    expect(existsSync(path) && readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(3)
  })
})
