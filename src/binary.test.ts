import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type RunningPostgres, freePort, startPostgres } from './core/embedded-postgres'
import { startCollector } from './testing/collector'
import { eventually } from './testing/eventually'

// What an operator gets: one file, started in an empty folder with only a database and secrets.

const binary = resolve(import.meta.dir, '../dist/monozu')
const folder = mkdtempSync(join(tmpdir(), 'monozu-binary-'))
const empty = join(folder, 'empty')
let database: RunningPostgres

const run = (words: string[], env: Record<string, string> = {}) => {
  const { exitCode, stdout, stderr } = Bun.spawnSync([binary, ...words], {
    cwd: empty,
    env: { PATH: Bun.env.PATH!, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  return { exitCode, out: stdout.toString(), error: stderr.toString() }
}
const as = (role: string, password: string) => database.url.replace('postgres:admin@', `${role}:${password}@`)

beforeAll(async () => {
  await Bun.$`mkdir -p ${empty}`
  database = await startPostgres({ folder: join(folder, 'postgres'), port: freePort(), password: 'admin', settings: ['fsync=off'] })
})
afterAll(async () => {
  await database.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(!existsSync(binary))('the binary', () => {
  test.each(['up', 'api', 'ingestor', 'worker', 'migrate', 'edge', 'doctor', 'openapi'])(
    '%s explains itself without any configuration',
    (command) => {
      const { exitCode, out } = run([command, '--help'])
      expect({ exitCode, says: out.startsWith(`Usage: monozu ${command}`) }).toEqual({ exitCode: 0, says: true })
    },
  )

  test('a command that does not exist ends with 2 and the list of those that do', () => {
    const { exitCode, error } = run(['serve'])
    expect(exitCode).toBe(2)
    expect(error).toContain('ingestor')
  })

  test('what is missing is told by name, all at once', () => {
    const { exitCode, error } = run(['api'], { API_PORT: 'x' })
    expect(exitCode).toBe(2)
    for (const name of ['DATABASE_URL', 'SECRET_KEY', 'ENCRYPTION_KEYS', 'API_PORT']) expect(error).toContain(name)
  })

  test('two migrate at once, a third time changes nothing, and the doctor is content', async () => {
    const env = { PATH: Bun.env.PATH!, DATABASE_URL: database.url, DATABASE_APP_PASSWORD: 'app', DATABASE_INGEST_PASSWORD: 'ingest' }
    const both = [1, 2].map(() => Bun.spawn([binary, 'migrate'], { cwd: empty, env, stdout: 'ignore', stderr: 'inherit' }).exited)
    expect(await Promise.all(both)).toEqual([0, 0])
    expect(run(['migrate'], env)).toMatchObject({ exitCode: 0, out: 'nothing to apply; rights renewed\n' })
    const doctor = run(['doctor'], { DATABASE_URL: as('monozu_app', 'app'), SECRET_KEY: 'a secret that is never printed 0123456789' })
    expect(doctor).toMatchObject({ exitCode: 0 })
    expect(doctor.out).not.toContain('never printed')
    expect(run(['doctor'], { DATABASE_URL: as('monozu_app', 'app').replace(/:\d+\//, ':1/') }).exitCode).toBe(1)
  })

  test('refuses a database role that row-level security does not bind', () => {
    const env = {
      DATABASE_URL: database.url,
      SECRET_KEY: 'k'.repeat(40),
      ENCRYPTION_KEYS: `k:${Buffer.alloc(32, 1).toString('base64')}`,
      API_PORT: String(freePort()),
    }
    for (const command of ['api', 'worker', 'ingestor']) {
      const { exitCode, error } = run([command], env)
      expect([command, exitCode, error.includes('above row-level security')]).toEqual([command, 1, true])
    }
  })

  test('serves API, console and a 40 KB cookie from an empty folder, leaves nothing in it, drains, and tells its spans', async () => {
    const port = freePort()
    const collector = startCollector()
    const env = {
      PATH: Bun.env.PATH!,
      DATABASE_URL: as('monozu_app', 'app'),
      SECRET_KEY: 'only for this test: more than thirty-two characters',
      ENCRYPTION_KEYS: `k:${Buffer.alloc(32, 1).toString('base64')}`,
      HOST: '127.0.0.1',
      PORT: String(port),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    }
    const api = Bun.spawn([binary, 'api'], { cwd: empty, env, stdout: 'ignore', stderr: 'inherit' })
    const url = `http://127.0.0.1:${port}`
    const isReady = () =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    expect(await eventually(isReady, 20_000)).toBe(true)
    const page = await fetch(`${url}/devices`, { headers: { cookie: `big=${'x'.repeat(40_000)}` } })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html;charset=utf-8'])
    expect(await page.text()).toContain('Monozu Cloud')
    expect(await fetch(`${url}/api/docs/json`).then((reply) => reply.json())).toHaveProperty('openapi')
    expect(run(['doctor', '--ready'], { PORT: String(port) }).exitCode).toBe(0)
    api.kill('SIGTERM')
    expect(await api.exited).toBe(0)
    expect(run(['doctor', '--ready'], { PORT: String(port) }).exitCode).toBe(1)
    expect(readdirSync(empty)).toEqual([])
    expect(collector.spans.map(({ name, service }) => [service, name])).toContainEqual(['monozu-api', 'GET /api/docs/json'])
    await collector.stop()
  })
})
