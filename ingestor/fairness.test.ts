import { afterAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { openBudget } from './budget'
import { limits } from './limits'
import { openQuota } from './quota'
import { framesOf, makeDevice, moment, owner, send, startIngestor, telemetry, until } from './testing'
import { openTurns } from './turns'

describe('turns', () => {
  const item = fc.record({ tenant: fc.constantFrom('a', 'b', 'c', 'd'), bytes: fc.integer({ min: 1, max: 100 }) })

  test('nothing is lost or doubled, a tenant keeps its order, and a batch fits', () => {
    fc.assert(
      fc.property(fc.array(item), fc.integer({ min: 1, max: 200 }), (items, most) => {
        const turns = openTurns<{ tenant: string; bytes: number }>(
          ({ tenant }) => tenant,
          ({ bytes }) => bytes,
        )
        items.forEach(turns.add)
        const batches = []
        while (!turns.isEmpty()) batches.push(turns.take(most))
        for (const batch of batches) {
          const bytes = batch.reduce((sum, one) => sum + one.bytes, 0)
          expect(batch.length === 1 || bytes <= most).toBe(true)
        }
        const out = batches.flat()
        for (const tenant of ['a', 'b', 'c', 'd'])
          expect(out.filter((one) => one.tenant === tenant)).toEqual(items.filter((one) => one.tenant === tenant))
        expect(turns.bytes()).toBe(0)
      }),
    )
  })

  test('who comes late with one is in the next batch, however many wait of another', () => {
    const turns = openTurns<string>(
      (text) => text[0]!,
      () => 1,
    )
    for (let index = 0; index < 1000; index++) turns.add(`noisy ${index}`)
    turns.add('quiet')
    expect(turns.take(10)).toContain('quiet')
    expect(turns.bytes()).toBe(991)
  })
})

describe('the budget', () => {
  test('takes the largest request there may be from one tenant, and never gives all to some', () => {
    expect(() =>
      openBudget()
        .open()
        .of('a')
        .take(limits.bodyBytes + limits.inflatedBytes),
    ).not.toThrow()
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 500_000 }), (tenants, bytes) => {
        const budget = openBudget(10_000_000)
        const shares = Array.from({ length: tenants }, (_, tenant) => budget.open().of(String(tenant)))
        const isFull = (share: (typeof shares)[number]) => {
          try {
            share.take(bytes)
            return false
          } catch {
            return true
          }
        }
        while (!shares.map(isFull).every(Boolean));
        expect(budget.bytes()).toBeLessThan(10_000_000)
        const free = 10_000_000 - budget.bytes()
        expect(() =>
          budget
            .open()
            .of('late')
            .take(Math.floor(free / 2)),
        ).not.toThrow()
        shares.forEach((share) => share.giveBack())
        expect(budget.bytes()).toBe(Math.floor(free / 2))
      }),
    )
  })
})

describe('a quota', () => {
  test('admits until it is spent, and again when it is paid', () => {
    let nowMs = 0
    const quota = openQuota({ valuesPerSecond: 100, bytesPerSecond: 0 }, () => nowMs)
    quota.admit('a')
    quota.charge('a', { values: 1500, bytes: 1e9 })
    expect(() => quota.admit('a')).toThrow(expect.objectContaining({ status: 429, error: 'rate_limited', more: { retryAfterSeconds: 5 } }))
    quota.admit('b')
    nowMs += 4900
    expect(() => quota.admit('a')).toThrow(expect.objectContaining({ more: { retryAfterSeconds: 1 } }))
    nowMs += 100
    quota.admit('a')
    nowMs += 3_600_000
    quota.charge('a', { values: 1001 })
    expect(() => quota.admit('a')).toThrow()
  })

  test('is the business of the tenant that spent it: others are served', async () => {
    const ingestor = startIngestor(undefined, { quota: { valuesPerSecond: 10, bytesPerSecond: 0 } })
    const [noisy, quiet] = [await makeDevice(), await makeDevice()]
    const colleague = await makeDevice(noisy.tenant_id)
    const many = Array.from({ length: 1000 }, (_, index) => telemetry({ value: index }, index))
    expect((await send(ingestor.url, noisy, many)).status).toBe(204)
    for (const device of [noisy, colleague]) {
      const refused = await send(ingestor.url, device, [telemetry({ value: -1 }, 5000)])
      expect(refused).toMatchObject({ status: 429, body: { error: 'rate_limited' } })
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect((await send(ingestor.url, quiet, [telemetry({ value: 1 })])).status).toBe(204)
    expect(await framesOf(noisy.tenant_id)).toHaveLength(1000)
    await ingestor.stop()
  })

  test('of bytes counts what is inflated', async () => {
    const ingestor = startIngestor(undefined, { quota: { valuesPerSecond: 0, bytesPerSecond: 1000 } })
    const device = await makeDevice()
    const record = { kind: 'log', timestamp: moment(), data: { level: 'info', message: 'm'.repeat(8000) } }
    const statuses = []
    for (let round = 0; round < 3; round++) statuses.push((await send(ingestor.url, device, [record, record], { gzip: true })).status)
    expect(statuses).toEqual([204, 429, 429])
    await ingestor.stop()
  })
})

describe('while one tenant sends all that it can', () => {
  const ingestor = startIngestor()
  afterAll(async () => {
    await ingestor.stop()
  })

  test('another is neither turned away nor served last', async () => {
    const [noisy, quiet] = [await makeDevice(), await makeDevice()]
    // Known keys: what follows waits for the batches alone.
    for (const device of [noisy, quiet]) expect((await send(ingestor.url, device, [telemetry({ value: 0 })])).status).toBe(204)
    const answered: [string, number][] = []
    const post = async (name: string, device: { key: string }, records: unknown) => {
      const { status } = await send(ingestor.url, device, records)
      answered.push([name, status])
    }
    const large = (index: number) =>
      Array.from({ length: 120 }, (_, record) => ({
        kind: 'log',
        timestamp: moment(),
        id: `${index} ${record}`,
        data: { level: 'info', message: 'm'.repeat(8000) },
      }))
    let sent: Promise<void>[] = []
    await owner.begin(async (tx) => {
      await tx`lock table device_record, telemetry_frame in share row exclusive mode`
      sent = Array.from({ length: 60 }, (_, index) => post('noisy', noisy, large(index)))
      // Those beyond its part of the memory are turned away, and told to come again.
      await until(async () => answered.length >= 10)
      sent.push(post('quiet', quiet, [telemetry({ value: 1 }, 1)]))
      expect((await fetch(`${ingestor.url}/healthz`)).status).toBe(200)
    })
    await Promise.all(sent)
    expect(new Set(answered.slice(0, 10).map(([, status]) => status))).toEqual(new Set([503]))
    const place = answered.findIndex(([name]) => name === 'quiet')
    expect(answered[place]).toEqual(['quiet', 204])
    const afterwards = answered.slice(place + 1).filter(([, status]) => status === 204)
    expect(afterwards.length).toBeGreaterThan(10)
    expect(await framesOf(quiet.tenant_id)).toHaveLength(2)
  }, 40_000)
})
