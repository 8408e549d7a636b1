import { afterAll, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { freePort, startPostgres } from '../src/core/embedded-postgres'
import { migrateDatabase } from '../src/core/migrate'
import { limits } from './limits'
import { framesOf, makeDevice, send, startIngestor, telemetry, until } from './testing'

const parent = join(tmpdir(), `monozu-outage-${process.pid}`)
const folder = join(parent, 'data')
const port = freePort()
const start = () => startPostgres({ folder, port, password: 'postgres', settings: ['max_connections=50', 'fsync=off'] })
let database = await start()
await migrateDatabase(database.url, { monozu_ingest: 'ingest' })
const sql = postgres(database.url, { max: 2, onnotice: () => {}, backoff: () => 0.05 })
const ingestor = startIngestor(database.url.replace('postgres:postgres@', 'monozu_ingest:ingest@'), 1000)

afterAll(async () => {
  await ingestor.stop()
  await sql.end({ timeout: 1 })
  await database.stop()
  rmSync(parent, { recursive: true, force: true })
})

/** Sends without a pause, each frame until it is acknowledged, as a device does; the numbers that were. */
function keepSending(device: { key: string }, sender: number) {
  const acknowledged: number[] = []
  const state = { isOver: false, refused: 0 }
  const done = (async () => {
    for (let index = 0; !state.isOver; index++) {
      const value = sender * 1_000_000 + index
      const { status, headers } = await send(ingestor.url, device, [telemetry({ value }, value)])
      if (status === 204) acknowledged.push(value)
      else {
        expect(status).toBe(503)
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
        state.refused += 1
        index -= 1
      }
    }
  })()
  return {
    acknowledged,
    refusals: () => state.refused,
    async end() {
      state.isOver = true
      await done
    },
  }
}

test('the database crashes and comes back: what was acknowledged is stored, once', async () => {
  const device = await makeDevice(undefined, sql)
  const senders = Array.from({ length: 8 }, (_, sender) => keepSending(device, sender))
  for (let round = 0; round < 2; round++) {
    const before = senders.map(({ acknowledged }) => acknowledged.length)
    await until(async () => senders.every(({ acknowledged }, sender) => acknowledged.length > before[sender]! + 20))
    const refused = senders.map(({ refusals }) => refusals())
    database.process.kill('SIGQUIT')
    await database.ended
    await until(async () => senders.every(({ refusals }, sender) => refusals() > refused[sender]!))
    expect((await fetch(`${ingestor.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${ingestor.url}/healthz`)).status).toBe(200)
    database = await start()
  }
  const back = senders.map(({ acknowledged }) => acknowledged.length)
  await until(async () => senders.every(({ acknowledged }, sender) => acknowledged.length > back[sender]! + 20))
  await until(async () => (await fetch(`${ingestor.url}/readyz`)).status === 200)
  await Promise.all(senders.map((sender) => sender.end()))
  const stored = (await framesOf(device.tenant_id, sql)).map(({ values }) => values[0]!)
  expect(new Set(stored).size).toBe(stored.length)
  expect(stored.sort((a, b) => a - b)).toEqual(senders.flatMap(({ acknowledged }) => acknowledged).sort((a, b) => a - b))
  // Nothing that was given up came back to life.
  const backends = await sql`select pid from pg_stat_activity where usename = 'monozu_ingest'`
  expect(backends.length).toBeLessThanOrEqual(limits.lanes + 2)
  // Signals are heard again, too.
  await sql`update device_key set revoked_at = now() where id = ${device.key_id}`
  await sql.notify('monozu', `devices ${device.tenant_id}`)
  const begun = performance.now()
  await until(async () => (await send(ingestor.url, device, [])).status === 401)
  expect(performance.now() - begun).toBeLessThan(1000)
}, 30_000)

test('connections that no longer answer are given up: 503, then stored on new ones', async () => {
  const device = await makeDevice(undefined, sql)
  expect((await send(ingestor.url, device, [telemetry({ value: 1 }, 1)])).status).toBe(204)
  const backends = await sql<
    { pid: number }[]
  >`select pid from pg_stat_activity where usename = 'monozu_ingest' and query not like 'listen%'`
  for (const { pid } of backends) process.kill(pid, 'SIGSTOP')
  try {
    const frozen = await Promise.all([2, 3, 4].map((value) => send(ingestor.url, device, [telemetry({ value }, value)])))
    expect(frozen.map(({ status }) => status)).toContain(503)
    await until(async () => (await send(ingestor.url, device, [telemetry({ value: 5 }, 5)])).status === 204)
  } finally {
    for (const { pid } of backends) process.kill(pid, 'SIGCONT')
  }
  expect((await framesOf(device.tenant_id, sql)).map(({ values }) => values[0])).toContain(5)
}, 15_000)
