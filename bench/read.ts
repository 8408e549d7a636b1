import { freePort } from '../src/core/embedded-postgres'
import { load } from './ingest-loads'
import { type Peer, startOwn, tenant_id } from './ingest-peers'
import { type Bench, addReaders, fillLog, fillMemory, openBench, rounded, startCommand, table, verdict } from './lib'
import { type Store, dayMs, fill, fillHours, fleet, metric, openStore } from './read-store'

// `bun run bench:read [million values stored] [seconds] [binary]`: what reading costs as the store grows, and what the store costs the ingestor. A
// thousand devices that report every minute, in 52 weekly partitions. A day, not an average: each time of another device. 500 takes 8 GB and 10 minutes.

const [millions = 20, seconds = 5] = Bun.argv.slice(2, 4).map(Number)
const binary = Bun.argv[4]
const valuesARequest = 100
const rounds = 5
const questions = 300
const dashboards = 64

const middle = (list: number[], share = 0.5) => [...list].sort((a, b) => a - b)[Math.floor(list.length * share)] ?? Number.NaN

interface Place {
  bench: Bench
  own: Peer
}

/** Values a second of the ingestor of each place, which take turns: what changes on the machine meanwhile changes for all. */
async function ingestRates(places: Place[]): Promise<number[]> {
  const speeds = places.map((): number[] => [])
  for (const { bench } of places) await bench.owner`checkpoint`
  await fillMemory(places[0]!.bench)
  for (let round = 0; round < rounds; round++) {
    for (const [index, { own }] of places.entries()) {
      const { perSecond } = await load(own.url, own.requests(valuesARequest), { connections: 64, seconds })
      speeds[index]!.push(perSecond * valuesARequest)
    }
  }
  return speeds.map((list) => middle(list))
}

interface Answer {
  series: { points: unknown[] }[]
  next_cursor: string | null
}
type Question = Record<string, string>
type Ask = (question: Question) => Promise<{ ms: number; text: string; answer: () => Answer }>

/** Runs `work` with an API process of its own; a time is that of the whole answer over HTTP. */
async function withApi<T>(bench: Bench, work: (ask: Ask) => Promise<T>): Promise<T> {
  const [token] = await addReaders(bench, tenant_id, 1, 'telemetry.read')
  const port = freePort()
  const api = await startCommand(['api'], { ...bench.environment, API_PORT: String(port) }, port, binary)
  try {
    return await work(async (question) => {
      const began = performance.now()
      const path = `/api/v1/telemetry/query?${new URLSearchParams(question).toString()}`
      const reply = await fetch(api.url + path, { headers: { authorization: `Bearer ${token}` } })
      const text = await reply.text()
      if (reply.status !== 200) throw new Error(`${reply.status}: ${text.slice(0, 200)}`)
      return { ms: performance.now() - began, text, answer: () => JSON.parse(text) as Answer }
    })
  } finally {
    await api.stop()
  }
}

const range = (fromMs: number, days = 1) => ({ from: new Date(fromMs).toISOString(), to: new Date(fromMs + days * dayMs).toISOString() })

const dayOf = ({ devices, endMs, minutes }: Store, index: number): Question => ({
  device_id: devices[(index * 7919) % devices.length]!,
  metric: metric(index),
  ...range(endMs - dayMs * (1 + (index % Math.max(1, Math.min(2, Math.floor(minutes / 1_440)))))),
})

/** Pages of tables and indexes that all connections have touched; a connection tells when it ends. */
async function pagesTouched({ owner }: Bench): Promise<number> {
  const [row] = await owner`select blks_hit + blks_read as pages from pg_stat_database where datname = current_database()`
  return Number(row!.pages)
}

/** Of devices that nobody read since the process began, then of the same ones again. */
async function dayTimes(bench: Bench, store: Store, more: Question = {}) {
  const before = await pagesTouched(bench)
  const wanted = Math.min(1_440, store.minutes)
  const passes = await withApi(bench, async (ask) => {
    const all: number[][] = []
    for (let pass = 0; pass < 2; pass++) {
      const times: number[] = []
      for (let index = 0; index < questions; index++) {
        const { ms, answer } = await ask({ ...dayOf(store, index), ...more })
        const points = answer().series[0]?.points.length
        if (points !== wanted) throw new Error(`a day has ${points} points`)
        times.push(ms)
      }
      // The first meet a cold process and cold connections.
      all.push(times.slice(20))
    }
    return all
  })
  const pages = ((await pagesTouched(bench)) - before) / questions / passes.length
  const [first, again] = passes as [number[], number[]]
  return [
    rounded(middle(first), 1),
    rounded(middle(again), 1),
    rounded(middle(again, 0.95), 1),
    rounded(pages),
    verdict(middle(again), 5, false),
  ]
}

