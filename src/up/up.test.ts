import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import postgres from 'postgres'
import { freePort } from '../core/embedded-postgres'
import { eventually } from '../testing/eventually'
import { watch } from '../testing/process'
import type { DatabaseFile } from './database'
import type { Demo } from './demo'

const main = resolve(import.meta.dir, '../main.ts')
const folder = mkdtempSync(join(tmpdir(), 'monozu-up-'))
const data = join(folder, 'data')
const [port, ingestPort, managementPort] = [freePort(), freePort(), freePort()]
const url = `http://127.0.0.1:${port}`

/** `monozu up` as a person runs it; `said` is what stands on the terminal. */
function up(env: Record<string, string> = {}, words: string[] = []) {
  const ports = { API_PORT: String(port), INGESTOR_PORT: String(ingestPort), MANAGEMENT_PORT: String(managementPort) }
  const child = watch(
    Bun.spawn([process.execPath, main, 'up', ...words], {
      env: { PATH: Bun.env.PATH!, HOME: folder, DATA_DIR: data, DEMO_PASSWORD: 'kept from start to start', ...ports, ...env },
      stdout: 'pipe',
      stderr: 'pipe',
    }),
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    void (async () => {
      for await (const chunk of stream) said += new TextDecoder().decode(chunk)
    })()
  }
  return {
    child,
    said: () => said,
    ready: () => eventually(() => said.includes('Ctrl-C stops everything') || child.exitCode !== null, 30_000),
    async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM') {
      child.kill(signal)
      return child.exited
    },
  }
}

const json = <T>(name: string) => JSON.parse(readFileSync(join(data, name), 'utf8')) as T
const answers = (path: string) =>
  fetch(`${url}${path}`).then(
    ({ ok }) => ok,
    () => false,
  )
const signIn = async ({ email, password }: { email: string; password: string }) =>
  fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })

/** The processes below `up` whose command line holds `words`. */
const pidsOf = (parent: number, words: string) =>
  Bun.spawnSync(['ps', '-o', 'pid=,args=', '--ppid', String(parent)])
    .stdout.toString()
    .split('\n')
    .filter((line) => line.includes(words))
    .map((line) => Number.parseInt(line, 10))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('what stands in the way is told in one sentence', () => {
  const refused = async (env: Record<string, string>, sentence: RegExp) => {
    const started = up({ DATA_DIR: join(folder, 'refused'), ...env })
    expect(await started.child.exited).toBe(1)
    await eventually(() => sentence.test(started.said()))
    const lines = started.said().trim().split('\n').filter(Boolean)
    expect(lines.at(-1)).toMatch(sentence)
    expect(started.said()).not.toMatch(/\bat .*\.ts:\d+|Error:/)
  }

  test('a port that is taken', async () => {
    const taken = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    await refused({ API_PORT: String(taken.port) }, /Port \d+ on 127\.0\.0\.1 is taken.*API_PORT/)
    await refused({ INGESTOR_PORT: String(taken.port) }, /Port \d+ on 127\.0\.0\.1 is taken.*INGESTOR_PORT/)
    await refused({ MANAGEMENT_PORT: String(taken.port) }, /Port \d+ on 127\.0\.0\.1 is taken.*MANAGEMENT_PORT/)
    taken.stop(true)
  })

  test('a folder that cannot be written', async () => {
    await refused({ DATA_DIR: '/proc/monozu' }, /The data folder \/proc\/monozu cannot be written.*DATA_DIR/)
  })

  test('a data folder that is damaged', async () => {
    const damaged = join(folder, 'damaged')
    mkdirSync(damaged)
    writeFileSync(join(damaged, 'secrets.json'), '{ "secret_key": ')
    await refused({ DATA_DIR: damaged }, /secrets\.json is damaged/)
    rmSync(join(damaged, 'secrets.json'))
    mkdirSync(join(damaged, 'postgres'), { mode: 0o700 })
    writeFileSync(join(damaged, 'postgres/PG_VERSION'), '18\n')
    await refused({ DATA_DIR: damaged }, /secrets\.json is missing, but there is a database/)
    const whole = ['secret_key', 'encryption_keys', 'postgres_password', 'app_password', 'ingest_password', 'management_password']
    writeFileSync(join(damaged, 'secrets.json'), JSON.stringify(Object.fromEntries(whole.map((name) => [name, 'x'.repeat(40)]))))
    await refused({ DATA_DIR: damaged }, /PostgreSQL did not start in .*damaged\/postgres/)
  })
})

