import { type Bench, addReaders, openBench, rounded, startCommand, table, verdict } from './lib'
import { processorSeconds } from './processes'
import { freePort } from '../src/core/embedded-postgres'

// `bun run bench:tenants`: what a request to the Cloud costs with 10 and with 10,000 tenants in the database, two installations side by side, measured
// in turn; and creating 1,000 tenants in the Management plane, each made by the Cloud as it is told.

const sizes = [10, 10_000] as const
const created = 1_000
const devicesEach = 20
const readersIn = 10
/** Short and many: what else the machine does meets both alike. */
const sliceMs = 200
const rounds = Number(Bun.env.BENCH_ROUNDS ?? 150)
const connections = 8
const tenantId = (n: number) => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

async function fill({ owner }: Bench, tenants: number) {
  await owner`insert into tenant (id, name, status) select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Tenant ' || n, 'active' from generate_series(1, ${tenants}) n`
  await owner`insert into device (tenant_id, id, name, type, hardware_id)
    select t.id, gen_random_uuid(), 'edge-' || lpad(d::text, 5, '0'), 'appliance', gen_random_uuid()::text from tenant t, generate_series(1, ${devicesEach}) d`
  await owner`insert into device_presence (tenant_id, id, device_id, last_seen_at) select tenant_id, gen_random_uuid(), id, now() from device`
  await owner`insert into licence (tenant_id, id, plan, features, limits, as_of) select id, gen_random_uuid(), 'bench', '{security}', '{}', now() from tenant`
  await owner`vacuum analyze`
  // What was filled in is written now, and not while it is measured.
  await owner`checkpoint`
}

/** An installation with so many tenants, and somebody and a device in each of ten of them. */
async function install(tenants: number) {
  const bench = await openBench()
  await fill(bench, tenants)
  const tokens: string[] = []
  const keys: string[] = []
  for (let n = 1; n <= readersIn; n += 1) {
    const tenant_id = tenantId(Math.ceil((n * tenants) / readersIn))
    tokens.push(...(await addReaders(bench, tenant_id, 1, 'devices.read')).map((token) => `Bearer ${token}`))
    const { mintCredential } = await import('../src/core/secrets')
    const id = Bun.randomUUIDv7()
    const { text, hash } = mintCredential('mzd', tenant_id, id)
    await bench.owner`insert into device_key (tenant_id, id, device_id, key_hash) select ${tenant_id}, ${id}, d.id, ${hash} from device d where d.tenant_id = ${tenant_id} limit 1`
    keys.push(text)
  }
  const [port, ingestPort] = [freePort(), freePort()]
  const api = await startCommand(['api'], { ...bench.environment, API_PORT: String(port), DATABASE_POOL: '8' }, port)
  const ingestor = await startCommand(
    ['ingestor'],
    { ...bench.environment, DATABASE_URL: bench.urls.ingest, INGESTOR_PORT: String(ingestPort), DRAIN_SECONDS: '0' },
    ingestPort,
  )
  const end = async () => {
    await Promise.all([api.stop(), ingestor.stop()])
    await bench.end()
  }
  return { tenants, bench, tokens, keys, api, ingestor, end }
}
type Installation = Awaited<ReturnType<typeof install>>

let moments = Date.now()

interface Load {
  name: string
  send: (installation: Installation, n: number) => Promise<Response>
  status: number
}
const get = (path: string) => {
  const send: Load['send'] = ({ api, tokens }, n) => fetch(`${api.url}${path}`, { headers: { authorization: tokens[n % tokens.length]! } })
  return send
}
const ingest: Load['send'] = ({ ingestor, keys }, n) => {
  const record = () => ({
    kind: 'telemetry',
    timestamp: new Date((moments += 1)).toISOString(),
    data: { cpu_percent: 7, memory_percent: 9 },
  })
  const body = JSON.stringify(Array.from({ length: 10 }, record))
  return fetch(`${ingestor.url}/v1/ingest`, { method: 'POST', headers: { 'x-device-key': keys[n % keys.length]! }, body })
}
const loads: Load[] = [
  { name: 'a page of 20 devices', send: get('/api/v1/devices?limit=25'), status: 200 },
  { name: 'a verified request, no database', send: get('/api/v1/me/features'), status: 200 },
  { name: 'an ingest body of 10 records', send: ingest, status: 204 },
]

