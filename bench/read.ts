import { freePort } from '../src/core/embedded-postgres'
import { load } from './ingest-loads'
import { type Peer, startOwn, tenant_id } from './ingest-peers'
import { type Bench, addReaders, openBench, rounded, startCommand, table, verdict } from './lib'

// `bun run bench:read [million values stored] [seconds] [binary]`: how long a day of one metric at a sample a minute takes to read from a store
// of so many values, and how fast the ingestor is with an empty and with that store. A day, not an average: each time of another device.

const [millions = 20, seconds = 5] = Bun.argv.slice(2, 4).map(Number)
const binary = Bun.argv[4]
const metrics = 100
const dayMinutes = 1_440
const rounds = 3
const questions = 300

const middle = (list: number[], share = 0.5) => [...list].sort((a, b) => a - b)[Math.floor(list.length * share)] ?? Number.NaN

async function ingestRate(own: Peer): Promise<number> {
  const speeds: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { perSecond } = await load(own.url, own.requests(metrics), { connections: 64, seconds })
    speeds.push(perSecond * metrics)
  }
  return middle(speeds)
}

/** A fleet that reports a hundred metrics a minute until now: up to a thousand devices, and at least two days of each. */
async function preload({ owner }: Bench) {
  const frames = (millions * 1e6) / metrics
  const count = Math.max(1, Math.min(1_000, Math.floor(frames / (2 * dayMinutes))))
  const minutes = Math.ceil(frames / count)
  const [layout, devices] = [Bun.randomUUIDv7(), Array.from({ length: count }, () => Bun.randomUUIDv7())]
  const end = Math.floor(Date.now() / 60_000) * 60_000
  const names = Array.from({ length: metrics }, (_, index) => `metric_${index}`)
  await owner`insert into telemetry_layout (tenant_id, id, hash, metrics, labels) values (${tenant_id}, ${layout}, ${layout}, ${names}, '{}')`
  await owner`insert into device (tenant_id, id, name) select ${tenant_id}, id, 'preloaded' from unnest(${devices}::uuid[]) id`
  for (let ago = minutes; ago > 0; ago -= 7 * dayMinutes) await owner`select prepare_partitions(${new Date(end - ago * 60_000)})`
  const atOnce = Math.max(1, Math.floor(200_000 / count))
  for (let first = minutes; first > 0; first -= atOnce) {
    await owner`
      insert into telemetry_frame (tenant_id, device_id, at, layout_id, values)
      select ${tenant_id}, d.id, ${new Date(end)}::timestamptz - m * interval '1 minute', ${layout},
        array(select 50 + 30 * sin((m + n)::float8 / 60) + random() from generate_series(1, ${metrics}::int) n)
      from generate_series(${Math.max(1, first - atOnce + 1)}::int, ${first}::int) m, unnest(${devices}::uuid[]) d (id)`
  }
  await owner`analyze telemetry_frame`
  return { devices, end, values: count * minutes * metrics }
}

type Store = Awaited<ReturnType<typeof preload>>

async function dayTimes(bench: Bench, { devices, end }: Store, question: Record<string, string>) {
  const [token] = await addReaders(bench, tenant_id, 1, 'telemetry.read')
  const port = freePort()
  const api = await startCommand(['api'], { ...bench.environment, API_PORT: String(port) }, port, binary)
  const times: number[] = []
  try {
    for (let index = 0; index < questions; index++) {
      const day = end - dayMinutes * 60_000 * (1 + (index % 2))
      const asked = new URLSearchParams({
        device_id: devices[(index * 7919) % devices.length]!,
        metric: `metric_${index % metrics}`,
        from: new Date(day).toISOString(),
        to: new Date(day + dayMinutes * 60_000).toISOString(),
        ...question,
      })
      const began = performance.now()
      const reply = await fetch(`${api.url}/api/v1/telemetry/query?${asked.toString()}`, { headers: { authorization: `Bearer ${token}` } })
      const { series } = (await reply.json()) as { series: { points: unknown[] }[] }
      times.push(performance.now() - began)
      if (series[0]?.points.length !== dayMinutes) throw new Error(`a day has ${series[0]?.points.length} points`)
    }
  } finally {
    await api.stop()
  }
  // The first meet a cold process and cold connections.
  return times.slice(20)
}

async function bench() {
  const bench = await openBench(['max_wal_size=8GB', 'checkpoint_timeout=15min'])
  let own: Awaited<ReturnType<typeof startOwn>> | undefined
  try {
    // What is imported from here on reads its configuration once.
    Object.assign(Bun.env, bench.environment)
    own = await startOwn(bench, binary)
    const empty = await ingestRate(own)
    const store = await preload(bench)
    const rows = []
    for (const [name, question] of [
      ['as it was sent', {}],
      ['a point a minute', { step: '60s', aggregate: 'avg' }],
    ] as const) {
      const times = await dayTimes(bench, store, question)
      rows.push([name, rounded(middle(times), 1), rounded(middle(times, 0.95), 1), '5', verdict(middle(times), 5, false)])
    }
    table(`A day of one metric over HTTP, ${rounded(store.values / 1e6)} million values of ${store.devices.length} devices stored`, [
      ['', 'p50 ms', 'p95 ms', 'goal', ''],
      ...rows,
    ])
    const loaded = await ingestRate(own)
    const fall = (1 - loaded / empty) * 100
    table('Ingest, 100 values a request, 64 connections', [
      ['empty store, M values/s', 'loaded store, M values/s', 'falls by', 'goal', ''],
      [rounded(empty / 1e6, 2), rounded(loaded / 1e6, 2), `${rounded(fall, 1)} %`, '10 %', fall <= 10 ? 'met' : 'missed'],
    ])
  } finally {
    await own?.stop()
    await bench.end()
  }
}

await bench()
process.exit(0)
