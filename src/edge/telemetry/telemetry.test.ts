import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { runJob } from '../../core/jobs'
import { limits } from '../../core/limits'
import { inTenant, jobActor } from '../../core/scope'
import { type Client, problem, registered, send, signedIn, within } from '../../testing/api'
import { type Frame, type Reporter, addFrames, addLayout, owner, queued, runQueue } from '../../testing/world'
import { devicePresence, devices } from '../devices/schema'
import { telemetryFrames } from './frames'
import { telemetryJobs } from './jobs'
import { aggregates } from './query'

setDefaultTimeout(20_000)

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
/** Before any week that has a partition of its own. */
const start = Date.UTC(2025, 5, 2, 12)

interface Series {
  device_id: string
  metric: string
  labels: Record<string, string>
  points: [number, number][]
}
interface Answer {
  series: Series[]
  next_cursor: string | null
}
type Question = Record<string, string | number | string[] | undefined>

const askFor = (client: Client, question: Question) => {
  const asked = Object.entries(question).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
  )
  return send('GET', `/api/v1/telemetry/query?${new URLSearchParams(asked)}`, client)
}
async function query(
  client: Client,
  { from = start, to = start + hour, ...question }: Question & { from?: number; to?: number },
): Promise<Answer> {
  const reply = await askFor(client, { from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...question })
  expect(reply.status).toBe(200)
  return (await reply.json()) as Answer
}
const points = ({ series }: Answer) => series.map((one) => one.points)

async function arranged(metrics = ['cpu_percent']) {
  const client = await signedIn()
  const device = await registered(client)
  return { client, device, layout: await addLayout(client.tenant_id, metrics), asked: { device_id: device.device_id, metric: metrics } }
}

/** A device without the ceremony of registering. */
const another = ({ tenant_id }: Client, org_unit_id?: string): Promise<Reporter> =>
  within(tenant_id, async ({ tx, owned }) => {
    const [device] = await tx
      .insert(devices)
      .values(owned({ name: 'edge', org_unit_id }))
      .returning({ id: devices.id })
    return { tenant_id, device_id: device!.id }
  })

describe('raw points', () => {
  test('are ordered by time, from the first moment asked for up to the last, which is left out', async () => {
    const { client, device, layout, asked } = await arranged()
    await addFrames(device, layout, [
      [start + 30 * minute, 3],
      [start - 1, -1],
      [start + hour, -2],
      [start, 1],
      [start + hour - 1, 4],
    ])
    await addFrames(device, layout, [[start + 10 * minute, 2]])
    expect(points(await query(client, asked))).toEqual([
      [
        [start, 1],
        [start + 10 * minute, 2],
        [start + 30 * minute, 3],
        [start + hour - 1, 4],
      ],
    ])
  })

  test('come with every header that an answer has', async () => {
    const { client, device, asked } = await arranged()
    const range = { from: new Date(start).toISOString(), to: new Date(start + hour).toISOString() }
    const [given, usual] = await Promise.all([
      askFor(client, { ...asked, ...range }),
      send('GET', `/api/v1/telemetry/metrics?device_id=${device.device_id}`, client),
    ])
    const headersOf = ({ headers }: Response) => ({
      ...headers.toJSON(),
      'content-type': headers.get('content-type')?.split(';')[0],
      'x-request-id': headers.has('x-request-id'),
    })
    expect(headersOf(given)).toEqual(headersOf(usual))
    expect(headersOf(given)).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-request-id': true })
  })

  test('that are more than a page holds are read page by page, each exactly once', async () => {
    const client = await signedIn()
    const reporters = [await another(client), await another(client)]
    const metrics = Array.from({ length: 50 }, (_, index) => `m${index}`)
    const layouts = [
      await addLayout(client.tenant_id, metrics, {}, new Date(start + hour)),
      await addLayout(client.tenant_id, metrics.slice(0, 2), { interface: 'eth0' }, new Date(start + hour)),
    ]
    // 50 metrics a frame and 50,000 points a page are 1,000 frames a page.
    for (const { device_id } of reporters) {
      for (const [layout, width] of [[layouts[0]!, 50] as const, [layouts[1]!, 2] as const]) {
        await owner`
          insert into telemetry_frame (tenant_id, device_id, at, layout_id, values)
          select ${client.tenant_id}, ${device_id}, ${new Date(start)}::timestamptz + n * interval '1 second', ${layout}, array_fill(n::float8, array[${width}::int])
          from generate_series(0, 599) n`
      }
    }
    const asked = { device_id: reporters.map(({ device_id }) => device_id), metric: metrics }
    const read = new Map<string, [number, number][]>()
    let cursor: string | undefined
    let pages = 0
    do {
      const answer = await query(client, { ...asked, cursor })
      for (const { device_id, metric, labels, points } of answer.series) {
        const name = [device_id, metric, JSON.stringify(labels)].join(' ')
        read.set(name, [...(read.get(name) ?? []), ...points])
      }
      cursor = answer.next_cursor ?? undefined
      pages += 1
    } while (cursor)
    expect(pages).toBe(3)
    expect(read.size).toBe(2 * (50 + 2))
    const all = JSON.stringify(Array.from({ length: 600 }, (_, n) => [start + n * second, n]))
    for (const series of read.values()) expect(JSON.stringify(series)).toBe(all)
  })

  test('with a cursor that is none are refused', async () => {
    const { client, device, layout, asked } = await arranged()
    await addFrames(device, layout, [[start, 1]])
    const from = new Date(start).toISOString()
    const to = new Date(start + hour).toISOString()
    for (const text of ['nonsense', '', `${device.device_id} yesterday ${layout}`, `${device.device_id} ${from}`, `1 ${from} 2`]) {
      const reply = await askFor(client, { ...asked, from, to, cursor: Buffer.from(text).toString('base64url') || 'x' })
      expect(reply.status).toBe(422)
      expect((await problem(reply)).errors).toMatchObject([{ path: '/cursor' }])
    }
  })
})

