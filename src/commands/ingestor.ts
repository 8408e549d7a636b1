import { readConfiguration } from '../core/configuration'

export const help = `Usage: monozu ingestor

Takes what edge appliances deliver: POST /v1/ingest on HOST:INGESTOR_PORT (0.0.0.0:8090).
Needs DATABASE_URL (the role monozu_ingest). Start as many as are needed.
SIGTERM drains: readiness fails, requests in flight finish (10 s).`

export async function run(): Promise<number> {
  const { DATABASE_URL, HOST, PORT, INGESTOR_PORT } = readConfiguration(Bun.env, ['DATABASE_URL'])
  const { assertSafeRole } = await import('../core/database-role')
  await assertSafeRole(DATABASE_URL, 'monozu_ingest')
  const { openIngestor } = await import('../../ingestor/server')
  const { untilStopped } = await import('../core/stop')
  const stopped = untilStopped()
  const ingestor = openIngestor({ databaseUrl: DATABASE_URL, port: PORT || INGESTOR_PORT, hostname: HOST })
  console.log(`monozu ingestor listens on ${ingestor.url}`)
  await stopped
  await ingestor.stop()
  return 0
}
