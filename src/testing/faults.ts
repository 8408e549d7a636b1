import type { Subprocess } from 'bun'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import postgres from 'postgres'
import { type RunningPostgres, freePort, startPostgres } from '../core/embedded-postgres'
import { migrateDatabase } from '../core/migrate'
import { mintCredential } from '../core/secrets'
import { type Credentials, type Sender, openSender } from '../fleet/device'
import { compare } from '../fleet/ledger'
import { openShape } from '../fleet/shapes'
import { eventually } from './eventually'

const main = resolve(import.meta.dir, '../main.ts')
const patienceMs = 45_000

async function until(what: string, holds: () => unknown) {
  if (!(await eventually(holds, patienceMs))) throw new Error(`${what}: not within ${patienceMs / 1000} s`)
}

/** A small disk of its own, where root may mount one. */
function smallDisk(path: string, size: string): boolean {
  mkdirSync(path, { recursive: true })
  return Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]).exitCode === 0
}

function fill(folder: string) {
  const bytes = Buffer.alloc(1_048_576)
  for (let index = 0; ; index++) {
    try {
      writeFileSync(join(folder, `ballast-${index}`), bytes)
    } catch {
      return
    }
  }
}

function empty(folder: string) {
  for (const name of readdirSync(folder)) if (name.startsWith('ballast-')) rmSync(join(folder, name))
}

/** A process and all below it. */
function family(pid: number): number[] {
  const children = Bun.spawnSync(['ps', '-o', 'pid=', '--ppid', String(pid)])
    .stdout.toString()
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map(Number)
  return [pid, ...children.flatMap(family)]
}