/** The same by hand: buckets counted from Monday, 3 January 2000, 00:00 UTC. */
function recompute(frames: Frame[], aggregate: (typeof aggregates)[number], stepMs: number, from: number, to: number): [number, number][] {
  const origin = Date.UTC(2000, 0, 3)
  const margin = aggregate === 'rate' ? Math.min(stepMs, hour) : 0
  const seen = frames.filter(([at]) => at >= from - margin && at < to).sort(([a], [b]) => a - b)
  const buckets = new Map<number, Frame[]>()
  const bucketOf = (at: number) => origin + Math.floor((at - origin) / stepMs) * stepMs
  const met = [...new Set(seen.map(([at]) => bucketOf(at)))]
  for (const [index, [at, value]] of seen.entries()) {
    if (at < from) continue
    const before = seen[index - 1]?.[1]
    if (aggregate === 'rate' && before === undefined) continue
    const bucket = bucketOf(at)
    const told = aggregate === 'rate' ? (value! < before! ? value! : value! - before!) : value!
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), [at, told]])
  }
  const sum = (inside: Frame[]) => inside.reduce((total, [, value]) => total + value!, 0)
  const since = (bucket: number) => bucket - (met[met.indexOf(bucket) - 1] ?? bucket - stepMs)
  const by: Record<typeof aggregate, (inside: Frame[], bucket: number) => number> = {
    avg: (inside) => sum(inside) / inside.length,
    min: (inside) => Math.min(...inside.map(([, value]) => value!)),
    max: (inside) => Math.max(...inside.map(([, value]) => value!)),
    sum,
    last: (inside) => inside.at(-1)![1]!,
    count: (inside) => inside.length,
    rate: (inside, bucket) => sum(inside) / (since(bucket) / second),
  }
  return [...buckets].map(([bucket, inside]) => [bucket, by[aggregate](inside, bucket)])
}

