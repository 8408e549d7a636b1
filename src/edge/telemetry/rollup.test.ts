import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { moveClock, nowMs } from '../../core/clock'
import { runJob } from '../../core/jobs'
import { type Client, registered, send, signedIn } from '../../testing/api'
import { type Frame, type Reporter, addFrames, addLayout, owner, queued, runQueue } from '../../testing/world'
import { telemetryJobs } from './jobs'
import { aggregates } from './query'

setDefaultTimeout(60_000)

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
/** The Friday before clocks go back in Rome, at the beginning of an hour. */
const start = Date.UTC(2025, 9, 24, 20)

type Aggregate = (typeof aggregates)[number]
interface Question {
  from: number
  to: number
  step: string
  aggregate: Aggregate
  tz?: string
}

const rollUp = ({ tenant_id }: Client) => runJob(telemetryJobs['telemetry.rollup'], { tenant_id })
async function rollUpAt(client: Client, present: number) {
  moveClock(present - nowMs())
  try {
    await rollUp(client)
  } finally {
    moveClock(0)
  }
}
const waiting = ({ tenant_id }: Client) => owner`select device_id, at from telemetry_arrival where tenant_id = ${tenant_id} order by at`
const openHours = ({ tenant_id }: Client) => owner`select device_id, at from telemetry_open_hour where tenant_id = ${tenant_id} order by at`
const madeHours = ({ tenant_id }: Client) => owner`select at from telemetry_rollup where tenant_id = ${tenant_id} and seconds = 3600`
const forget = ({ tenant_id }: Client) => owner`delete from telemetry_frame where tenant_id = ${tenant_id}`

async function ask(
  client: Client,
  reporters: Reporter[],
  { from, to, tz, ...question }: Question,
): Promise<Map<string, [number, number][]>> {
  const asked = new URLSearchParams({
    metric: 'cpu_percent',
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    ...question,
  })
  for (const { device_id } of reporters) asked.append('device_id', device_id)
  if (tz) asked.set('tz', tz)
  const reply = await send('GET', `/api/v1/telemetry/query?${asked}`, client)
  expect(reply.status).toBe(200)
  const { series } = (await reply.json()) as { series: { device_id: string; points: [number, number][] }[] }
  return new Map(series.map(({ device_id, points }) => [device_id, points]))
}

const addend = (value: number) => Math.max(-1e290, Math.min(1e290, value))
const stepMs = (step: string) => Number(step.slice(0, -1)) * { s: second, m: minute, h: hour, d: day }[step.at(-1) as 'd']
const localDay = (at: number, tz: string) => new Intl.DateTimeFormat('sv-SE', { timeZone: tz, dateStyle: 'short' }).format(at)

/** Of each moment, what came first. */
const stored = (frames: Frame[]) => [...new Map(frames.toReversed().map((frame) => [frame[0], frame])).values()]

/** The same from the frames alone, by hand. The key of a bucket is its first moment, or its date where a zone has a say. */
function plain(frames: Frame[], { from, to, step, aggregate, tz }: Question): Map<string, number> {
  const ms = stepMs(step)
  const once = stored(frames).sort(([a], [b]) => a - b)
  const seen = once.filter(
    ([at, value]) => at >= from - (aggregate === 'rate' ? Math.min(ms, hour) : 0) && at < to && Number.isFinite(value),
  )
  const origin = Date.UTC(2000, 0, 3)
  const countOf = (at: number) => (tz ? Date.parse(localDay(at, tz)) / ms : Math.floor((at - origin) / ms))
  const met = [...new Set(seen.map(([at]) => countOf(at)))]
  const buckets = new Map<string, number[]>()
  const stepsSince = new Map<string, number>()
  for (const [index, [at, value]] of seen.entries()) {
    const before = seen[index - 1]?.[1]
    if (at < from || (aggregate === 'rate' && before === undefined)) continue
    const count = countOf(at)
    const key = tz ? localDay(at, tz) : String(origin + count * ms)
    stepsSince.set(key, count - (met[met.indexOf(count) - 1] ?? count - 1))
    const grown = before === undefined || addend(value!) < addend(before) ? addend(value!) : addend(value!) - addend(before)
    buckets.set(key, [...(buckets.get(key) ?? []), aggregate === 'rate' ? grown : value!])
  }
  const sum = (inside: number[]) => inside.reduce((total, value) => total + addend(value), 0)
  const by: Record<Aggregate, (inside: number[], key: string) => number> = {
    avg: (inside) => sum(inside) / inside.length,
    min: (inside) => Math.min(...inside),
    max: (inside) => Math.max(...inside),
    sum,
    last: (inside) => inside.at(-1)!,
    count: (inside) => inside.length,
    rate: (inside, key) => inside.reduce((total, value) => total + value, 0) / (stepsSince.get(key)! * (ms / second)),
  }
  return new Map([...buckets].map(([key, inside]) => [key, by[aggregate](inside, key)]))
}

