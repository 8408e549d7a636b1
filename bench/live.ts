import { join } from 'node:path'
import { freePort } from '../src/core/embedded-postgres'
import { type Bench, addReaders, openBench, rounded, startCommand, table, verdict } from './lib'

// `bun run bench:live`: 2,000 sockets. How fast committed events reach all of them, against Bun's own publish in a process that does
// nothing else; and how long an alert takes from the ingestor to the socket.

const sockets = 2000
const socketsAUser = 10
const events = 250
const rounds = 3
const alerts = 200
const tenant_id = Bun.randomUUIDv7()

/** Opens sockets and counts what arrives; `all` resolves when each has got `expected` more frames. */
async function openSockets(urls: string[]) {
  let received = 0
  let wanted = Number.POSITIVE_INFINITY
  let done = () => {}
  const heard: ((text: string) => void)[] = []
  const open = await Promise.all(
    urls.map(
      (url) =>
        new Promise<WebSocket>((resolve, reject) => {
          const socket = new WebSocket(url)
          socket.onerror = () => reject(new Error('a socket could not be opened'))
          socket.onmessage = ({ data }) => {
            if (String(data).startsWith('{"type":"hello"')) return resolve(socket)
            received += 1
            for (const hear of heard) hear(String(data))
            if (received >= wanted) done()
          }
          if (url.endsWith('/bare')) socket.onopen = () => resolve(socket)
        }),
    ),
  )
  return {
    heard,
    all(expected: number) {
      received = 0
      wanted = expected
      return new Promise<void>((resolve) => (done = resolve))
    },
    close() {
      for (const socket of open) socket.close()
    },
  }
}

const frame = (seq: number) => ({
  type: 'alert',
  seq,
  at: new Date().toISOString(),
  data: { id: Bun.randomUUIDv7(), event: 'created', alert: { title: 'x'.repeat(400) } },
})

async function bareRound(): Promise<() => Promise<number>> {
  const port = freePort()
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'bare-publish.ts'), String(port)], {
    stdout: 'inherit',
    stderr: 'inherit',
  })
  while (
    !(await fetch(`http://127.0.0.1:${port}/`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await Bun.sleep(5)
  const clients = await openSockets(Array.from({ length: sockets }, () => `ws://127.0.0.1:${port}/bare`))
  const body = JSON.stringify(Array.from({ length: events }, (_, n) => JSON.stringify(frame(n))))
  stops.push(() => (clients.close(), child.kill()))
  return async () => {
    const all = clients.all(sockets * events)
    const began = performance.now()
    await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })
    await all
    return (sockets * events) / ((performance.now() - began) / 1000)
  }
}

const stops: (() => unknown)[] = []

/** Commits events as a service would, in one transaction, and waits until every socket has each of them. */
async function ownRound({ owner }: Bench, clients: Awaited<ReturnType<typeof openSockets>>): Promise<number> {
  const all = clients.all(sockets * events)
  const began = performance.now()
  await owner.begin(async (tx) => {
    const [cursor] = await tx`
      insert into live_cursor (tenant_id, id, channel, seq) values (${tenant_id}, gen_random_uuid(), 'security', ${events})
      on conflict (tenant_id, channel) do update set seq = live_cursor.seq + ${events} returning seq`
    const data = JSON.stringify(frame(0).data)
    await tx`
      insert into live_event (tenant_id, id, channel, seq, type, permission, data)
      select ${tenant_id}, gen_random_uuid(), 'security', ${Number(cursor!.seq) - events}::bigint + n, 'alert', 'alerts.read', ${data}::text::jsonb from generate_series(1, ${events}) n`
    await tx`select pg_notify('monozu', ${`live ${tenant_id} security`})`
  })
  await all
  return (sockets * events) / ((performance.now() - began) / 1000)
}