describe('buckets', () => {
  const samples = fc.uniqueArray(fc.tuple(fc.integer({ min: -2 * hour, max: 2 * hour }), fc.integer({ min: -1000, max: 1000 })), {
    selector: ([at]) => at,
    maxLength: 60,
  })
  const steps = fc.constantFrom(
    ['7s', 7 * second],
    ['60s', minute],
    ['5m', 5 * minute],
    ['13m', 13 * minute],
    ['1h', hour],
    ['90m', 90 * minute],
    ['1d', 24 * hour] as const,
  )

  test.each(aggregates)('of %s are what one gets by hand, whatever the samples and the step', async (aggregate) => {
    const client = await signedIn()
    const layout = await addLayout(client.tenant_id, ['other', 'cpu_percent'])
    await fc.assert(
      fc.asyncProperty(samples, steps, fc.integer({ min: -hour, max: 0 }), async (given, [step, stepMs], shift) => {
        const reporter = await another(client)
        const frames = given.map(([at, value]): Frame => [start + at, value])
        await addFrames(
          reporter,
          layout,
          frames.map(([at, value]) => [at, 0, value!]),
        )
        const [from, to] = [start + shift, start + shift + 2 * hour]
        const [found = []] = points(
          await query(client, { device_id: reporter.device_id, metric: 'cpu_percent', from, to, step, aggregate }),
        )
        const expected = recompute(frames, aggregate, stepMs, from, to)
        expect(found.map(([at]) => at)).toEqual(expected.map(([at]) => at))
        for (const [index, [, value]] of found.entries()) expect(value).toBeCloseTo(expected[index]![1], 9)
      }),
      { numRuns: 15 },
    )
  })

  test('are averages where nothing else is asked for, and there is none where nothing was reported', async () => {
    const { client, device, layout, asked } = await arranged()
    await addFrames(device, layout, [
      [start, 1],
      [start + 10 * second, 2],
      [start + 3 * minute, 5],
    ])
    const answer = await query(client, { ...asked, step: '60s' })
    expect(points(answer)).toEqual([
      [
        [start, 1.5],
        [start + 3 * minute, 5],
      ],
    ])
    expect(answer.next_cursor).toBeNull()
  })

  test('of a counter that begins again at zero never fall below zero', async () => {
    const { client, device, layout, asked } = await arranged(['rx_bytes'])
    await addFrames(device, layout, [
      [start - 30 * second, 1_000],
      [start, 1_600],
      [start + 30 * second, 2_200],
      [start + 60 * second, 60],
      [start + 90 * second, 660],
    ])
    expect(points(await query(client, { ...asked, step: '60s', aggregate: 'rate' }))).toEqual([
      [
        [start, (600 + 600) / 60],
        [start + minute, (60 + 600) / 60],
      ],
    ])
  })

  test('of a counter that is read more seldom than a bucket lasts are what it gains a second', async () => {
    const { client, device, layout, asked } = await arranged(['parts_total'])
    const at = [0, 1, 2, 3, 10, 11]
    await addFrames(
      device,
      layout,
      at.map((minutes): Frame => [start + minutes * minute, 1_000 + 30 * minutes]),
    )
    for (const step of ['5s', '60s']) {
      const gained = at.slice(1).map((minutes): [number, number] => [start + minutes * minute, 0.5])
      expect(points(await query(client, { ...asked, step, aggregate: 'rate' }))).toEqual([gained])
    }
  })

  test('take late data in at once', async () => {
    const { client, device, layout, asked } = await arranged()
    const ask = async () => points(await query(client, { ...asked, step: '1h', aggregate: 'count' }))
    await addFrames(device, layout, [[start + 40 * minute, 1]])
    expect(await ask()).toEqual([[[start, 1]]])
    await addFrames(device, layout, [
      [start + 20 * minute, 1],
      [start + 10 * minute, 1],
    ])
    expect(await ask()).toEqual([[[start, 3]]])
  })

  test.each([
    ['back, a day of 25 hours', Date.UTC(2025, 9, 24, 22), [24, 25, 24]],
    ['forward, a day of 23 hours', Date.UTC(2026, 2, 27, 23), [24, 23, 24]],
  ])('of a day are days in their zone when clocks go %s', async (_, midnight, hours) => {
    const { client, device, layout, asked } = await arranged()
    const total = hours.reduce((sum, count) => sum + count, 0)
    await addFrames(
      device,
      layout,
      Array.from({ length: total }, (_, index): Frame => [midnight + index * hour, 1]),
    )
    const from = midnight - 24 * hour
    const to = midnight + (total + 24) * hour
    const days = hours.map((count, index) => [midnight + hours.slice(0, index).reduce((sum, before) => sum + before, 0) * hour, count])
    expect(points(await query(client, { ...asked, from, to, step: '1d', aggregate: 'count', tz: 'Europe/Rome' }))).toEqual([
      days as [number, number][],
    ])
    const plain = points(await query(client, { ...asked, from, to, step: '24h', aggregate: 'count' }))[0]!
    expect(plain.every(([at]) => new Date(at).getUTCHours() === 0)).toBe(true)
  })

  test('of a week begin on Monday in their zone', async () => {
    const { client, device, layout, asked } = await arranged()
    const monday = Date.UTC(2025, 9, 19, 22)
    await addFrames(device, layout, [
      [monday - 1, 1],
      [monday, 1],
      [monday + 7 * 24 * hour + hour - 1, 1],
      [monday + 7 * 24 * hour + hour, 1],
    ])
    const [found] = points(
      await query(client, {
        ...asked,
        from: monday - 24 * hour,
        to: monday + 9 * 24 * hour,
        step: '7d',
        aggregate: 'count',
        tz: 'Europe/Rome',
      }),
    )
    expect(found).toEqual([
      [monday - 7 * 24 * hour, 1],
      [monday, 2],
      [monday + 7 * 24 * hour + hour, 1],
    ])
  })
})

