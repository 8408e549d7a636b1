import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeEach } from 'bun:test'
import { freePort, startPostgres } from '../core/embedded-postgres'
import { migrateDatabase } from '../core/migrate'
import './password-cost'
import { processes } from './process'

// One real PostgreSQL for the run; what is tested connects as the roles that own nothing.
const folder = join(tmpdir(), `monozu-test-${process.pid}`)
const server = await startPostgres({ folder, port: freePort(), password: 'postgres', settings: ['fsync=off', 'max_connections=200'] })
await migrateDatabase(server.url, { monozu_app: 'app', monozu_ingest: 'ingest', monozu_management: 'management' })

const as = (role: string, password: string) => server.url.replace('postgres:postgres@', `${role}:${password}@`)
Bun.env.DATABASE_OWNER_URL = server.url
Bun.env.DATABASE_URL = as('monozu_app', 'app')
Bun.env.DATABASE_INGEST_URL = as('monozu_ingest', 'ingest')
Bun.env.MANAGEMENT_DATABASE_URL = as('monozu_management', 'management')
Bun.env.SECRET_KEY = 'for the tests alone: thirty-two characters and more'
Bun.env.ENCRYPTION_KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`
Bun.env.ADMIN_PANEL_ENABLED = 'true'
Bun.env.LOG_LEVEL ??= 'silent'

await import('./predicate-law')
await import('./drizzle-law')

beforeEach(processes.testBegins)
// Browsers and servers take their time to end where the machine is busy.
afterEach(processes.testEnds, 30_000)
afterAll(async () => {
  await processes.runEnds()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)
