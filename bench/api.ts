import { join } from 'node:path'
import { type Bench, addReaders, atRate, middle, openBench, ratios, rounded, startBare, startCommand, table, verdict, wrk } from './lib'
import { freePort } from '../src/core/embedded-postgres'

// `bun run bench:api`: one page of devices out of 10,000 tenants and 200,000 devices, against the same transaction in pgbench,
// and the guard alone against a bare route. Needs wrk and pgbench on the path.

const tenants = 10_000
const devicesEach = 20
const signedInTenants = 64
const seconds = Number(Bun.env.BENCH_SECONDS ?? 3)
const rounds = 7

const tenantId = (n: number) => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

async function fill({ owner }: Bench) {
  await owner`insert into tenant (id, name, status) select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Tenant ' || n, 'active' from generate_series(1, ${tenants}) n`
  await owner`insert into device (tenant_id, id, name, type, hardware_id)
    select t.id, gen_random_uuid(), 'edge-' || lpad(d::text, 5, '0'), 'appliance', gen_random_uuid()::text from tenant t, generate_series(1, ${devicesEach}) d`
  await owner`insert into device_presence (tenant_id, id, device_id, last_seen_at) select tenant_id, gen_random_uuid(), id, now() from device`
  await owner`vacuum analyze`
}

/** A signed-in reader in each of some tenants; their Authorization headers. */
const signIn = async (bench: Bench) =>
  (await Promise.all(Array.from({ length: signedInTenants }, (_, n) => addReaders(bench, tenantId(n + 1), 1, 'devices.read'))))
    .flat()
    .map((token) => `Bearer ${token}`)

/** What the API asks for this page. */
const page = (
  tenant: string,
) => `select d.tenant_id, d.id, d.created_at, d.updated_at, d.version, d.org_unit_id, d.name, d.type, d.hardware_id, d.location, d.agent_version, d.address, p.last_seen_at
  from device d left join device_presence p on p.tenant_id = d.tenant_id and p.device_id = d.id
  where d.tenant_id = '${tenant}' order by d.name asc, d.id asc limit 26;`

async function pgbench({ folder, urls }: Bench, pipelined: boolean): Promise<number> {
  const files: string[] = []
  for (let n = 1; n <= signedInTenants; n += 1) {
    const set = `set local app.tenant_id='${tenantId(n)}';\nset local app.units='all';`
    const body = `begin read only;\n${set}\n${page(tenantId(n))}\ncommit;`
    const file = join(folder, `page-${n}.sql`)
    await Bun.write(file, pipelined ? `\\startpipeline\n${body}\n\\endpipeline\n` : `${body}\n`)
    files.push('-f', file)
  }
  const out = await Bun.$`pgbench -n -M prepared -c 8 -j 1 -T ${seconds} ${files} ${urls.app}`.quiet().text()
  return Number(out.match(/tps = ([\d.]+)/)?.[1] ?? 0)
}

async function bench() {
  const bench = await openBench()
  try {
    console.log(
      `${rounded(tenants)} tenants, ${rounded(tenants * devicesEach)} devices; 8 connections; ${rounds} rounds of ${seconds} s, the middle one counts`,
    )
    await fill(bench)
    const tokens = await signIn(bench)
    const [port, barePort] = [freePort(), freePort()]
    const api = await startCommand(['api'], { ...bench.environment, API_PORT: String(port), DATABASE_POOL: '8' }, port)
    const bare = await startBare(barePort)
    const found: Record<'pgbench' | 'pipelined' | 'api' | 'bare' | 'guard', number[]> = {
      pgbench: [],
      pipelined: [],
      api: [],
      bare: [],
      guard: [],
    }
    const load = { connections: 8, seconds, headers: tokens }
    await wrk(`${api.url}/api/v1/devices?limit=25`, { ...load, seconds: 2 })
    for (let round = 0; round < rounds; round += 1) {
      found.pgbench.push(await pgbench(bench, false))
      found.pipelined.push(await pgbench(bench, true))
      const devices = await wrk(`${api.url}/api/v1/devices?limit=25`, load)
      if (devices.errors) throw new Error(`${devices.errors} answers were not 200`)
      found.api.push(devices.perSecond)
      found.bare.push((await wrk(`${bare.url}/bare`, load)).perSecond)
      found.guard.push((await wrk(`${api.url}/api/v1/me/features`, load)).perSecond)
    }
    const half = middle(found.api) / 2
    const steady = await atRate(half, seconds, (n) =>
      fetch(`${api.url}/api/v1/devices?limit=25`, { headers: { authorization: tokens[n % tokens.length]! } }).then((reply) =>
        reply.arrayBuffer(),
      ),
    )
    const [page, guard] = [middle(ratios(found.api, found.pgbench)), middle(ratios(found.guard, found.bare))]
    table('GET /api/v1/devices?limit=25', [
      ['', 'a second', 'ratio', 'goal', ''],
      ['pgbench, prepared', rounded(middle(found.pgbench)), '1.00', '', ''],
      [
        'pgbench, one pipeline a transaction',
        rounded(middle(found.pipelined)),
        rounded(middle(ratios(found.pipelined, found.pgbench)), 2),
        '',
        '',
      ],
      ['API: token, session, permission, RLS, JSON', rounded(middle(found.api)), rounded(page, 2), '0.45', verdict(page, 0.45)],
    ])
    table('The guard alone, no database', [
      ['', 'a second', 'ratio', 'goal', ''],
      ['bare Elysia route', rounded(middle(found.bare)), '1.00', '', ''],
      ['guarded route of the whole application', rounded(middle(found.guard)), rounded(guard, 2), '0.70', verdict(guard, 0.7)],
    ])
    table(`Waiting at half load (${rounded(half)} a second)`, [
      ['', 'milliseconds', 'goal', ''],
      ['50th percentile', rounded(steady.p50Ms, 1), '', ''],
      ['99th percentile', rounded(steady.p99Ms, 1), '25', verdict(steady.p99Ms, 25, false)],
    ])
    await bare.stop()
    await api.stop()
  } finally {
    await bench.end()
  }
}

await bench()
process.exit(0)