describe('series', () => {
  test('are one for each device, metric and set of labels, in a fixed order', async () => {
    const client = await signedIn()
    const [a, b] = [await another(client), await another(client)]
    const layouts = await Promise.all(
      ['eth0', 'eth1'].map((name) => addLayout(client.tenant_id, ['rx_bytes', 'tx_bytes'], { interface: name })),
    )
    for (const [index, layout] of layouts.entries()) await addFrames(a, layout, [[start, 10 + index, 20 + index]])
    await addFrames(b, layouts[0]!, [[start, 30, 40]])
    const expected: Series[] = [
      { device_id: a.device_id, metric: 'rx_bytes', labels: { interface: 'eth0' }, points: [[start, 10]] },
      { device_id: b.device_id, metric: 'rx_bytes', labels: { interface: 'eth0' }, points: [[start, 30]] },
      { device_id: a.device_id, metric: 'rx_bytes', labels: { interface: 'eth1' }, points: [[start, 11]] },
      { device_id: a.device_id, metric: 'tx_bytes', labels: { interface: 'eth0' }, points: [[start, 20]] },
      { device_id: b.device_id, metric: 'tx_bytes', labels: { interface: 'eth0' }, points: [[start, 40]] },
      { device_id: a.device_id, metric: 'tx_bytes', labels: { interface: 'eth1' }, points: [[start, 21]] },
    ]
    const asked = { device_id: [a.device_id, b.device_id], metric: ['tx_bytes', 'rx_bytes', 'never_seen'] }
    expect(await query(client, asked)).toEqual({ series: expected, next_cursor: null })
    expect(await query(client, { ...asked, step: '60s', aggregate: 'last' })).toEqual({ series: expected, next_cursor: null })
  })

  test('go on where a device reports something more, or something else now and then', async () => {
    const { client, device, layout, asked } = await arranged(['cpu_percent'])
    const wider = await addLayout(client.tenant_id, ['cpu_percent', 'memory_percent'])
    await addFrames(device, layout, [
      [start, 1],
      [start + minute, 3],
      [start + 3 * minute, 7],
    ])
    await addFrames(device, wider, [
      [start + 30 * second, 2, 50],
      // Of one moment the first is taken.
      [start + minute, 9, 50],
      [start + 2 * minute, 5, 50],
    ])
    const [cpu, ...others] = (await query(client, asked)).series
    expect(others).toEqual([])
    expect(cpu!.points).toEqual([
      [start, 1],
      [start + 30 * second, 2],
      [start + minute, 3],
      [start + 2 * minute, 5],
      [start + 3 * minute, 7],
    ])
    expect(points(await query(client, { ...asked, step: '60s', aggregate: 'rate', from: start + minute }))).toEqual([
      [1, 2, 3].map((minutes) => [start + minutes * minute, (minutes === 1 ? 1 : 2) / 60]),
    ])
  })

  test('a first rate has grown from what stood in a set that nothing of the range is in', async () => {
    const { client, device, layout, asked } = await arranged(['cpu_percent'])
    const wider = await addLayout(client.tenant_id, ['cpu_percent', 'memory_percent'])
    await addFrames(device, layout, [[start + 50 * second, 10]])
    await addFrames(device, wider, [[start + 70 * second, 40, 50]])
    expect(points(await query(client, { ...asked, step: '60s', aggregate: 'rate', from: start + minute }))).toEqual([
      [[start + minute, 30 / 60]],
    ])
  })

  test('that are more than a page holds are read page by page, each exactly once and whole', async () => {
    const metrics = Array.from({ length: 12 }, (_, index) => `m${index}`)
    const { client, device, layout } = await arranged(metrics)
    await addFrames(device, layout, [
      [start, ...metrics.map((_, index) => index)],
      [start + 5 * minute, ...metrics.map((_, index) => index)],
    ])
    // 48,960 points a series: a page holds two of them.
    const asked = { device_id: device.device_id, metric: metrics, step: '60s', aggregate: 'last', to: start + 34 * 24 * hour }
    const found: Series[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const answer = await query(client, { ...asked, cursor })
      found.push(...answer.series)
      cursor = answer.next_cursor ?? undefined
      pages += 1
    } while (cursor)
    expect(pages).toBe(6)
    expect(found.map(({ metric }) => metric).sort()).toEqual([...metrics].sort())
    expect(found.every(({ points }) => points.length === 2)).toBe(true)
    const period = { from: new Date(start).toISOString(), to: new Date(start + hour).toISOString() }
    const wrong = await askFor(client, { ...asked, ...period, cursor: Buffer.from(`${device.device_id} x 1`).toString('base64url') })
    expect(wrong.status).toBe(422)
  })

  test('asked for twice are given once', async () => {
    const { client, device, layout } = await arranged()
    await addFrames(device, layout, [[start, 7]])
    const asked = { device_id: [device.device_id, device.device_id], metric: ['cpu_percent', 'cpu_percent'] }
    expect(points(await query(client, asked))).toEqual([[[start, 7]]])
    expect(points(await query(client, { ...asked, step: '60s', aggregate: 'sum' }))).toEqual([[[start, 7]]])
  })

  test('of a metric or a device that reported nothing are not there', async () => {
    const { client, device, layout, asked } = await arranged()
    const silent = await another(client)
    await addFrames(device, layout, [[start, 7]])
    expect(await query(client, { ...asked, metric: 'never_seen' })).toEqual({ series: [], next_cursor: null })
    expect(await query(client, { ...asked, device_id: silent.device_id })).toEqual({ series: [], next_cursor: null })
    expect(await query(client, { ...asked, from: start + 1 })).toEqual({ series: [], next_cursor: null })
  })
})

