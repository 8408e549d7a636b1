import { expect, test } from 'bun:test'
import { eventually } from '../testing/eventually'
import { pgBouncer, startPgBouncer } from '../testing/pgbouncer'
import { startCommand } from '../testing/process'
import { freePort } from './embedded-postgres'
import { mintCredential } from './secrets'

test.skipIf(!pgBouncer)('behind a pooler that mixes sessions who asks is told to come again, and the log says why', async () => {
  const DATABASE_URL = await startPgBouncer(Bun.env.DATABASE_URL!, 'transaction', 4)
  const port = freePort()
  const { SECRET_KEY = '', ENCRYPTION_KEYS = '' } = Bun.env
  const api = startCommand(['api'], { DATABASE_URL, SECRET_KEY, ENCRYPTION_KEYS, API_PORT: String(port), LOG_LEVEL: 'warn' })
  const url = `http://127.0.0.1:${port}`
  const isThere = () =>
    fetch(`${url}/healthz`)
      .then(({ ok }) => ok)
      .catch(() => false)
  expect(await eventually(isThere, 20_000)).toBe(true)
  /** A stranger each, so that the database is asked. */
  const ask = () =>
    fetch(`${url}/api/v1/commands`, { headers: { 'x-device-key': mintCredential('mzd', Bun.randomUUIDv7(), Bun.randomUUIDv7()).text } })
  const met = new Set<string>()
  async function isMixed() {
    for (const { status, headers } of await Promise.all(Array.from({ length: 20 }, ask))) met.add(`${status} ${headers.get('retry-after')}`)
    return met.size > 1 && api.output().includes('pool_mode = session')
  }
  expect(await eventually(isMixed, 20_000)).toBe(true)
  expect([...met].toSorted()).toEqual(['401 null', '503 2'])
})