/** The Management plane beside a Cloud of its own, linked as operators do it, and its owner signed in. */
async function startPlanes(bench: Bench) {
  const [port, managementPort] = [freePort(), freePort()]
  const linked = {
    ...bench.environment,
    INTERNAL_TOKEN: 'between-the-planes-of-a-bench-'.padEnd(40, 'x'),
    CLOUD_WEBHOOK_HMAC_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    MANAGEMENT_URL: `http://127.0.0.1:${managementPort}`,
    CLOUD_URL: `http://127.0.0.1:${port}`,
    API_PORT: String(port),
    MANAGEMENT_PORT: String(managementPort),
    MANAGEMENT_DATABASE_URL: bench.urls.management,
  }
  const [email, password] = ['owner@platform.example', 'a vessel of nine lanterns']
  const bootstrap = Bun.spawn([process.execPath, 'src/main.ts', 'management', 'bootstrap', '--email', email], {
    env: { ...linked, BOOTSTRAP_PASSWORD: password },
    stdout: 'ignore',
  })
  if ((await bootstrap.exited) !== 0) throw new Error('there is no first owner')
  const [api, management] = [await startCommand(['api'], linked, port), await startCommand(['management'], linked, managementPort)]
  const call = async (path: string, body: object, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    const reply = await fetch(`${management.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!reply.ok) throw new Error(`${path} was answered with ${reply.status}`)
    return (await reply.json()) as Record<string, string>
  }
  const { codeOf, stepAt } = await import('../src/core/totp')
  const { session_token } = await call('/auth/login', { email, password })
  const { secret } = await call('/auth/mfa/enrol', { session_token })
  const { access_token } = await call('/auth/mfa/enrol/confirm', { session_token, totp_code: codeOf(secret!, stepAt(Date.now())) })
  return { call: (path: string, body: object) => call(path, body, access_token), stop: () => Promise.all([api.stop(), management.stop()]) }
}

/** Four staff at once; until the last answer, and until the Cloud has made the last of them and queued the mail to its administrator. */
async function create({ bench }: Installation) {
  const planes = await startPlanes(bench)
  const made = async () => (await bench.owner`select count(*)::int as made from tenant where name like 'New %'`)[0]!.made as number
  const names = Array.from({ length: created }, (_, n) => `New ${n}`).values()
  const began = performance.now()
  const work = async () => {
    for (const name of names)
      await planes.call('/tenants', { name, administrator: { email: `${name.replace(' ', '-')}@new.example`, language: 'en' } })
  }
  await Promise.all(Array.from({ length: 4 }, work))
  const answeredMs = performance.now() - began
  while ((await made()) < created) await Bun.sleep(50)
  const madeMs = performance.now() - began
  await planes.stop()
  return { answered: created / (answeredMs / 1000), made: created / (madeMs / 1000) }
}

interface Slice {
  requests: number
  ms: number
  /** Of the program and PostgreSQL; who asks is not counted. */
  processorSeconds: number
}

/** So many senders at once for one slice. */
async function slice(installation: Installation, { name, send, status }: Load): Promise<Slice> {
  const { api, ingestor, bench } = installation
  const used = () => processorSeconds(api.child.pid, ingestor.child.pid, bench.pid)
  const [before, began] = [used(), performance.now()]
  let requests = 0
  const sendOn = async (sender: number) => {
    for (let n = sender; performance.now() - began < sliceMs; n += connections) {
      const reply = await send(installation, n)
      await reply.arrayBuffer()
      if (reply.status !== status) throw new Error(`${name} was answered with ${reply.status}`)
      requests += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, (_, sender) => sendOn(sender)))
  return { requests, ms: performance.now() - began, processorSeconds: used() - before }
}

const sum = (slices: Slice[], of: keyof Slice) => slices.reduce((total, one) => total + one[of], 0)
const perSecond = (slices: Slice[]) => (sum(slices, 'requests') * 1000) / sum(slices, 'ms')
const microseconds = (slices: Slice[]) => (sum(slices, 'processorSeconds') * 1e6) / sum(slices, 'requests')

async function bench() {
  const [few, many] = [await install(sizes[0]), await install(sizes[1])]
  try {
    const rows: string[][] = [['', `${sizes[0]} tenants`, `${rounded(sizes[1])} tenants`, 'ratio', 'goal', '']]
    for (const load of loads) {
      const found: [Slice[], Slice[]] = [[], []]
      for (const installation of [few, many]) for (let warm = 0; warm < 10; warm += 1) await slice(installation, load)
      for (let round = 0; round < rounds; round += 1)
        // Each first as often as the other.
        for (const side of round % 2 ? ([1, 0] as const) : ([0, 1] as const)) found[side].push(await slice([few, many][side]!, load))
      const rates = found.map(perSecond)
      const costs = found.map(microseconds)
      const [rate, cost] = [rates[1]! / rates[0]!, costs[1]! / costs[0]!]
      rows.push([`${load.name}, a second`, ...rates.map((figure) => rounded(figure)), rounded(rate, 2), '0.95', verdict(rate, 0.95)])
      rows.push([
        '  processor, microseconds each',
        ...costs.map((figure) => rounded(figure)),
        rounded(cost, 2),
        '1.05',
        verdict(cost, 1.05, false),
      ])
    }
    table(`${rounds} slices of ${sliceMs} ms each, in turn; ${connections} at once`, rows)
    const { answered, made } = await create(many)
    table(`${rounded(created)} tenants created beside ${rounded(sizes[1])}, 4 at once`, [
      ['', 'a second'],
      ['answered by the Management plane', rounded(answered)],
      ['made by the Cloud, its administrator invited', rounded(made)],
    ])
  } finally {
    await few.end()
    await many.end()
  }
}

await bench()
process.exit(0)