describe('the newest values', () => {
  const latest = async ({ api }: Client, device_id: string) => (await api.telemetry.latest.get({ query: { device_id } })).data!.items
  const catalogue = async ({ api }: Client, device_id: string) =>
    (await api.telemetry.metrics.get({ query: { device_id: [device_id] } })).data!.items

  test('are those of the newest moment, not of the last arrival', async () => {
    const { client, device, layout } = await arranged(['cpu_percent', 'memory_percent'])
    const now = Date.now()
    await addFrames(device, layout, [[now - minute, 3, 30]])
    await addFrames(device, layout, [[now - hour, 1, 10]])
    await addFrames(device, layout, [[now - 2 * minute, 2, 20]])
    expect(await latest(client, device.device_id)).toEqual([
      { device_id: device.device_id, metric: 'cpu_percent', labels: {}, at: new Date(now - minute), value: 3 },
      { device_id: device.device_id, metric: 'memory_percent', labels: {}, at: new Date(now - minute), value: 30 },
    ])
  })

  test('are, of a moment that was told twice, what the older set of names has, whichever came first', async () => {
    const { client, device, layout } = await arranged()
    const now = Date.now()
    const wider = [await addLayout(client.tenant_id, ['cpu_percent', 'a']), await addLayout(client.tenant_id, ['b', 'cpu_percent'])]
    await addFrames(device, wider[1]!, [[now - minute, 1, 30]])
    await addFrames(device, wider[0]!, [[now - minute, 20, 1]])
    const cpu = async () => (await latest(client, device.device_id)).find(({ metric }) => metric === 'cpu_percent')?.value
    expect(await cpu()).toBe(20)
    await addFrames(device, layout, [[now - minute, 10]])
    expect(await cpu()).toBe(10)
  })

  test('stand side by side for each set of labels, and name what a device reports', async () => {
    const { client, device, layout } = await arranged()
    const now = Date.now()
    await addFrames(device, layout, [[now - 5 * minute, 50]])
    for (const [index, mount] of ['/', '/data'].entries()) {
      await addFrames(device, await addLayout(client.tenant_id, ['disk_percent'], { mount }), [[now - minute, index]])
    }
    const found = await latest(client, device.device_id)
    expect(found.map(({ metric, labels, value }) => [metric, labels.mount ?? '', value]).sort()).toEqual([
      ['cpu_percent', '', 50],
      ['disk_percent', '/', 0],
      ['disk_percent', '/data', 1],
    ])
    const [cpu, disk, ...more] = await catalogue(client, device.device_id)
    expect(more).toEqual([])
    expect(cpu).toEqual({ metric: 'cpu_percent', labels: [{}] })
    expect(disk!.metric).toBe('disk_percent')
    expect(disk!.labels.map(({ mount }) => mount!).sort()).toEqual(['/', '/data'])
  })

  test('are given once where a metric is reported beside others now and then', async () => {
    const { client, device, layout } = await arranged()
    const now = Date.now()
    const wider = await addLayout(client.tenant_id, ['cpu_percent', 'memory_percent'])
    await addFrames(device, wider, [[now - 5 * minute, 40, 70]])
    await addFrames(device, layout, [[now - minute, 50]])
    const found = await latest(client, device.device_id)
    expect(found.map(({ metric, at, value }) => [metric, at.getTime(), value])).toEqual([
      ['cpu_percent', now - minute, 50],
      ['memory_percent', now - 5 * minute, 70],
    ])
    expect(await catalogue(client, device.device_id)).toEqual([
      { metric: 'cpu_percent', labels: [{}] },
      { metric: 'memory_percent', labels: [{}] },
    ])
  })

  test('are none where nothing was reported within the week', async () => {
    const { client, device, layout } = await arranged()
    expect(await latest(client, device.device_id)).toEqual([])
    await addFrames(device, layout, [[Date.now() - 8 * 24 * hour, 1]])
    expect(await latest(client, device.device_id)).toEqual([])
    expect(await catalogue(client, device.device_id)).toEqual([])
  })
})

