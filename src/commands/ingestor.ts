import { join } from 'node:path'
import { readConfiguration } from '../core/configuration'

export const help = `Usage: monozu ingestor

Takes what edge appliances deliver: POST /v1/ingest on HOST:INGESTOR_PORT (0.0.0.0:8090).
Needs DATABASE_URL (the role monozu_ingest). Start as many as are needed.
While the database is away, up to SPOOL_BYTES (1 GiB; 0: none) are kept in SPOOL_DIR (spool in DATA_DIR, which is .data) and stored when it is back.
SIGTERM drains: readiness fails, requests in flight finish (10 s).`

export async function run(): Promise<number> {
  const { DATABASE_URL, HOST, PORT, INGESTOR_PORT, SPOOL_DIR, SPOOL_BYTES } = readConfiguration(Bun.env, ['DATABASE_URL'])
  const { assertSafeRole } = await import('../core/database-role')
  const { known } = await assertSafeRole(DATABASE_URL, 'monozu_ingest')
  const { openIngestor } = await import('../../ingestor/server')
  const { holdBack } = await import('../../ingestor/connect')
  if (known) holdBack(known)
  const { untilStopped } = await import('../core/stop')
  const stopped = untilStopped()
  const spool = SPOOL_BYTES ? { folder: SPOOL_DIR || join(Bun.env.DATA_DIR ?? '.data', 'spool'), bytes: SPOOL_BYTES } : undefined
  const ingestor = openIngestor({ databaseUrl: DATABASE_URL, port: PORT || INGESTOR_PORT, hostname: HOST, spool })
  console.log(`monozu ingestor listens on ${ingestor.url}`)
  await stopped
  await ingestor.stop()
  return 0
}