/** Every device of a unit, an hour a point, page by page. */
async function fleetTimes(bench: Bench, store: Store, days: number) {
  return withApi(bench, async (ask) => {
    let runs: (string | number)[] = []
    for (let round = 0; round < rounds; round++) {
      let [cursor, first, ms, series, bytes, pages]: [string | null, number, number, number, number, number] = [null, 0, 0, 0, 0, 0]
      do {
        const question: Question = {
          org_unit_id: store.org_unit_id,
          metric: metric(3),
          step: '1h',
          ...range(store.endMs - days * dayMs, days),
        }
        const reply = await ask(cursor ? { ...question, cursor } : question)
        const answer = reply.answer()
        first ||= reply.ms
        ms += reply.ms
        bytes += reply.text.length
        series += answer.series.length
        pages += 1
        cursor = answer.next_cursor
      } while (cursor)
      if (series !== fleet.devices) throw new Error(`a fleet has ${series} series`)
      runs = [`${days} days`, rounded(first), rounded(ms), pages, rounded(bytes / 1e6, 1), verdict(first, 500, false)]
    }
    return runs
  })
}

/** Dashboards that ask without a pause, beside a fleet that writes at half of what the ingestor can do. */
async function besideIngest(bench: Bench, store: Store, own: Peer, perSecond: number) {
  return withApi(bench, async (ask) => {
    const [times, end] = [[] as number[], performance.now() + 2 * seconds * 1000]
    const reader = async (_: unknown, number: number) => {
      for (let index = number; performance.now() < end; index += dashboards) {
        const { ms } = await ask({ ...dayOf(store, index), ...(index % 2 ? { step: '1h' } : { step: '5m' }) })
        times.push(ms)
      }
    }
    const writing = load(own.url, own.requests(valuesARequest), { connections: 64, seconds: 2 * seconds, perSecond })
    await Promise.all(Array.from({ length: dashboards }, reader))
    const { p95Ms, perSecond: written, refused } = await writing
    return [
      rounded(times.length / (2 * seconds)),
      rounded(middle(times)),
      rounded(middle(times, 0.95)),
      rounded((written * valuesARequest) / 1e6, 2),
      rounded(p95Ms),
      refused,
    ]
  })
}

async function openPlace(ends: (() => unknown)[]): Promise<Place> {
  const bench = await openBench(['shared_buffers=2GB', 'max_wal_size=8GB', 'min_wal_size=8GB', 'checkpoint_timeout=15min'])
  ends.unshift(bench.end)
  // What is imported from here on reads its configuration once: that of the place opened last.
  Object.assign(Bun.env, bench.environment)
  const own = await startOwn(bench, binary)
  ends.unshift(own.stop)
  await fillLog(bench, 2)
  return { bench, own }
}

async function bench() {
  const ends: (() => unknown)[] = []
  try {
    const empty = await openPlace(ends)
    const full = await openPlace(ends)
    const { bench, own } = full
    const store = await openStore(bench, tenant_id)
    const rates: (string | number)[][] = []
    const days: (string | number)[][] = []
    let last = 0
    for (const stored of new Set([Math.min(100, millions), millions])) {
      await fill(bench, store, stored * 1e6)
      days.push([`${stored} M, as it was sent`, ...(await dayTimes(bench, store))])
      days.push([`${stored} M, a point a minute`, ...(await dayTimes(bench, store, { step: '60s', aggregate: 'avg' }))])
      const [bare, filled] = (await ingestRates([empty, full])) as [number, number]
      const fall = (1 - filled / bare) * 100
      const speeds = [filled, bare].map((rate) => rounded(rate / 1e6, 2))
      rates.push([`${stored} M`, ...speeds, `${rounded(fall, 1)} %`, '10 %', fall <= 10 ? 'met' : 'missed'])
      last = filled
    }
    table(`A day of one metric over HTTP, ${fleet.devices} devices, ${fleet.weeks} partitions, ms`, [
      ['values stored', 'first p50', 'again p50', 'p95', 'pages', 'goal 5'],
      ...days,
    ])
    table('Ingest, 100 values a request, 64 connections, M values/s', [
      ['values stored', 'rate', 'beside it, none stored', 'falls by', 'goal', ''],
      ...rates,
    ])
    await fillHours(bench, store, 30)
    table(`All ${fleet.devices} devices of a unit, a point an hour, over HTTP`, [
      ['', 'first page ms', 'all ms', 'pages', 'MB', 'goal 500'],
      await fleetTimes(bench, store, 7),
      await fleetTimes(bench, store, 30),
    ])
    table(`${dashboards} dashboards without a pause beside ingest at half of its rate`, [
      ['answers/s', 'p50 ms', 'p95 ms', 'M values/s', 'ingest p95 ms', 'refused'],
      await besideIngest(bench, store, own, last / valuesARequest / 2),
    ])
  } finally {
    for (const end of ends) await end()
  }
}

await bench()
process.exit(0)