describe('the newest values of a busy device', () => {
  test.each(['before its rollups are made', 'after'])('are there for what reports seldom too, %s', async (when) => {
    const { client, device, layout } = await arranged()
    const now = Date.now()
    const seldom = await addLayout(client.tenant_id, ['battery_percent'])
    await addFrames(device, seldom, [
      [now - 5 * 24 * hour, 81],
      [now - 5 * 24 * hour + second, 80],
    ])
    await addFrames(
      device,
      layout,
      Array.from({ length: 2_500 }, (_, index): Frame => [now - (index + 1) * 10 * second, index]),
    )
    if (when === 'after') await runJob(telemetryJobs['telemetry.rollup'], { tenant_id: client.tenant_id })
    const { items } = (await client.api.telemetry.latest.get({ query: { device_id: device.device_id } })).data!
    expect(items.map(({ metric, value, at }) => [metric, value, at.getTime()])).toEqual([
      ['battery_percent', 80, now - 5 * 24 * hour + second],
      ['cpu_percent', 0, now - 10 * second],
    ])
  })
})

describe('what is not one’s own', () => {
  test("another tenant's device does not exist, alone or among one's own", async () => {
    const { client, device, layout, asked } = await arranged()
    await addFrames(device, layout, [[Date.now() - minute, 7]])
    const theirs = await arranged()
    const from = new Date(start).toISOString()
    const to = new Date(start + hour).toISOString()
    for (const device_id of [[device.device_id], [theirs.device.device_id, device.device_id], [Bun.randomUUIDv7()]]) {
      expect((await askFor(theirs.client, { ...asked, device_id, from, to })).status).toBe(404)
    }
    const { telemetry } = theirs.client.api
    expect((await telemetry.latest.get({ query: { device_id: device.device_id } })).status).toBe(404)
    expect((await telemetry.metrics.get({ query: { device_id: [device.device_id] } })).status).toBe(404)
    expect((await askFor(await signedIn(['devices.read'], client), { ...asked, from, to })).status).toBe(403)
  })

  test('a unit shows its devices to those who see it, and nothing to others', async () => {
    const client = await signedIn()
    const units: string[] = []
    for (const name of ['North', 'South', 'Empty']) units.push((await client.api['org-units'].post({ name })).data!.id)
    const [north, south, empty] = units as [string, string, string]
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    const reporters = [await another(client, north), await another(client, north), await another(client, south), await another(client)]
    for (const [index, reporter] of reporters.entries()) await addFrames(reporter, layout, [[start, index]])
    const northern = await signedIn(['telemetry.read'], { tenant_id: client.tenant_id, units: [north] })
    const values = async (person: Client, org_unit_id: string) =>
      (await query(person, { org_unit_id, metric: 'cpu_percent' })).series.map((one) => one.points[0]![1]).sort()
    expect(await values(client, north)).toEqual([0, 1])
    expect(await values(client, south)).toEqual([2])
    expect(await values(client, empty)).toEqual([])
    expect(await values(northern, north)).toEqual([0, 1])
    expect(await values(northern, south)).toEqual([])
    expect(await values(await signedIn(), north)).toEqual([])
    const [from, to] = [new Date(start).toISOString(), new Date(start + hour).toISOString()]
    for (const hidden of reporters.slice(2)) {
      expect(
        (await askFor(northern, { device_id: [reporters[0]!.device_id, hidden.device_id], metric: 'cpu_percent', from, to })).status,
      ).toBe(404)
    }
  })

  test('a unit stands for what lies below it: its values, and which metrics there are', async () => {
    const client = await signedIn()
    const add = async (name: string, parent_id?: string) => (await client.api['org-units'].post({ name, parent_id })).data!.id
    const north = await add('North')
    const plant = await add('Plant', north)
    const south = await add('South')
    const now = Date.now()
    const reported = [
      [north, 'cpu_percent'],
      [plant, 'pressure_bar'],
      [south, 'battery_percent'],
    ] as const
    for (const [unit, metric] of reported)
      await addFrames(await another(client, unit), await addLayout(client.tenant_id, [metric]), [[now - minute, 5]])
    const metrics = async (person: Client, org_unit_id: string) =>
      (await person.api.telemetry.metrics.get({ query: { org_unit_id } })).data!.items.map(({ metric }) => metric)
    expect(await metrics(client, north)).toEqual(['cpu_percent', 'pressure_bar'])
    const found = await query(client, { org_unit_id: north, metric: ['cpu_percent', 'pressure_bar'], from: now - hour, to: now })
    expect(found.series.map(({ metric }) => metric)).toEqual(['cpu_percent', 'pressure_bar'])
    const technician = await signedIn(['telemetry.read'], { tenant_id: client.tenant_id, units: [plant] })
    expect(await metrics(technician, plant)).toEqual(['pressure_bar'])
    for (const hidden of [north, south])
      expect((await metrics(technician, hidden)).filter((metric) => metric !== 'pressure_bar')).toEqual([])
    expect(await metrics(await signedIn(), north)).toEqual([])
    expect((await client.api.telemetry.metrics.get({ query: {} })).status).toBe(422)
  })

  test('the metrics of a large unit are those of the devices that reported last', async () => {
    const client = await signedIn()
    const { id: unit } = (await client.api['org-units'].post({ name: 'Large' })).data!
    const now = Date.now()
    for (const [metric, count, seenAt] of [
      ['spoken', limits.queryDevices, now],
      ['silent', 1, now - hour],
    ] as const) {
      const layout = await addLayout(client.tenant_id, [metric])
      const rows = await within(client.tenant_id, async ({ tx, owned }) => {
        const made = await tx
          .insert(devices)
          .values(Array.from({ length: count }, (_, index) => owned({ name: `${metric} ${index}`, org_unit_id: unit })))
          .returning({ device_id: devices.id })
        await tx.insert(devicePresence).values(made.map(({ device_id }) => owned({ device_id, last_seen_at: new Date(seenAt) })))
        return made
      })
      await addFrames({ tenant_id: client.tenant_id, ...rows[0]! }, layout, [[now - minute, 1]])
    }
    const { items } = (await client.api.telemetry.metrics.get({ query: { org_unit_id: unit } })).data!
    expect(items.map(({ metric }) => metric)).toEqual(['spoken'])
  })

  test('row by row, whichever device was seen before', async () => {
    const client = await signedIn()
    const [north, south] = [
      (await client.api['org-units'].post({ name: 'North' })).data!.id,
      (await client.api['org-units'].post({ name: 'South' })).data!.id,
    ]
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    const reporters = [await another(client, north), await another(client, south), await another(client, north), await another(client)]
    for (const reporter of reporters)
      await addFrames(
        reporter,
        layout,
        [start, start + minute].map((at): Frame => [at, 1]),
      )
    const seen = (units: string[]) =>
      inTenant({ ...jobActor(client.tenant_id), units }, 'read only', async ({ tx, own }) => {
        const of = () =>
          tx.select({ id: telemetryFrames.device_id, at: telemetryFrames.at }).from(telemetryFrames).where(own(telemetryFrames))
        const first = await of().orderBy(telemetryFrames.at, telemetryFrames.device_id)
        await tx.execute(sql.raw(`set local app.units = '{${south}}'`))
        return [first, await of()].map((rows) => [...new Set(rows.map(({ id }) => id))].sort())
      })
    const id = (index: number) => reporters[index]!.device_id
    expect(await seen([north])).toEqual([[id(0), id(2)].sort(), [id(1)]])
    expect(await seen([])).toEqual([[], [id(1)]])
  })

  test('a unit of a hundred devices and more is read page by page; one of more than a question may have is refused', async () => {
    const client = await signedIn()
    const { id } = (await client.api['org-units'].post({ name: 'Large' })).data!
    const layout = await addLayout(client.tenant_id, ['cpu_percent'], {}, new Date(start + hour))
    const add = (count: number) => owner`
      with added as (
        insert into device (tenant_id, id, name, org_unit_id) select ${client.tenant_id}, gen_random_uuid(), 'edge', ${id} from generate_series(1, ${count}::int) returning id)
      insert into telemetry_frame (tenant_id, device_id, at, layout_id, values)
      select ${client.tenant_id}, id, ${new Date(start)}::timestamptz + n * interval '1 minute', ${layout}, array[n::float8] from added, generate_series(0, 1) n`
    await add(600)
    const asked = { org_unit_id: id, metric: 'cpu_percent', step: '1m', aggregate: 'sum' }
    const found = new Set<string>()
    let [cursor, pages]: [string | undefined, number] = [undefined, 0]
    do {
      const { series, next_cursor } = await query(client, { ...asked, cursor })
      for (const { device_id, points } of series) {
        expect(points).toEqual([
          [start, 0],
          [start + minute, 1],
        ])
        found.add(device_id)
      }
      cursor = next_cursor ?? undefined
      pages += 1
    } while (cursor)
    expect([found.size, pages]).toEqual([600, 2])
    await add(limits.queryUnitDevices - 599)
    const [from, to] = [new Date(start).toISOString(), new Date(start + hour).toISOString()]
    expect((await askFor(client, { ...asked, from, to })).status).toBe(422)
  })
})

