import { expect, test } from 'bun:test'
import { freePort } from '../src/core/embedded-postgres'
import { pgBouncer, startPgBouncer } from '../src/testing/pgbouncer'
import { startCommand } from '../src/testing/process'
import { framesOf, makeDevice, moment, owner, recordsOf, send, startIngestor, telemetry, until } from './testing'

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

test.skipIf(!pgBouncer)('behind PgBouncer that keeps sessions records are stored, and a revoked key is a stranger at once', async () => {
  const ingestor = startIngestor(await startPgBouncer(Bun.env.DATABASE_INGEST_URL!, 'session', 20))
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

test.skipIf(!pgBouncer)(
  'behind one that mixes sessions nothing is acknowledged that is not stored, and the log and the doctor say why',
  async () => {
    // They meet on the one there is.
    const DATABASE_URL = await startPgBouncer(Bun.env.DATABASE_INGEST_URL!, 'transaction', 1)
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
