import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { makeDevice, send as deliver, telemetry } from '../ingestor/testing'
import { type RunningPostgres, freePort, startPostgres } from './core/embedded-postgres'
import { migrateDatabase } from './core/migrate'
import { authority } from './testing/certificates'
import { eventually } from './testing/eventually'
import { startCommand } from './testing/process'

// A PostgreSQL that speaks TLS, and every process of ours against the certificates that it shows.

const root = mkdtempSync(join(tmpdir(), 'monozu-certificate-'))
const place = { folder: join(root, 'database'), port: freePort(), password: 'postgres', settings: ['fsync=off'] }
const known = authority('known')
const unknown = authority('unknown')
let server: RunningPostgres
let owner: postgres.Sql | undefined

beforeAll(async () => {
  writeFileSync(join(root, 'authority.pem'), known.certificate)
  server = await startPostgres(place)
  await migrateDatabase(server.url, { monozu_app: 'app', monozu_ingest: 'ingest', monozu_management: 'management' })
}, 60_000)
afterAll(async () => {
  await owner?.end()
  await server.stop()
  rmSync(root, { recursive: true })
})

/** The server is stopped, and comes back with this. */
async function show({ certificate, keyText }: { certificate: string; keyText: string }) {
  await owner?.end()
  await server.stop()
  const { uid, gid } = statSync(place.folder)
  for (const [name, text] of Object.entries({ 'server.crt': certificate, 'server.key': keyText })) {
    const path = join(place.folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    chownSync(path, uid, gid)
  }
  server = await startPostgres({ ...place, settings: [...place.settings, 'ssl=on'] })
  owner = postgres(server.url, { max: 1, onnotice: () => {}, fetch_types: false })
}

const as = (role: string, mode: string) => {
  const url = new URL(server.url)
  url.username = `monozu_${role}`
  url.password = role
  return `${url.href}?sslmode=${mode}`
}
const roles = { api: 'app', worker: 'app', ingestor: 'ingest', management: 'management' }
type Name = keyof typeof roles
const names = Object.keys(roles) as Name[]

function start(name: Name, mode: string) {
  const port = freePort()
  const env = {
    DATABASE_URL: as(roles[name], mode),
    SECRET_KEY: Bun.env.SECRET_KEY!,
    ENCRYPTION_KEYS: Bun.env.ENCRYPTION_KEYS!,
    NODE_EXTRA_CA_CERTS: join(root, 'authority.pem'),
    PORT: String(port),
    SPOOL_BYTES: '0',
    LOG_LEVEL: 'info',
  }
  const url = `http://127.0.0.1:${port}`
  const status = () =>
    fetch(`${url}/readyz`).then(
      (reply) => reply.status,
      () => 0,
    )
  const isReady = () =>
    name === 'worker' ? command.output().includes('worker is waiting for jobs') : status().then((code) => code === 200)
  const command = startCommand([name], env)
  return { ...command, url, status, isReady }
}

/** Which roles are connected, and whether each of their connections is encrypted. */
const connected = () => owner!<{ role: string; ssl: boolean }[]>`
  select a.usename as role, bool_and(s.ssl) as ssl from pg_stat_activity a join pg_stat_ssl s using (pid) where a.usename like 'monozu_%' group by 1 order by 1`

describe('a database that asks for TLS', () => {
  // ASVS 12.3.1, 12.3.2
  test('is served from by every process that knows its authority, and by none from the moment it shows another certificate', async () => {
    await show(known.certify('127.0.0.1'))
    const device = await makeDevice(undefined, owner)
    const processes = names.map((name) => start(name, 'require'))
    const [api, , ingestor, management] = processes
    for (const { isReady, output } of processes) expect([await eventually(isReady, 20_000), output()]).toEqual([true, output()])
    const delivery = async () => (await deliver(ingestor!.url, device, [telemetry({ value: 1 })])).status
    expect(await delivery()).toBe(204)
    const encrypted = ['monozu_app', 'monozu_ingest', 'monozu_management'].map((role) => ({ role, ssl: true }))
    expect([...(await connected())]).toEqual(encrypted)

    await show(unknown.certify('127.0.0.1'))
    expect(await eventually(async () => (await delivery()) === 503, 10_000)).toBe(true)
    for (const { status } of [api!, management!]) expect(await eventually(async () => (await status()) === 503, 10_000)).toBe(true)
    expect([...(await connected())]).toEqual([])

    await show(known.certify('127.0.0.1'))
    expect(await eventually(async () => (await delivery()) === 204, 20_000)).toBe(true)
    for (const { status } of [api!, management!]) expect(await eventually(async () => (await status()) === 200, 20_000)).toBe(true)
    expect(await Promise.all(processes.map(({ stop }) => stop()))).toEqual([0, 0, 0, 0])
  }, 90_000)

  // ASVS 12.3.2
  test.each([
    ['of an authority that is not known', () => unknown.certify('127.0.0.1'), 'require', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['of an authority that is not known', () => unknown.certify('127.0.0.1'), 'verify-full', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['for another name', () => known.certify('other.example'), 'require', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['for another name', () => known.certify('other.example'), 'verify-ca', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])(
    'with a certificate %s keeps every process from starting (%#)',
    async (_, certificate, mode, code) => {
      await show(certificate())
      for (const name of names) {
        const { code: exit, output } = await start(name, mode).ended()
        expect([name, exit, output]).toEqual([name, 1, expect.stringContaining(`the certificate of the database is not trusted (${code})`)])
      }
      expect([...(await connected())]).toEqual([])
    },
    60_000,
  )
})
