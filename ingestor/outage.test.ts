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
const ingestor = startIngestor(database.url.replace('postgres:postgres@', 'monozu_ingest:ingest@'), { flushMs: 1000 })

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
    expect(await (await fetch(`${ingestor.url}/health`)).json()).toMatchObject({ status: 'fail' })
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

test('with a spool, what comes while the database is down is acknowledged, survives a restart and is stored once', async () => {
  const device = await makeDevice(undefined, sql)
  const stranger = await makeDevice(undefined, sql)
  const options = { spool: { folder: join(parent, 'spool'), bytes: 1_100_000 } }
  const databaseUrl = database.url.replace('postgres:postgres@', 'monozu_ingest:ingest@')
  const spooling = startIngestor(databaseUrl, options)
  const isReady = async () => (await fetch(`${spooling.url}/readyz`)).status === 200
  await until(isReady)
  expect((await send(spooling.url, device, [telemetry({ value: 0 }, 0)])).status).toBe(204)
  database.process.kill('SIGQUIT')
  await database.ended
  for (const value of [1, 2, 3]) {
    const fields = value === 3 ? { value, fresh: 1 } : { value }
    expect((await send(spooling.url, device, [telemetry(fields, value)])).status).toBe(204)
  }
  const log = { kind: 'log', timestamp: new Date().toISOString(), data: { level: 'info', message: 'kept' } }
  expect(await send(spooling.url, device, [log, { kind: 'weather' }])).toMatchObject({
    status: 200,
    body: { accepted: 1, rejected: [{ index: 1 }] },
  })
  expect(await isReady()).toBe(true)
  // A key that was never seen cannot be told from one that nobody has.
  expect((await send(spooling.url, stranger, [telemetry({ value: 9 }, 9)])).status).toBe(503)
  const full = await send(
    spooling.url,
    device,
    Array.from({ length: 9000 }, (_, index) => ({ ...log, id: String(index), data: { ...log.data, message: 'm'.repeat(120) } })),
  )
  expect(full).toMatchObject({ status: 503, body: { error: 'unavailable' } })
  expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0)
  await spooling.stop()
  // With the database of another installation it is neither stored nor lost.
  const elsewhere = startIngestor(undefined, options)
  await until(async () => (await (await fetch(`${elsewhere.url}/readyz`)).text()).includes('another installation'))
  await elsewhere.stop()
  expect(await framesOf(device.tenant_id)).toHaveLength(0)
  database = await start()
  const next = startIngestor(databaseUrl, options)
  const stored = async () => (await framesOf(device.tenant_id, sql)).map(({ values }) => values.at(-1))
  await until(async () => (await stored()).length === 4)
  expect(await stored()).toEqual([0, 1, 2, 3])
  await until(async () => (await sql`select 1 from rejected_record where device_id = ${device.device_id}`).length === 1)
  expect(await sql`select 1 from device_record where device_id = ${device.device_id}`).toHaveLength(1)
  expect((await send(next.url, device, [log, telemetry({ value: 1 }, 1), { kind: 'weather' }])).body).toMatchObject({
    accepted: 0,
    duplicates: 2,
  })
  await next.stop()
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

test('connections that could not be made ready are not kept: once the reason is gone, records are stored', async () => {
  const device = await makeDevice(undefined, sql)
  await sql`revoke usage on schema public from monozu_ingest`
  try {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'monozu_ingest'`
    await until(async () => (await send(ingestor.url, device, [telemetry({ value: 1 }, 1)])).status === 503)
    await until(async () => {
      const refused = await Promise.all([2, 3, 4, 5].map((value) => send(ingestor.url, device, [telemetry({ value }, value)])))
      return refused.every(({ status }) => status === 503)
    })
  } finally {
    await sql`grant usage on schema public to monozu_ingest`
  }
  await until(async () => {
    const taken = await Promise.all([2, 3, 4, 5].map((value) => send(ingestor.url, device, [telemetry({ value }, value)])))
    return taken.every(({ status }) => status === 204)
  })
}, 30_000)
