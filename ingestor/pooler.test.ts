import { afterAll, expect, test } from 'bun:test'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../src/core/embedded-postgres'
import { debianProgram } from '../src/testing/debian'
import { startCommand, watch } from '../src/testing/process'
import { framesOf, makeDevice, moment, owner, recordsOf, send, startIngestor, telemetry, until } from './testing'

const program = await debianProgram('pgbouncer', 'usr/sbin/pgbouncer')
const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'))
afterAll(() => rm(folder, { recursive: true }))

/** A PgBouncer of this mode before the database; the URL that leads through it. */
async function startPgBouncer(mode: 'session' | 'transaction'): Promise<string> {
  const url = new URL(Bun.env.DATABASE_INGEST_URL!)
  const port = freePort()
  const [file, users] = [join(folder, `${mode}.ini`), join(folder, 'users.txt')]
  await writeFile(users, `"${url.username}" "${url.password}"\n`)
  await writeFile(
    file,
    `[databases]\n* = host=${url.hostname} port=${url.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = ${users}\npool_mode = ${mode}\ndefault_pool_size = ${mode === 'session' ? 20 : 1}\n`,
  )
  await chmod(folder, 0o755)
  // It does not run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'postgres'] : []
  watch(Bun.spawn([program!.path, ...user, file], { env: { ...Bun.env, ...program!.environment }, stdout: 'ignore', stderr: 'ignore' }))
  url.port = String(port)
  return url.href
}

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

test.skipIf(!program)('behind PgBouncer that keeps sessions records are stored, and a revoked key is a stranger at once', async () => {
  const ingestor = startIngestor(await startPgBouncer('session'))
  try {
    await until(() => answers(`${ingestor.url}/readyz`))
    const device = await makeDevice()
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) =>
        expect((await send(ingestor.url, device, [telemetry({ a: index }, index)])).status).toBe(204),
      ),
    )
    expect(await framesOf(device.tenant_id)).toHaveLength(50)
    await owner`update device_key set revoked_at = now() where id = ${device.key_id}`
    const begun = performance.now()
    await owner.notify('monozu', `devices ${device.tenant_id}`)
    await until(async () => (await send(ingestor.url, device, [])).status === 401)
    expect(performance.now() - begun).toBeLessThan(1000)
  } finally {
    await ingestor.stop()
  }
})

test.skipIf(!program)(
  'behind one that mixes sessions nothing is acknowledged that is not stored, and the log and the doctor say why',
  async () => {
    const DATABASE_URL = await startPgBouncer('transaction')
    const ports = [freePort(), freePort()]
    const ingestors = ports.map((port) =>
      startCommand(['ingestor'], { DATABASE_URL, INGESTOR_PORT: String(port), SPOOL_BYTES: '0', DRAIN_SECONDS: '0', LOG_LEVEL: 'warn' }),
    )
    const [one, other] = ports.map((port) => `http://127.0.0.1:${port}`) as [string, string]
    await until(async () => (await answers(`${one}/healthz`)) && (await answers(`${other}/healthz`)))
    const log = (index: number) => ({ kind: 'log', timestamp: moment(index), data: { level: 'info', message: 'm' } })

    async function isKept(url: string, record: object): Promise<boolean> {
      const device = await makeDevice()
      const { status } = await send(url, device, [record])
      expect([204, 503]).toContain(status)
      const stored = (await framesOf(device.tenant_id)).length + (await recordsOf(device.tenant_id)).length
      return status === 503 || stored === 1
    }

    for (let index = 0; index < 20; index += 1) {
      const records = [telemetry({ a: index }, index), log(index)]
      const kept = await Promise.all([one, other].flatMap((url) => records.map((record) => isKept(url, record))))
      expect(kept).not.toContain(false)
    }
    await until(async () => ingestors.some(({ output }) => output().includes('pool_mode = session')))
    const doctor = startCommand(['doctor'], { DATABASE_URL })
    await doctor.ended()
    expect(doctor.output()).toContain('through a pooler')
  },
)