describe('a question', () => {
  const from = new Date(start).toISOString()
  const to = new Date(start + hour).toISOString()
  test.each<[string, Question]>([
    ['ends before it begins', { from: to, to: from }],
    ['ends where it begins', { to: from }],
    ['has no beginning', { from: undefined }],
    ['begins at no time', { from: 'yesterday' }],
    ['ends beyond what the database can keep', { to: '+275760-09-13T00:00:00.000Z' }],
    ['has a step of zero', { step: '0s' }],
    ['has a step below zero', { step: '-60s' }],
    ['has a step without a unit', { step: '60' }],
    ['has a step in weeks', { step: '1w' }],
    ['has a step that gives more points than an answer holds', { to: new Date(start + 365 * 24 * hour).toISOString(), step: '1s' }],
    ['has an unknown aggregate', { step: '60s', aggregate: 'median' }],
    ['has an unknown zone', { step: '1d', tz: 'Europe/Atlantis' }],
    ['has an offset for a zone, of which PostgreSQL turns the sign', { step: '1d', tz: '+01:00' }],
    ['has an offset for a zone, in another spelling', { step: '1d', tz: '-0530' }],
    ['names no metric', { metric: undefined }],
    ['names 51 metrics', { metric: Array.from({ length: 51 }, (_, index) => `m${index}`) }],
    ['names a metric with other characters', { metric: 'cpu percent' }],
    ['names neither device nor unit', { device_id: undefined }],
    ['names 101 devices', { device_id: Array.from({ length: 101 }, () => Bun.randomUUIDv7()) }],
    ['names a device that is no id', { device_id: 'edge-1' }],
    ['names a unit that is no id', { device_id: undefined, org_unit_id: 'north' }],
  ])('that %s is refused', async (_, wrong) => {
    const { client, device, layout, asked } = await arranged()
    await addFrames(device, layout, [[start, 1]])
    expect((await askFor(client, { ...asked, from, to })).status).toBe(200)
    const reply = await askFor(client, { ...asked, from, to, ...wrong })
    expect(reply.status).toBe(422)
    expect((await problem(reply)).error).toBe('invalid')
  })
})

describe('the telemetry of a device that is gone', () => {
  test('is removed a part at a time, until nothing is left', async () => {
    const { client, device, layout } = await arranged()
    const left = async () =>
      (await owner`select count(*)::int as frames from telemetry_frame where tenant_id = ${client.tenant_id}`)[0]!.frames as number
    await owner`
      insert into telemetry_frame (tenant_id, device_id, at, layout_id, values)
      select ${client.tenant_id}, ${device.device_id}, ${new Date(start)}::timestamptz + n * interval '1 second', ${layout}, array[n::float8]
      from generate_series(1, 30000) n`
    await client.api.devices({ id: device.device_id }).delete()
    await runJob(telemetryJobs['telemetry.purge'], { tenant_id: client.tenant_id, device_id: device.device_id })
    expect(await left()).toBe(10_000)
    await runQueue(client.tenant_id)
    expect(await left()).toBe(0)
    expect(await queued(client.tenant_id)).toEqual([])
  })
})
