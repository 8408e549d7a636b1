import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../src/core/embedded-postgres'
import { type Bench, startCommand } from './lib'
import { type Requests, lines, records } from './ingest-loads'

export interface Peer {
  name: string
  url: string
  /** All processes that do its work are below these. */
  pids: number[]
  requests: (valuesARequest: number) => Requests
  stop: () => unknown
}

export const tenant_id = Bun.randomUUIDv7()

/** The ingestor from source, or `binary`, on a PostgreSQL that is as durable as production's. */
export async function startOwn(bench: Bench, binary?: string): Promise<Peer & { pid: number }> {
  const { mintCredential } = await import('../src/core/secrets')
  await bench.owner`insert into tenant (id, name) values (${tenant_id}, 'Bench')`
  const keys: string[] = []
  for (let index = 0; index < 100; index++) {
    const [device_id, key_id] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()]
    const { text, hash } = mintCredential('mzd', tenant_id, key_id)
    await bench.owner`insert into device (tenant_id, id, name) values (${tenant_id}, ${device_id}, ${`device ${index}`})`
    await bench.owner`insert into device_key (tenant_id, id, device_id, key_hash) values (${tenant_id}, ${key_id}, ${device_id}, ${hash})`
    keys.push(text)
  }
  const port = freePort()
  const environment = { ...bench.environment, DATABASE_URL: bench.urls.ingest, INGESTOR_PORT: String(port) }
  const { url, child } = await startCommand(['ingestor'], environment, port, binary)
  const stop = async () => {
    child.kill()
    await child.exited
  }
  return { name: 'monozu ingestor', url, pid: child.pid, pids: [child.pid, bench.pid], requests: (count) => records(keys, count), stop }
}

async function startServer(words: string[], url: string, folder: string, environment: Record<string, string> = {}) {
  const child = Bun.spawn(words, { cwd: folder, env: { ...Bun.env, ...environment }, stdout: 'ignore', stderr: 'ignore' })
  const answers = () =>
    fetch(url).then(
      ({ status }) => status < 500,
      () => false,
    )
  for (let tries = 0; !(await answers()); tries++) {
    if (tries > 200 || child.exitCode !== null) throw new Error(`${words[0]} did not start`)
    await Bun.sleep(50)
  }
  const stop = async () => {
    child.kill()
    await child.exited
  }
  return { pids: [child.pid], stop }
}

/** Debian: victoria-metrics. It acknowledges from memory. */
export async function startVictoriaMetrics(folder: string): Promise<Peer[]> {
  const binary = Bun.which('victoria-metrics')
  if (!binary) return []
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  const words = [binary, `-storageDataPath=${join(folder, 'victoria')}`, `-httpListenAddr=127.0.0.1:${port}`, '-loggerLevel=ERROR']
  const server = await startServer(words, `${url}/health`, folder)
  return [
    { name: 'VictoriaMetrics, a line a value', url, ...server, requests: (count) => lines('/write', count, true) },
    { name: 'VictoriaMetrics, a line a moment', url, ...server, stop: () => {}, requests: (count) => lines('/write', count, false) },
  ]
}

/** Debian: influxdb, version 1. It acknowledges after its log is written. */
export async function startInflux(folder: string): Promise<Peer[]> {
  const binary = Bun.which('influxd')
  if (!binary) return []
  const [port, rpcPort] = [freePort(), freePort()]
  const url = `http://127.0.0.1:${port}`
  const path = (name: string) => JSON.stringify(join(folder, 'influx', name))
  const settings = `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
dir = ${path('meta')}
[data]
dir = ${path('data')}
wal-dir = ${path('wal')}
query-log-enabled = false
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false`
  const file = join(folder, 'influx.conf')
  await Bun.write(file, settings)
  const server = await startServer([binary, '-config', file], `${url}/ping`, folder)
  await fetch(`${url}/query?q=${encodeURIComponent('create database bench')}`, { method: 'POST' })
  return [{ name: 'InfluxDB 1, a line a value', url, ...server, requests: (count) => lines('/write?db=bench', count, true) }]
}

const goPath = '/usr/share/gocode'
const goPackages = ['github.com/valyala/fasthttp', 'github.com/jackc/pgx/v4']

/**
 * peer/main.go (Debian: golang-go golang-github-valyala-fasthttp-dev golang-github-jackc-pgx-v4-dev) on the PostgreSQL of the bench: a row a value,
 * without keys to hold it against, and an index of times that costs next to nothing (BRIN). It acknowledges after COMMIT.
 */
export async function startGo({ folder, owner, urls, pid }: Bench, own: Peer): Promise<Peer[]> {
  if (!Bun.which('go') || !goPackages.every((name) => existsSync(join(goPath, 'src', name)))) return []
  const binary = join(folder, 'go-peer')
  const build = ['go', 'build', '-o', binary, join(import.meta.dir, 'peer/main.go')]
  const { exitCode } = Bun.spawnSync(build, {
    env: { ...Bun.env, GO111MODULE: 'off', GOPATH: goPath },
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if (exitCode !== 0) throw new Error('the peer in Go cannot be built')
  await owner`create table peer_sample (device text not null, metric text not null, at timestamptz not null, value float8 not null)`
  await owner`create index on peer_sample using brin (at)`
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  const server = await startServer([binary], url, folder, { DATABASE_URL: urls.owner, PORT: String(port) })
  return [{ name: 'Go, fasthttp and pgx COPY, a row a value', url, ...server, pids: [...server.pids, pid], requests: own.requests }]
}