/** An ingestor with its spool, a PostgreSQL, both on small disks, and devices that never stop sending. The caller is the supervisor of both. */
export async function openFaults() {
  const folder = mkdtempSync(join(tmpdir(), 'monozu-faults-'))
  const [databaseDisk, spoolDisk] = [join(folder, 'database'), join(folder, 'spool')]
  const isSmall = [smallDisk(databaseDisk, '400m'), smallDisk(spoolDisk, '64m')]
  const port = freePort()
  const startDatabase = () =>
    startPostgres({
      folder: join(databaseDisk, 'postgres'),
      port,
      password: 'faults',
      settings: ['max_connections=40', 'min_wal_size=32MB', 'max_wal_size=64MB'],
    })
  let isOver = false
  let isHeld = false
  let database: RunningPostgres = await startDatabase()
  let supervised = Promise.resolve()
  /** Started again whenever it ends, unless it is held down. */
  function superviseDatabase() {
    supervised = database.ended.then(async () => {
      for (let isUp = false; !isUp && !isOver; await Bun.sleep(50)) {
        if (isHeld) continue
        isUp = await startDatabase().then(
          (started) => Boolean((database = started)),
          () => false,
        )
      }
      if (!isOver) superviseDatabase()
    })
  }
  superviseDatabase()
  await migrateDatabase(database.url, { monozu_ingest: 'ingest' })
  const owner = postgres(database.url, { max: 2, onnotice: () => {}, backoff: () => 0.05 })
  const ingestorPort = freePort()
  const url = `http://127.0.0.1:${ingestorPort}`
  const env = {
    PATH: Bun.env.PATH!,
    HOST: '127.0.0.1',
    LOG_LEVEL: Bun.env.LOG_LEVEL ?? 'silent',
    DATABASE_URL: database.url.replace('postgres:faults@', 'monozu_ingest:ingest@'),
    INGESTOR_PORT: String(ingestorPort),
    SPOOL_DIR: join(spoolDisk, 'spool'),
  }
  let ingestor: Subprocess
  let peakMb = 0
  function startIngestor() {
    ingestor = Bun.spawn([process.execPath, main, 'ingestor'], {
      env,
      stdout: Bun.env.INGESTOR_OUTPUT ? 'inherit' : 'ignore',
      stderr: 'inherit',
    })
    void ingestor.exited.then(() => !isOver && startIngestor())
  }
  startIngestor()
  const memory = setInterval(() => {
    try {
      const resident = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${ingestor.pid}/status`, 'utf8'))?.[1]
      peakMb = Math.max(peakMb, Number(resident ?? 0) / 1024)
    } catch {
      // Just killed.
    }
  }, 100)
  const isReady = () =>
    fetch(`${url}/readyz`)
      .then(({ status }) => status === 200)
      .catch(() => false)
  await until('the ingestor is ready', isReady)

  const senders = new Map<string, Sender>()
  const tenants = new Map<string, string>()
  let isSending = false
  let loops: Promise<void>[] = []
  const shapes = new Map<string, ReturnType<typeof openShape>>()
  for (let index = 0; index < 8; index++) {
    const credentials = await addDevice(owner, index % 2 ? first : second, url)
    const random = Math.random
    tenants.set(credentials.device_id, credentials.tenant_id)
    senders.set(credentials.device_id, openSender(credentials, random))
    shapes.set(credentials.device_id, openShape({ random, skewMs: (index - 4) * 60_000, stepMs: 10, beganAt: Date.now() }))
  }

  function send() {
    isSending = true
    loops = [...senders].map(async ([device_id, sender]) => {
      while (isSending) {
        sender.buffer(shapes.get(device_id)!(5))
        await sender.flush(() => isSending)
      }
      await sender.flush()
    })
  }

  const acknowledged = () => [...senders.values()].map(({ account }) => account.batches)
  const postponed = () => [...senders.values()].map(({ account }) => account.postponed)
  const allBeyond = (before: number[], now: () => number[]) => now().every((count, index) => count > before[index]!)

  /** How long it takes until every device is served again, from now on. */
  async function untilServed(): Promise<number> {
    const began = performance.now()
    const before = acknowledged()
    // One answer may have been on its way already: a second one was asked for after the fault.
    await until('every device is served again', () =>
      allBeyond(
        before.map((count) => count + 1),
        acknowledged,
      ),
    )
    return performance.now() - began
  }

  /** Stops sending once all is acknowledged, waits until the spool is empty, and compares. */
  async function check() {
    isSending = false
    let isAcknowledged = false
    void Promise.all(loops).then(() => (isAcknowledged = true))
    await until('all is acknowledged', () => isAcknowledged)
    const spooled = () => readdirSync(spoolDisk, { recursive: true }).filter((name) => String(name).endsWith('.spool')).length
    await until('the spool is empty', () => spooled() === 0)
    const difference = { lost: 0, doubled: 0, different: 0 }
    for (const tenant_id of [first, second]) {
      const own = [...senders].filter(([device_id]) => tenants.get(device_id) === tenant_id)
      const found = await compare(owner, tenant_id, new Map(own.map(([device_id, { account }]) => [device_id, account])))
      difference.lost += found.lost
      difference.doubled += found.doubled
      difference.different += found.different
    }
    const wrong = [...senders.values()].flatMap(({ account }) => account.wrong)
    const acknowledgedRecords = [...senders.values()].reduce((sum, { account }) => sum + account.frames + account.logs, 0)
    return { ...difference, wrong, acknowledged: acknowledgedRecords }
  }

  async function crashDatabase() {
    isHeld = true
    database.process.kill('SIGQUIT')
    await database.ended
  }

  /** Each does harm, and resolves with the milliseconds until every device was served again. */
  const faults: Record<string, { needs?: boolean; run: () => Promise<number> }> = {
    'kill -9 of the ingestor': {
      run: async () => {
        ingestor.kill('SIGKILL')
        return untilServed()
      },
    },
    'immediate crash of PostgreSQL': {
      run: async () => {
        await crashDatabase()
        return untilServed().finally(() => (isHeld = false))
      },
    },
    'crash of PostgreSQL, then kill -9 of the ingestor': {
      run: async () => {
        await crashDatabase()
        await untilServed()
        ingestor.kill('SIGKILL')
        isHeld = false
        return untilServed()
      },
    },
    'frozen PostgreSQL': {
      run: async () => {
        const frozen = family(database.process.pid)
        for (const pid of frozen) process.kill(pid, 'SIGSTOP')
        try {
          return await untilServed()
        } finally {
          for (const pid of frozen) process.kill(pid, 'SIGCONT')
        }
      },
    },
    'terminated backends': {
      run: async () => {
        await owner`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'monozu_ingest'`
        return untilServed()
      },
    },
    'full spool disk while PostgreSQL is down': {
      needs: isSmall[1],
      run: async () => {
        fill(spoolDisk)
        const before = postponed()
        await crashDatabase()
        await until('every device is asked to try again', () => allBeyond(before, postponed))
        isHeld = false
        return untilServed().finally(() => empty(spoolDisk))
      },
    },
    'full database disk': {
      needs: isSmall[0],
      run: async () => {
        fill(databaseDisk)
        return untilServed().finally(() => empty(databaseDisk))
      },
    },
  }

  async function close() {
    isOver = true
    isSending = false
    clearInterval(memory)
    // It may be what hangs.
    ingestor.kill('SIGKILL')
    await ingestor.exited
    await owner.end({ timeout: 1 })
    await database.stop()
    await supervised
    for (const [index, disk] of [databaseDisk, spoolDisk].entries()) if (isSmall[index]) Bun.spawnSync(['umount', disk])
    rmSync(folder, { recursive: true, force: true })
  }

  return { faults, send, check, untilServed, close, peakMb: () => peakMb }
}

const first = Bun.randomUUIDv7()
const second = Bun.randomUUIDv7()

async function addDevice(owner: postgres.Sql, tenant_id: string, url: string): Promise<Credentials> {
  const [device_id, key_id] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()]
  const { text, hash } = mintCredential('mzd', tenant_id, key_id)
  await owner`insert into device (tenant_id, id, name) values (${tenant_id}, ${device_id}, 'appliance')`
  await owner`insert into device_key (tenant_id, id, device_id, key_hash) values (${tenant_id}, ${key_id}, ${device_id}, ${hash})`
  return { tenant_id, device_id, device_key: text, ingest_url: `${url}/v1/ingest` }
}