const isNear = (a: number, b: number, scale: number) => Math.abs(a - b) <= 1e-9 * scale

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, 1.7e308, -1.7e308, 0) },
)
const span = 3 * day
/** Many close together, some far apart, often at the very edge of a bucket. */
const moment = fc.oneof(
  fc.integer({ min: 0, max: 2 * hour }),
  fc.integer({ min: 0, max: span }),
  fc.integer({ min: 0, max: span / (5 * minute) }).map((n) => n * 5 * minute),
)
const frames = fc.array(fc.tuple(moment, value), { maxLength: 60 }).map((list) => list.map(([at, one]): Frame => [start + at, one]))
const question = fc.record({
  step: fc.constantFrom('5m', '15m', '1h', '90m', '6h', '1d', '7m', '60s'),
  zone: fc.constantFrom(undefined, 'Europe/Rome', 'Asia/Kolkata'),
  aggregate: fc.constantFrom(...aggregates),
  from: fc.oneof(fc.integer({ min: -hour, max: 3 * hour }), fc.constantFrom(0, 5 * minute, hour)),
  length: fc.oneof(fc.integer({ min: 1, max: 30 * hour }), fc.constantFrom(hour, 10 * minute, span)),
})

const questions = fc.array(question, { minLength: 4, maxLength: 8 })
/** When rollups are made: long after all hours, or while some of them go on or have yet to come. */
const present = fc.oneof(
  fc.constant(start + 30 * day),
  fc.integer({ min: -day, max: span + 2 * hour }).map((ms) => start + ms),
)

/** Which of two layouts a moment is in: devices begin to report something more at some time, do so now and then, or tell the same again with more. */
const layoutsOf = fc.oneof(
  fc.constant(() => [0]),
  fc.integer({ min: 0, max: span }).map((when) => (at: number) => [at < start + when ? 0 : 1]),
  fc.constantFrom(2, 3, 7).map((turn) => (at: number) => [Math.floor(at / 1000) % turn ? 0 : 1]),
  fc.constantFrom(1, 2, 3).map((turn) => (at: number) => (Math.floor(at / 1000) % turn ? [1] : [0, 1])),
)