describe('up', () => {
  let running: ReturnType<typeof up>

  beforeAll(async () => {
    running = up()
    await running.ready()
  }, 60_000)
  afterAll(async () => {
    await running.stop()
  }, 30_000)

  test('prints the addresses and a sign-in that works, and keeps its secrets to itself', async () => {
    expect(running.said()).toContain(`http://localhost:${port}`)
    const demo = json<Demo>('demo.json')
    expect(running.said()).toContain(demo.email)
    for (const who of [demo, demo.technician, demo.other]) expect((await signIn(who)).status).toBe(200)
    for (const name of ['demo.json', 'database.json', 'secrets.json']) expect(statSync(join(data, name)).mode & 0o777).toBe(0o600)
  })

  test('puts this host at a site with a place on the map, in the first organization and in the other', async () => {
    const { tenant_id, other } = json<Demo>('demo.json')
    const sql = postgres(json<DatabaseFile>('database.json').owner_url, { max: 1, onnotice: () => {} })
    const standing = () =>
      sql`select s.name from device d join site s on s.tenant_id = d.tenant_id and s.id = d.site_id where d.tenant_id = ${tenant_id}`
    expect(await eventually(async () => (await standing()).length === 1, 20_000)).toBe(true)
    const sites =
      await sql`select tenant_id, count(*)::int, bool_and(latitude is not null) as placed from site group by tenant_id order by count(*)`
    await sql.end()
    expect([...sites]).toEqual([
      { tenant_id: other.tenant_id, count: 1, placed: true },
      { tenant_id, count: 4, placed: true },
    ])
  })

  test('runs the Management plane, linked with the Cloud, and tells how staff sign in', async () => {
    const { staff, tenant_id } = json<Demo>('demo.json')
    expect(running.said()).toContain(`http://localhost:${managementPort}`)
    expect(running.said()).toContain(staff.email)
    const login = await fetch(`http://127.0.0.1:${managementPort}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(staff),
    })
    expect(await login.json()).toMatchObject({ mfa_enrolment_required: true })
    const sql = postgres(json<DatabaseFile>('database.json').owner_url, { max: 1, onnotice: () => {} })
    // The plan that staff gave has reached the Cloud by a signed message.
    const plan = async () => (await sql`select plan from licence where tenant_id = ${tenant_id}`)[0]?.plan as string
    expect(await eventually(async () => (await plan()) === 'Demo', 10_000)).toBe(true)
    expect(await sql`select state from management.tenant where id = ${tenant_id}`).toMatchObject([{ state: 'active' }])
    await sql.end()
  })

  test('gives an operator one URL a role, each with no more than its rights', async () => {
    const { owner_url, app_url, ingest_url, management_url } = json<DatabaseFile>('database.json')
    const count = async (address: string) => {
      const sql = postgres(address, { max: 1, onnotice: () => {} })
      try {
        return Number((await sql`select count(*) from device`)[0]!.count)
      } catch (error) {
        return (error as { code?: string }).code
      } finally {
        await sql.end()
      }
    }
    await eventually(async () => (await count(owner_url)) === 1, 10_000)
    expect([await count(owner_url), await count(app_url), await count(ingest_url), await count(management_url)]).toEqual([
      1,
      0,
      '42501',
      '42P01',
    ])
  })

  test.each(['api', 'ingestor', 'worker', 'management', 'edge'])('starts the %s again when it is killed', async (part) => {
    const [before] = pidsOf(running.child.pid, `main.ts ${part}`)
    process.kill(before!, 'SIGKILL')
    expect(await eventually(() => pidsOf(running.child.pid, `main.ts ${part}`).some((pid) => pid !== before), 10_000)).toBe(true)
    expect(await eventually(() => answers('/readyz'), 10_000)).toBe(true)
  })

  test('starts PostgreSQL again when it is killed, and all goes on with what was stored', async () => {
    const [before] = pidsOf(running.child.pid, 'postgres')
    process.kill(before!, 'SIGKILL')
    expect(await eventually(() => pidsOf(running.child.pid, 'postgres').some((pid) => pid !== before), 20_000)).toBe(true)
    expect(await eventually(async () => (await answers('/readyz')) && (await signIn(json<Demo>('demo.json'))).ok, 20_000)).toBe(true)
  })

  test('stops all of it on Ctrl-C, and a second start has kept the data', async () => {
    const children = pidsOf(running.child.pid, '')
    expect(await running.stop('SIGINT')).toBe(0)
    const alive = children.filter((pid) => Bun.spawnSync(['kill', '-0', String(pid)]).exitCode === 0)
    expect(alive).toEqual([])
    const demo = json<Demo>('demo.json')
    running = up({ DEMO_PASSWORD: 'another one' })
    await running.ready()
    expect(json<Demo>('demo.json')).toEqual(demo)
    expect((await signIn(demo)).status).toBe(200)
  }, 60_000)
})
