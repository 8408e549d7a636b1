import { type Bench, fillLog, fillMemory, openBench, residentMb, rounded, table, verdict } from './lib'
import { type LoadResult, load } from './ingest-loads'
import { type Peer, startGo, startInflux, startOwn, startVictoriaMetrics, tenant_id } from './ingest-peers'
import { peakResidentMb, processorSeconds } from './processes'

// `bun run bench:ingest [rounds] [seconds] [binary]`: values a second that the ingestor acknowledges after COMMIT, beside the peers that are
// installed, turn by turn in one run, each when the others have finished; what that costs of processor and memory; how long an acknowledgement takes
// at half of the peak.

const [rounds = 3, seconds = 6] = Bun.argv.slice(2, 4).map(Number)
const binary = Bun.argv[4]
const shapes = [
  { values: 100, connections: 64 },
  { values: 100, connections: 256 },
  { values: 1000, connections: 64 },
  { values: 1000, connections: 256 },
]

interface Turn {
  valuesPerSecond: number
  processorPerMillion: number
  result: LoadResult
}

/** Frames of our own that were acknowledged, and how many answers may have been under way when a load ended: wrk does not count those. */
const frames = { acknowledged: 0, unread: 0 }

async function run(peer: Peer, values: number, options: Parameters<typeof load>[2]): Promise<LoadResult> {
  const result = await load(peer.url, peer.requests(values), options)
  if (!peer.name.startsWith('monozu')) return result
  frames.acknowledged += (result.accepted * values) / 100
  frames.unread += (options.connections * values) / 100
  return result
}

async function turn(peer: Peer, { values, connections }: (typeof shapes)[number]): Promise<Turn> {
  const before = processorSeconds(...peer.pids)
  const result = await run(peer, values, { connections, seconds })
  const used = processorSeconds(...peer.pids) - before
  return { result, valuesPerSecond: result.perSecond * values, processorPerMillion: used / ((result.accepted * values) / 1e6) }
}

const quietShare = 0.05
const quietSeconds = 30

/** Until what the turn before left behind is done, so that nobody pays for it but who had it to do: on the disk, and no peer at work any more. */
async function settled(peers: Peer[]) {
  await Bun.$`sync`
  const pids = peers.flatMap((peer) => peer.pids)
  for (let tries = 0; tries < 2 * quietSeconds; tries++) {
    const before = processorSeconds(...pids)
    await Bun.sleep(500)
    if (processorSeconds(...pids) - before < quietShare / 2) return
  }
  console.log(`  the peers were still at work after ${quietSeconds} s`)
}

/** wrk waits whole milliseconds after each answer, and so sends less than it is told: it is told more, until it sends what is wanted. */
async function atRate(peer: Peer, perSecond: number): Promise<LoadResult> {
  let told = perSecond
  for (let tries = 1; ; tries++) {
    const result = await run(peer, 100, { connections: 256, seconds, perSecond: told })
    if (result.perSecond >= 0.95 * perSecond || tries === 5) return result
    told *= perSecond / result.perSecond
  }
}

const middle = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN

async function shape(peers: Peer[], one: (typeof shapes)[number]) {
  const turns = peers.map((): Turn[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, peer] of peers.entries()) {
      await settled(peers)
      turns[index]!.push(await turn(peer, one))
    }
  }
  const speeds = turns.map((list) => middle(list.map(({ valuesPerSecond }) => valuesPerSecond)))
  const rows = peers.map(({ name }, index) => {
    const costs = middle(turns[index]!.map(({ processorPerMillion }) => processorPerMillion))
    const refused = turns[index]!.reduce((sum, { result }) => sum + result.refused, 0)
    const p95 = middle(turns[index]!.map(({ result }) => result.p95Ms))
    const ratio = index ? rounded(speeds[0]! / speeds[index]!, 2) : ''
    return [name, rounded(speeds[index]! / 1e6, 2), ratio, rounded(costs, 2), rounded(p95, 0), refused]
  })
  table(`${one.values} values a request, ${one.connections} connections (the middle of ${rounds} rounds of ${seconds} s)`, [
    ['', 'million values/s', 'ours to it', 'cpu s/million', 'p95 ms', 'refused'],
    ...rows,
  ])
  const victoria = speeds.filter((_, index) => peers[index]!.name.startsWith('Victoria'))
  if (victoria.length) {
    const ratio = speeds[0]! / victoria[0]!
    console.log(`  of VictoriaMetrics, a line a value: ${rounded(ratio, 2)}, goal 2.0: ${verdict(ratio, 2)}`)
  }
  return speeds[0]! / one.values
}

async function account({ owner }: Bench) {
  const [row] = await owner`select count(*)::int as stored from telemetry_frame where tenant_id = ${tenant_id}`
  const { acknowledged, unread } = frames
  const stored = Number(row!.stored)
  console.log(
    `\nframes acknowledged ${rounded(acknowledged)} (and at most ${rounded(unread)} whose answer was not read), stored ${rounded(stored)}`,
  )
  if (stored < acknowledged || stored > acknowledged + unread) throw new Error('what was acknowledged is not what is stored')
}

async function bench() {
  const bench = await openBench(['max_wal_size=8GB', 'min_wal_size=8GB', 'checkpoint_timeout=15min'])
  const stops: (() => unknown)[] = []
  try {
    await fillLog(bench, 3)
    const own = await startOwn(bench, binary)
    stops.push(own.stop)
    const idleMb = await residentMb(own.pid)
    const peers = [own, ...(await startVictoriaMetrics(bench.folder)), ...(await startInflux(bench.folder)), ...(await startGo(bench, own))]
    stops.push(...peers.slice(1).map(({ stop }) => stop))
    const peaks: number[] = []
    // Nobody is measured cold: a runtime compiles what is called often, a store meets its series for the first time.
    for (const peer of peers) await run(peer, 100, { connections: 64, seconds })
    for (const one of shapes) {
      await fillMemory(bench)
      // What was written before is on the disk, and the files of its log are used again.
      await bench.owner`checkpoint`
      peaks.push(await shape(peers, one))
    }
    for (const { stop } of peers.slice(1)) await stop()
    await settled([own])
    const half = peaks[1]! / 2
    const at = await atRate(own, half)
    table(`At half of the peak (${rounded(half)} requests of 100 values a second wanted)`, [
      ['', 'requests/s', 'p50 ms', 'p95 ms', 'goal', ''],
      ['monozu ingestor', rounded(at.perSecond), rounded(at.p50Ms, 1), rounded(at.p95Ms, 1), '50', verdict(at.p95Ms, 50, false)],
    ])
    const peak = peakResidentMb(own.pid)
    table('Memory of the ingestor, MB', [
      ['', 'resident', 'goal', ''],
      ['idle', rounded(idleMb), '120', verdict(idleMb, 120, false)],
      ['most under load', rounded(peak), '400', verdict(peak, 400, false)],
    ])
    await account(bench)
  } finally {
    for (const stop of stops) await stop()
    await bench.end()
  }
}

await bench()
process.exit(0)
