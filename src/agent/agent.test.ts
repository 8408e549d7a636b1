import { afterEach, expect, test } from 'bun:test'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runAgent } from './agent'
import type { AgentRecord } from './outbox'
import { cleanUp, createLoopback, createTestClock, createTestLog, noContent, temporaryDirectory, testHost } from './testing'

afterEach(cleanUp)

const proc = {
  stat: 'cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 100 0 100 800 0 0 0 0 0 0\n',
  meminfo: 'MemTotal: 1000 kB\nMemAvailable: 250 kB\n',
  loadavg: '0.50 0.40 0.30 1/50 999\n',
  uptime: '3600.00 1.00\n',
  mounts: '/dev/sda1 / ext4 rw 0 0\n',
  diskstats: '8 0 sda 1 0 8 0 1 0 8 0 0 0 0\n',
  'net/dev': 'a\nb\n  eth0: 5 0 0 0 0 0 0 0 7 0 0 0 0 0 0 0\n',
  'net/tcp': 'head\n 0: 00000000:0016 00000000:0000 0A 0 0 0 0 0 1 1\n',
}

/** A whole Cloud and a whole host, with time standing still until `clock.advance`. */
function setUp() {
  const directory = temporaryDirectory()
  const paths = testHost(directory)
  mkdirSync(join(paths.procRoot, 'net'), { recursive: true })
  for (const [name, text] of Object.entries(proc)) writeFileSync(join(paths.procRoot, name), text)
  writeFileSync(paths.signInLogs[0] ?? '', '')

  const records: AgentRecord[] = []
  const results: [string, unknown][] = []
  const watchers: (() => void)[] = []
  const asked: ((items: unknown[]) => void)[] = []
  let ingest: () => Response | Promise<Response> = noContent
  const cloud = createLoopback(async ({ path, body }) => {
    if (path.endsWith('/register')) {
      const urls = { ingest_url: `${cloud.url}/v1/ingest`, commands_url: `${cloud.url}/api/v1/commands` }
      return Response.json({ device_id: 'd1', device_key: 'mzd_canary', tenant_id: 't1', ...urls }, { status: 201 })
    }
    if (path.includes('?wait=')) return Response.json({ items: await new Promise<unknown[]>((resolve) => asked.push(resolve)) })
    const answer = path === '/v1/ingest' ? await ingest() : noContent()
    if (path === '/v1/ingest' && answer.ok) records.push(...(body as AgentRecord[]))
    if (path.endsWith('/result')) results.push([path.split('/').at(-2) ?? '', body])
    for (const watcher of watchers) watcher()
    return answer
  })

  /** Resolves as soon as the condition holds after something came in. */
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => condition() && resolve()
      watchers.push(check)
      check()
    })
  const clock = createTestClock()
  const { log, events, names } = createTestLog()
  const stop = new AbortController()
  const stateDir = join(directory, 'state')
  const config = { cloudUrl: cloud.url, provisioningKey: 'mzp_canary', deviceName: 'gateway', stateDir, intervalSeconds: 5 }
  const start = () => runAgent({ config, stop: stop.signal, clock, log, paths })
  const of = (kind: string) => records.filter((record) => record.kind === kind).map(({ data }) => data)
  return {
    paths,
    cloud,
    clock,
    stop,
    stateDir,
    start,
    until,
    of,
    records,
    results,
    asked,
    events,
    names,
    ingestWith: (next: () => Response | Promise<Response>) => void (ingest = next),
  }
}

test('registers, reports, notices, obeys and stops', async () => {
  const { paths, clock, stop, start, until, of, results, asked, records, events, cloud } = setUp()
  const running = start()

  await until(() => of('discovery').length > 0)
  expect(of('discovery')).toMatchObject([{ ip: '192.0.2.7', open_ports: [{ port: 22, protocol: 'tcp', service: 'ssh' }] }])

  writeFileSync(join(paths.procRoot, 'stat'), proc.stat.replace('100 0 100 800', '150 0 100 850'))
  clock.advance(200)
  await until(() => of('telemetry').length >= 4)
  expect(of('telemetry')).toMatchObject([
    { cpu_percent: 50, memory_percent: 75, load_1m: 0.5, uptime_seconds: 3_600, agent_dropped_records: 0 },
    { interface: 'eth0', rx_bytes: 5, tx_bytes: 7 },
    { mount: '/', disk_percent: 44.44, disk_used_bytes: 1_638_400 },
    { disk: 'sda', read_bytes: 4_096, write_bytes: 4_096 },
  ])

  appendFileSync(join(paths.procRoot, 'net/tcp'), ' 1: 00000000:1F90 00000000:0000 0A 0 0 0 0 0 1 1\n')
  appendFileSync(paths.signInLogs[0] ?? '', 'Mar  1 12:00:00 h sshd[1]: Failed password for root from 203.0.113.5 port 1 ssh2\n')
  clock.advance(5_000)
  await until(() => of('security_alert').length >= 2)
  expect(of('security_alert')).toMatchObject([{ rule: 'new_listening_port' }, { rule: 'ssh_sign_in_failed', source_ip: '203.0.113.5' }])

  asked[0]?.([
    { id: 'c1', type: 'ping', arguments: {} },
    { id: 'c2', type: 'refresh_inventory', arguments: {} },
    { id: 'c3', type: 'set_interval', arguments: { seconds: 60 } },
    { id: 'c4', type: 'set_interval', arguments: { seconds: 0 } },
  ])
  await until(() => results.length >= 5)
  expect(results).toMatchObject([
    ['c1', { state: 'succeeded', result: { pong: true, uptime_seconds: 3_600 } }],
    ['c2', { state: 'running' }],
    ['c2', { state: 'succeeded', result: { addresses: 1, open_ports: 2, neighbours: 0 } }],
    ['c3', { state: 'succeeded', result: { seconds: 60 } }],
    ['c4', { state: 'failed', error: 'seconds must be a whole number from 1 to 3600' }],
  ])
  expect(clock.waits).toContain(60_000)

  stop.abort()
  await running
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length)
  expect(cloud.received.filter(({ path }) => path.endsWith('/register'))).toHaveLength(1)
  expect(JSON.stringify(events)).not.toContain('canary')
})

test('a report under way when the agent stops has two seconds; then it is kept for the next start', async () => {
  const { clock, stop, start, stateDir, ingestWith, names } = setUp()
  let running: Promise<void> | undefined
  await new Promise<void>((isAsked) => {
    ingestWith(() => {
      isAsked()
      return new Promise(() => {})
    })
    running = start()
  })
  stop.abort()
  clock.advance(1_999)
  expect(names()).not.toContain('stopped')
  clock.advance(1)
  await running
  expect(names().at(-1)).toBe('stopped')
  const kept = readFileSync(join(stateDir, 'buffer.ndjson'), 'utf8').trim().split('\n')
  expect(kept.map((line) => (JSON.parse(line) as AgentRecord).kind)).toContain('discovery')
})

test('a report under way that is answered in time is not sent again', async () => {
  const { stop, start, stateDir, ingestWith } = setUp()
  let answer: (response: Response) => void = () => {}
  let running: Promise<void> | undefined
  await new Promise<void>((isAsked) => {
    ingestWith(() => {
      isAsked()
      return new Promise((resolve) => (answer = resolve))
    })
    running = start()
  })
  stop.abort()
  ingestWith(() => noContent())
  answer(noContent())
  await running
  expect(readFileSync(join(stateDir, 'buffer.ndjson'), 'utf8')).not.toContain('"discovery"')
})