describe('an answer made of rollups', () => {
  test('is what the frames alone say, whatever arrives, how late, in which layout, and whenever rollups are made', async () => {
    const client = await signedIn()
    const layout = await addLayout(client.tenant_id, ['other', 'cpu_percent'])
    const wider = await addLayout(client.tenant_id, ['cpu_percent', 'more', 'other'])
    await fc.assert(
      fc.asyncProperty(frames, frames, frames, present, fc.option(present), questions, layoutsOf, async (...given) => {
        const [first, late, later, then, again, asks, layoutsAt] = given
        const reporters = [await registered(client), await registered(client)]
        // What is told again is something else, so that it shows which counts.
        const told = (list: Frame[], which: number) =>
          list
            .filter(([at]) => layoutsAt(at).includes(which))
            .map(([at, one]): Frame => [at, which && layoutsAt(at).length > 1 ? (Number.isFinite(one) ? one! / 2 : 5) : one!])
        const add = async (list: Frame[]) => {
          const [narrow, wide] = [0, 1].map((which) => told(list, which))
          for (const reporter of reporters) {
            await addFrames(
              reporter,
              layout,
              narrow!.map(([at, one]): Frame => [at, 7, one!]),
            )
            await addFrames(
              reporter,
              wider,
              wide!.map(([at, one]): Frame => [at, one!, 1, 7]),
            )
          }
        }
        // What came first stands: a frame is stored once. Of one moment the older layout counts, if that has a number.
        const sent = [...first, ...late, ...later]
        const all = [...stored(told(sent, 0)).filter(([, one]) => Number.isFinite(one)), ...stored(told(sent, 1))]
        await add(first)
        await rollUpAt(client, then)
        await add([...late, ...first.slice(0, 5)])
        if (again !== null) await rollUpAt(client, again)
        await add(later)
        for (const { zone, step, aggregate, from, length } of asks) {
          const tz = step === '1d' ? zone : undefined
          const asked: Question = { step, aggregate, from: start + from, to: start + from + length, ...(tz && { tz }) }
          const expected = plain(all, asked)
          const found = await ask(client, reporters, asked)
          expect([...found.keys()].sort()).toEqual(expected.size ? reporters.map(({ device_id }) => device_id).sort() : [])
          const isHuge = all.some(([, one]) => Math.abs(one!) > 1e300 && Number.isFinite(one))
          for (const points of found.values()) {
            const keyed = points.map(([at, told]) => [tz ? localDay(at, tz) : String(at), told] as const)
            expect(keyed.map(([key]) => key)).toEqual([...expected.keys()])
            const scale =
              aggregate === 'last' || aggregate === 'min' || aggregate === 'max' || aggregate === 'count' ? 0 : isHuge ? 1e292 : 1e5
            for (const [key, is] of keyed) expect([key, is, isNear(is, expected.get(key)!, scale)]).toEqual([key, is, true])
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  test('is one for a metric that stands in two layouts, also where their frames are gone', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    const wider = await addLayout(client.tenant_id, ['cpu_percent', 'memory_percent'])
    await addFrames(
      device,
      layout,
      [0, 2, 4, 70].map((minutes): Frame => [start + minutes * minute, 100 + minutes]),
    )
    await addFrames(
      device,
      wider,
      [1, 3, 5, 75].map((minutes): Frame => [start + minutes * minute, 100 + minutes, 1]),
    )
    await rollUpAt(client, start + day)
    const asked = { from: start, to: start + 2 * hour }
    const answers = (step: string) =>
      Promise.all(
        aggregates.map(
          async (aggregate) =>
            [
              aggregate,
              (await ask(client, [device], { ...asked, step, aggregate })).get(device.device_id)!.map(([, value]) => value),
            ] as const,
        ),
      ).then(Object.fromEntries)
    const exact = await answers('1h')
    expect(exact).toEqual({
      avg: [102.5, 172.5],
      min: [100, 170],
      max: [105, 175],
      sum: [615, 345],
      last: [105, 175],
      count: [6, 2],
      rate: [5 / 3600, 70 / 3600],
    })
    await forget(client)
    await owner`insert into telemetry_retention (tenant_id, id, raw_expired_before) values (${client.tenant_id}, gen_random_uuid(), ${new Date(start + day)})`
    const { last, rate, ...additive } = await answers('1h')
    const { last: _last, rate: _rate, ...exactly } = exact
    expect(additive).toEqual(exactly)
    // What is within five minutes is no longer known: what it grew by altogether is.
    expect(last[1]).toBe(175)
    expect((rate[0] + rate[1]) * 3600).toBeCloseTo(75, 9)
  })

  test('counts once what was sent again with other metrics beside it, also where its frames are gone', async () => {
    const client = await signedIn()
    const [device, other] = [await registered(client), await registered(client)]
    const sets = [['cpu_percent'], ['memory_percent', 'cpu_percent'], ['cpu_percent', 'disk_percent']]
    const layouts = await Promise.all(sets.map((set) => addLayout(client.tenant_id, set)))
    const elsewhere = await addLayout(client.tenant_id, ['cpu_percent'], { core: '1' })
    for (const reporter of [device, other]) {
      await addFrames(reporter, elsewhere, [[start, 900]])
      await addFrames(reporter, layouts[1]!, [[start, 50, 10]])
    }
    await addFrames(device, layouts[0]!, [[start, 10]])
    await addFrames(device, layouts[2]!, [
      [start, 10, 70],
      [start + minute, 30, 70],
    ])
    await rollUpAt(client, start + day)
    const answers = async () => {
      const found = []
      for (const aggregate of ['count', 'sum', 'avg'] as const)
        for (const step of ['5m', '1h'])
          for (const metric of ['cpu_percent', 'memory_percent', 'disk_percent']) {
            const asked = new URLSearchParams({ metric, step, aggregate, from: new Date(start).toISOString() })
            asked.set('to', new Date(start + hour).toISOString())
            for (const { device_id } of [device, other]) asked.append('device_id', device_id)
            const { series } = (await (await send('GET', `/api/v1/telemetry/query?${asked}`, client)).json()) as {
              series: { device_id: string; labels: object; points: [number, number][] }[]
            }
            const told = series.map(({ device_id, labels, points }) => [
              device_id === device.device_id ? 'device' : 'other',
              ...Object.keys(labels),
              points[0]![1],
            ])
            found.push([aggregate, metric, ...told.map((one) => one.join(' ')).sort()])
          }
      return found
    }
    const exact = await answers()
    const of = (aggregate: string, [cpu, otherCpu, labelled, disk]: number[]) => {
      const memory = aggregate === 'count' ? 1 : 50
      const three = [
        [aggregate, 'cpu_percent', `device ${cpu}`, `device core ${labelled}`, `other ${otherCpu}`, `other core ${labelled}`],
        [aggregate, 'memory_percent', `device ${memory}`, `other ${memory}`],
        [aggregate, 'disk_percent', `device ${disk}`],
      ]
      return [...three, ...three]
    }
    expect(exact).toEqual([...of('count', [2, 1, 1, 2]), ...of('sum', [40, 10, 900, 140]), ...of('avg', [20, 10, 900, 70])])
    await forget(client)
    expect(await answers()).toEqual(exact)
  })

  test('needs no frames where none arrived since', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    const given = Array.from({ length: 200 }, (_, index): Frame => [start + index * 7 * minute, index % 50])
    await addFrames(device, layout, given)
    await rollUp(client)
    expect(await waiting(client)).toHaveLength(0)
    const questions = aggregates.flatMap((aggregate) =>
      ['1h', '5m', '1d'].map((step) => ({ step, aggregate, from: start, to: start + day })),
    )
    const before = await Promise.all(questions.map((one) => ask(client, [device], one)))
    await forget(client)
    expect(await Promise.all(questions.map((one) => ask(client, [device], one)))).toEqual(before)
    expect(before.every((one) => one.size === 1)).toBe(true)
    expect((await ask(client, [device], { step: '60s', aggregate: 'avg', from: start, to: start + hour })).size).toBe(0)
  })
})

describe('a rollup', () => {
  test('leaves what is just being written to the next one', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    await addFrames(device, layout, [[start, 1]])
    const asked: Question = { step: '1h', aggregate: 'sum', from: start, to: start + hour }
    const ingest = (await import('postgres')).default(Bun.env.DATABASE_INGEST_URL!, { max: 1, onnotice: () => {} })
    try {
      await ingest.begin(async (sql) => {
        const row = { tenant_id: client.tenant_id, device_id: device.device_id, at: new Date(start) }
        await sql`
          insert into telemetry_frame (tenant_id, device_id, at, layout_id, values)
          values (${row.tenant_id}, ${row.device_id}, ${new Date(start + minute)}, ${layout}, ${'{20}'}::float8[])`
        await sql`
          insert into telemetry_arrival (tenant_id, device_id, at) values (${row.tenant_id}, ${row.device_id}, ${row.at})
          on conflict (tenant_id, device_id, at) do update set at = excluded.at where false`
        await rollUp(client)
        expect(await waiting(client)).toHaveLength(1)
      })
      expect(await ask(client, [device], asked)).toEqual(new Map([[device.device_id, [[start, 21]]]]))
      await rollUp(client)
      expect(await waiting(client)).toHaveLength(0)
      await forget(client)
      expect(await ask(client, [device], asked)).toEqual(new Map([[device.device_id, [[start, 21]]]]))
    } finally {
      await ingest.end()
    }
  })

  test('made while frames pour in, and by several at once, is right in the end', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    const all = Array.from({ length: 400 }, (_, index): Frame => [start + ((index * 7919) % 400) * 20 * second, index])
    let isPouring = true
    const pour = async () => {
      for (let index = 0; index < all.length; index += 10) await addFrames(device, layout, all.slice(index, index + 10))
      isPouring = false
    }
    const make = async () => {
      while (isPouring) await rollUp(client)
    }
    await Promise.all([pour(), make(), make()])
    await runQueue(client.tenant_id)
    await rollUp(client)
    expect(await waiting(client)).toHaveLength(0)
    await forget(client)
    for (const aggregate of aggregates) {
      const asked: Question = { step: '1h', aggregate, from: start, to: start + 3 * hour }
      const [points] = (await ask(client, [device], asked)).values()
      expect(new Map(points!.map(([at, told]) => [String(at), told]))).toEqual(plain(all, asked))
    }
  })

  test('of more buckets than one round takes is made in several rounds', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    await addFrames(
      device,
      layout,
      Array.from({ length: 450 }, (_, index): Frame => [start + index * 5 * minute, 1]),
    )
    await rollUp(client)
    expect(await waiting(client)).toHaveLength(250)
    expect((await queued(client.tenant_id)).map(({ task }) => task)).toEqual(['telemetry.rollup'])
    await runQueue(client.tenant_id)
    expect(await waiting(client)).toHaveLength(0)
    await forget(client)
    const [points] = (await ask(client, [device], { step: '1d', aggregate: 'count', from: start, to: start + 2 * day })).values()
    expect(points!.reduce((sum, [, count]) => sum + count, 0)).toBe(450)
  })

  test('takes up an hour of a device as a whole where more waits than one round takes', async () => {
    const client = await signedIn()
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    const reporters = await Promise.all(Array.from({ length: 18 }, () => registered(client)))
    const frames = Array.from({ length: 12 }, (_, index): Frame => [start + index * 5 * minute, 1])
    for (const reporter of reporters) await addFrames(reporter, layout, frames)
    await rollUp(client)
    const left = await waiting(client)
    expect(left).toHaveLength(16)
    expect(new Set(left.map(({ device_id }) => device_id)).size).toBe(2)
    expect(await madeHours(client)).toHaveLength(16)
    expect(await openHours(client)).toHaveLength(1)
  })

  test('is not made of the five minutes that are still going on', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    await addFrames(device, layout, [[Date.now(), 1]])
    await rollUp(client)
    expect(await waiting(client)).toHaveLength(1)
  })

  test('of an hour is made once it is over; until then, and where what is late opens it again, its five minutes speak', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    const begins = Math.floor(Date.now() / hour) * hour - 6 * hour
    const [goesOn, isOver] = [begins + 64 * minute, begins + 66 * minute]
    const questions = aggregates.flatMap((aggregate) =>
      ['5m', '1h', '1d'].map((step) => ({ step, aggregate, from: begins - hour, to: begins + day })),
    )
    const told = () => Promise.all(questions.map((one) => ask(client, [device], one)))
    const sumOf = (one: Map<string, [number, number][]>) => one.get(device.device_id)!.reduce((sum, [, value]) => sum + value, 0)
    const hourSum = async () => sumOf(await ask(client, [device], { step: '1h', aggregate: 'sum', from: begins, to: begins + hour }))
    const newest = async () => {
      const { telemetry } = client.api
      const { items } = (await telemetry.latest.get({ query: { device_id: device.device_id } })).data!
      const metrics = (await telemetry.metrics.get({ query: { device_id: [device.device_id] } })).data!.items
      return [items.map(({ at, value }) => [at.getTime(), value]), metrics.map(({ metric }) => metric)]
    }
    const state = async () => [(await waiting(client)).length, (await openHours(client)).length, (await madeHours(client)).length]

    await addFrames(device, layout, [
      [begins, 1],
      [begins + 7 * minute, 5],
      [begins + 8 * minute, 2],
      [begins + 40 * minute, 4],
    ])
    const first = await told()
    await rollUpAt(client, goesOn)
    expect(await state()).toEqual([0, 1, 0])
    expect(await told()).toEqual(first)
    expect(await newest()).toEqual([[[begins + 40 * minute, 4]], ['cpu_percent']])
    await owner`select queue_rollups(${new Date(goesOn)})`
    expect(await queued(client.tenant_id)).toEqual([])

    await owner`select queue_rollups(${new Date(isOver)})`
    expect((await queued(client.tenant_id)).map(({ task }) => task)).toEqual(['telemetry.rollup'])
    await runQueue(client.tenant_id)
    expect(await state()).toEqual([0, 0, 1])
    expect(await told()).toEqual(first)

    await addFrames(device, layout, [
      [begins + 9 * minute, 8],
      [begins + 50 * minute, 3],
    ])
    const second = await told()
    expect(await hourSum()).toBe(23)
    // The clock of a second worker lags behind.
    await rollUpAt(client, goesOn)
    expect(await state()).toEqual([0, 1, 1])
    expect(await told()).toEqual(second)
    expect(await newest()).toEqual([[[begins + 50 * minute, 3]], ['cpu_percent']])
    await addFrames(device, layout, [[begins + 51 * minute, 16]])
    const third = await told()
    expect(await hourSum()).toBe(39)
    expect(third).not.toEqual(second)

    await rollUpAt(client, goesOn)
    await forget(client)
    expect(await told()).toEqual(third)
    await rollUpAt(client, isOver)
    expect(await state()).toEqual([0, 0, 1])
    expect(await told()).toEqual(third)
  })

  test('does not wait for an hour that a clock far ahead tells of', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    await addFrames(device, layout, [
      [start + 20 * hour, 1],
      [start + 30 * hour, 1],
    ])
    await rollUpAt(client, start)
    expect((await waiting(client)).map(({ at }) => at as Date)).toEqual([new Date(start + 20 * hour)])
    expect((await madeHours(client)).map(({ at }) => at as Date)).toEqual([new Date(start + 30 * hour)])
    expect(await openHours(client)).toHaveLength(0)
  })

  test('of a device that is gone goes with it', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    await addFrames(device, layout, [[start, 1]])
    await rollUpAt(client, start + 20 * minute)
    expect(await openHours(client)).toHaveLength(1)
    await addFrames(device, layout, [[start + minute, 1]])
    await client.api.devices({ id: device.device_id }).delete()
    await runQueue(client.tenant_id)
    const [left] = await owner`
      select (select count(*)::int from telemetry_rollup where tenant_id = ${client.tenant_id}) as rollups,
        (select count(*)::int from telemetry_open_hour where tenant_id = ${client.tenant_id}) as hours,
        (select count(*)::int from telemetry_arrival where tenant_id = ${client.tenant_id}) as arrivals`
    expect({ ...left }).toEqual({ rollups: 0, hours: 0, arrivals: 0 })
  })
})