async function alertLatency(bench: Bench, api: string, ingest: string, token: string) {
  const device = await registerDevice(bench, api)
  const clients = await openSockets([`${api.replace('http', 'ws')}/api/ws/security?token=${token}`])
  const sent = new Map<string, number>()
  const waits: number[] = []
  let arrived = () => {}
  clients.heard.push((text) => {
    const { type, data } = JSON.parse(text) as { type: string; data: { alert?: { title: string } } }
    const at = type === 'alert' ? sent.get(data.alert!.title) : undefined
    if (at === undefined) return
    waits.push(performance.now() - at)
    arrived()
  })
  for (let n = 0; n < alerts; n += 1) {
    const title = `alert ${n}`
    const seen = new Promise<void>((resolve) => (arrived = resolve))
    sent.set(title, performance.now())
    const record = { kind: 'security_alert', timestamp: new Date().toISOString(), data: { title, severity: 'high', dedupe_key: title } }
    const { status } = await fetch(`${ingest}/v1/ingest`, {
      method: 'POST',
      headers: { 'x-device-key': device },
      body: JSON.stringify([record]),
    })
    if (status !== 204) throw new Error(`the ingestor answered ${status}`)
    await seen
  }
  clients.close()
  waits.sort((a, b) => a - b)
  return (share: number) => waits[Math.floor(waits.length * share)]!
}

async function registerDevice({ owner }: Bench, api: string): Promise<string> {
  const { mintCredential } = await import('../src/core/secrets')
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzp', tenant_id, id)
  await owner`insert into provisioning_key (tenant_id, id, label, prefix, key_hash) values (${tenant_id}, ${id}, 'bench', 'mzp', ${hash})`
  const reply = await fetch(`${api}/api/v1/devices/register`, {
    method: 'POST',
    headers: { 'x-provisioning-key': text, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench' }),
  })
  return ((await reply.json()) as { device_key: string }).device_key
}

const middle = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!

async function bench() {
  const bench = await openBench()
  try {
    await bench.owner`insert into tenant (id, name) values (${tenant_id}, 'Bench')`
    const tokens = await addReaders(bench, tenant_id, sockets / socketsAUser, 'alerts.read')
    const [port, ingestPort] = [freePort(), freePort()]
    const api = await startCommand(['api'], { ...bench.environment, API_PORT: String(port) }, port)
    const ingestor = await startCommand(
      ['ingestor'],
      { ...bench.environment, DATABASE_URL: bench.urls.ingest, INGESTOR_PORT: String(ingestPort) },
      ingestPort,
    )
    const worker = Bun.spawn([process.execPath, join(import.meta.dir, '../src/main.ts'), 'worker'], {
      env: bench.environment,
      stdout: 'ignore',
      stderr: 'inherit',
    })
    stops.push(
      () => worker.kill(),
      () => ingestor.stop(),
      () => api.stop(),
    )
    const urls = Array.from(
      { length: sockets },
      (_, n) => `ws://127.0.0.1:${port}/api/ws/security?token=${tokens[Math.floor(n / socketsAUser)]}`,
    )
    const clients = await openSockets(urls)
    const bare = await bareRound()
    const found = { bare: [] as number[], own: [] as number[] }
    for (let round = 0; round < rounds; round += 1) {
      found.bare.push(await bare())
      found.own.push(await ownRound(bench, clients))
    }
    clients.close()
    const [reader] = await addReaders(bench, tenant_id, 1, 'alerts.read')
    const latency = await alertLatency(bench, api.url, ingestor.url, reader!)
    const ratio = middle(found.own) / middle(found.bare)
    table(`Frames a second to ${rounded(sockets)} sockets (${events} events a round, the middle of ${rounds} rounds)`, [
      ['', 'frames a second', 'ratio', 'goal', ''],
      ['Bun publish, nothing else', rounded(middle(found.bare)), '1.00', '', ''],
      ['committed events: read, filtered, numbered', rounded(middle(found.own)), rounded(ratio, 2), '0.80', verdict(ratio, 0.8)],
    ])
    table(`From POST at the ingestor to the frame at the socket (${alerts} alerts, one after another)`, [
      ['', 'milliseconds', 'goal', ''],
      ['50th percentile', rounded(latency(0.5), 1), '', ''],
      ['95th percentile', rounded(latency(0.95), 1), '250', verdict(latency(0.95), 250, false)],
    ])
    for (const stop of stops) await stop()
  } finally {
    await bench.end()
  }
}

await bench()
process.exit(0)
