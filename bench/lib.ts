import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { type RunningPostgres, freePort, startPostgres } from '../src/core/embedded-postgres'
import { migrateDatabase } from '../src/core/migrate'

export interface Bench {
  folder: string
  /** Of PostgreSQL. */
  pid: number
  owner: postgres.Sql
  urls: { owner: string; app: string; ingest: string; management: string }
  environment: Record<string, string>
  end: () => Promise<void>
}

/** A migrated PostgreSQL of its own, as durable as production's, in a temporary folder. */
export async function openBench(settings: string[] = []): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'monozu-bench-'))
  const server: RunningPostgres = await startPostgres({
    folder: join(folder, 'postgres'),
    port: freePort(),
    password: 'bench',
    settings: ['shared_buffers=256MB', 'max_connections=100', ...settings],
  })
  await migrateDatabase(server.url, { monozu_app: 'app', monozu_ingest: 'ingest', monozu_management: 'management' })
  const as = (role: string, password: string) => server.url.replace('postgres:bench@', `${role}:${password}@`)
  const owner = postgres(server.url, { max: 4, onnotice: () => {} })
  const urls = {
    owner: server.url,
    app: as('monozu_app', 'app'),
    ingest: as('monozu_ingest', 'ingest'),
    management: as('monozu_management', 'management'),
  }
  return {
    folder,
    pid: server.process.pid,
    owner,
    urls,
    environment: {
      ...(Bun.env as Record<string, string>),
      DATABASE_URL: urls.app,
      SECRET_KEY: 'for benches alone: thirty-two characters and more',
      ENCRYPTION_KEYS: `bench:${Buffer.alloc(32, 3).toString('base64')}`,
      HOST: '127.0.0.1',
      SPOOL_DIR: join(folder, 'spool'),
      LOG_LEVEL: 'warn',
    },
    async end() {
      await owner.end()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * Writes so many gigabytes of log, whose files are used again after the next checkpoint, as far as `min_wal_size` allows: as on a server that has run
 * for a while. One that was started a moment ago makes them anew, and waits until each is on the disk.
 */
export async function fillLog({ owner }: Bench, gigabytes: number) {
  const [text, times] = ['x'.repeat(1_000_000), 100]
  for (let written = 0; written < gigabytes * 1e9; written += text.length * times)
    await owner`select count(pg_logical_emit_message(false, 'bench', ${text})) from generate_series(1, ${times})`
}

/**
 * Fills what is free of memory with pages of a file, but takes no more than a third of the disk's room: as on a machine that has run for a while,
 * where every new page takes the place of an old one. In a virtual one that was just started, or whose host takes back what lies idle, each page that
 * was not used before is waited for. Called again, it reads what was dropped since.
 */
export async function fillMemory({ folder }: Bench) {
  const file = join(folder, 'memory')
  if (existsSync(file)) return Bun.$`cat ${file} > /dev/null`
  const { bavail, bsize } = statfsSync(folder)
  const bytes = Math.floor(Math.min(freemem(), (bavail * bsize) / 3))
  await Bun.$`head -c ${bytes} /dev/zero > ${file}`
}

/** Starts `monozu <command>` from source (or `binary`) and waits until it is ready. */
export async function startCommand(words: string[], environment: Record<string, string>, port: number, binary?: string) {
  const began = performance.now()
  const child = Bun.spawn([...(binary ? [binary] : [process.execPath, join(import.meta.dir, '../src/main.ts')]), ...words], {
    env: environment,
    stdout: 'ignore',
    stderr: 'inherit',
  })
  const url = `http://127.0.0.1:${port}`
  while (
    !(await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`${words.join(' ')} ended with ${child.exitCode}`)
    await Bun.sleep(2)
  }
  return {
    url,
    child,
    readyMs: performance.now() - began,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

/** The peer in bare.ts, in a process of its own. */
export async function startBare(port: number, environment: Record<string, string> = {}) {
  const command = [process.execPath, join(import.meta.dir, 'bare.ts'), String(port)]
  const child = Bun.spawn(command, { env: { ...Bun.env, ...environment }, stdout: 'ignore', stderr: 'inherit' })
  const url = `http://127.0.0.1:${port}`
  while (
    !(await fetch(`${url}/bare`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await Bun.sleep(5)
  return { url, stop: async () => (child.kill(), child.exited) }
}

/** Signed-in users of a tenant who hold one permission; their access tokens. */
export async function addReaders({ owner, environment }: Bench, tenant_id: string, count: number, permission: string): Promise<string[]> {
  Object.assign(Bun.env, environment)
  const { signAccess } = await import('../src/core/tokens')
  const group_id = Bun.randomUUIDv7()
  await owner`insert into access_group (tenant_id, id, name, permissions) values (${tenant_id}, ${group_id}, ${`Readers ${group_id}`}, ${[permission]})`
  const readers = Array.from({ length: count }, () => ({
    user_id: Bun.randomUUIDv7(),
    membership_id: Bun.randomUUIDv7(),
    sid: Bun.randomUUIDv7(),
  }))
  const rows = JSON.stringify(readers)
  const each = owner`jsonb_to_recordset(${rows}::text::jsonb) as r (user_id uuid, membership_id uuid, sid uuid)`
  await owner`insert into app_user (id, email) select user_id, user_id || '@bench.example' from ${each}`
  await owner`insert into membership (tenant_id, id, user_id, name, whole_tenant) select ${tenant_id}, membership_id, user_id, 'Reader', true from ${each}`
  await owner`insert into membership_group (tenant_id, id, membership_id, group_id) select ${tenant_id}, gen_random_uuid(), membership_id, ${group_id} from ${each}`
  await owner`insert into session (tenant_id, id, user_id, rotated_at, expires_at, amr) select ${tenant_id}, sid, user_id, now(), now() + interval '1 day', '{pwd}' from ${each}`
  return Promise.all(readers.map(({ user_id, sid }) => signAccess({ user_id, tenant_id, sid, amr: ['pwd'] })))
}

export interface Load {
  perSecond: number
  p50Ms: number
  p99Ms: number
  errors: number
}

const toMs = (text: string) => {
  const [, number = '0', unit = 'ms'] = text.match(/([\d.]+)(us|ms|s)/) ?? []
  return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's']
}

/** Runs wrk (Debian: wrk) with a header a connection takes in turn. */
export async function wrk(
  url: string,
  { connections, seconds, headers = [] }: { connections: number; seconds: number; headers?: string[] },
): Promise<Load> {
  const script = join(tmpdir(), `monozu-wrk-${process.pid}.lua`)
  await Bun.write(
    script,
    `local headers = {${headers.map((header) => JSON.stringify(header)).join(',')}}
local n = 0
request = function()
  n = n + 1
  local h = headers[(n % #headers) + 1]
  if h then return wrk.format("GET", nil, { ["Authorization"] = h }) end
  return wrk.format("GET")
end`,
  )
  const out = await Bun.$`wrk -t1 -c${connections} -d${seconds}s --latency ${headers.length ? ['-s', script] : []} ${url}`.text()
  rmSync(script, { force: true })
  return {
    perSecond: Number(out.match(/Requests\/sec:\s+([\d.]+)/)?.[1] ?? 0),
    p50Ms: toMs(out.match(/50%\s+(\S+)/)?.[1] ?? ''),
    p99Ms: toMs(out.match(/99%\s+(\S+)/)?.[1] ?? ''),
    errors: Number(out.match(/Non-2xx or 3xx responses: (\d+)/)?.[1] ?? 0),
  }
}

/** Sends at a steady rate, whether answers come or not, and says what the 50th and 99th percentile waited (milliseconds). */
export async function atRate(perSecond: number, seconds: number, send: (n: number) => Promise<unknown>) {
  const waits: number[] = []
  const began = performance.now()
  const running = new Set<Promise<unknown>>()
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const due = began + (n * 1000) / perSecond
    if (due - performance.now() > 1) await Bun.sleep(due - performance.now())
    const one: Promise<unknown> = send(n)
      .then(() => waits.push(performance.now() - due))
      .finally(() => running.delete(one))
    running.add(one)
  }
  await Promise.all(running)
  waits.sort((a, b) => a - b)
  const at = (share: number) => waits[Math.floor(waits.length * share)] ?? Number.NaN
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), count: waits.length }
}

/** Ratios are taken round by round: what ran side by side had the same neighbours. */
export const ratios = (mine: number[], theirs: number[]) => mine.map((figure, round) => figure / theirs[round]!)
export const middle = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!

export const rounded = (number: number, digits = 0) =>
  number.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })

/** A table of rows to standard output; the goal, where there is one, is held against the figure in plain words. */
export function table(title: string, rows: (string | number)[][]) {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => String(row[column] ?? '').length)))
  console.log(`\n${title}`)
  rows.forEach((row, index) => {
    console.log(
      `  ${row.map((cell, column) => (column ? String(cell).padStart(widths[column]!) : String(cell).padEnd(widths[column]!))).join('  ')}`,
    )
    if (!index) console.log(`  ${widths.map((width) => '-'.repeat(width)).join('  ')}`)
  })
}

export const verdict = (figure: number, goal: number, more = true) =>
  (more ? figure >= goal : figure <= goal) ? 'met' : `missed by ${rounded((Math.abs(figure - goal) / goal) * 100, 0)} %`

/** Resident memory of a process and its threads, MB (Linux). */
export const residentMb = async (pid: number) =>
  Number((await Bun.file(`/proc/${pid}/status`).text()).match(/VmRSS:\s+(\d+)/)?.[1] ?? 0) / 1024
