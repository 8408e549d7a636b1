import { join } from 'node:path'
import { readConfiguration } from '../core/configuration'

export const help = `Usage: monozu ingestor

Takes what edge appliances deliver: POST /v1/ingest on HOST:INGESTOR_PORT (0.0.0.0:8090).
Needs DATABASE_URL (the role monozu_ingest). Start as many as are needed.
While the database is away, up to SPOOL_BYTES (1 GiB; 0: none) are kept in SPOOL_DIR (spool in DATA_DIR, which is .data) and stored when it is back.
SIGTERM drains: readiness fails, DRAIN_SECONDS (5) later nothing new is taken, and requests in flight finish (10 s).`

export async function run(): Promise<number> {
  const configuration = readConfiguration(Bun.env, ['DATABASE_URL'])
  const { DATABASE_URL, HOST, PORT, INGESTOR_PORT, SPOOL_DIR, SPOOL_BYTES } = configuration
  const { assertSafeRole } = await import('../core/database-role')
  const { known } = await assertSafeRole(DATABASE_URL, 'monozu_ingest')
  const { openIngestor } = await import('../../ingestor/server')
  const { holdBack } = await import('../../ingestor/connect')
  if (known) holdBack(known)
  const { untilStopped } = await import('../core/stop')
  const stopped = untilStopped()
  const spool = SPOOL_BYTES ? { folder: SPOOL_DIR || join(Bun.env.DATA_DIR ?? '.data', 'spool'), bytes: SPOOL_BYTES } : undefined
  const ingestor = openIngestor({
    databaseUrl: DATABASE_URL,
    port: PORT || INGESTOR_PORT,
    hostname: HOST,
    spool,
    quota: { valuesPerSecond: configuration.TENANT_VALUES_PER_SECOND, bytesPerSecond: configuration.TENANT_BYTES_PER_SECOND },
    drainMs: configuration.DRAIN_SECONDS * 1000,
    metricsTokens: configuration.METRICS_TOKEN,
    otlp: {
      endpoint: configuration.OTEL_EXPORTER_OTLP_ENDPOINT,
      headers: configuration.OTEL_EXPORTER_OTLP_HEADERS,
      intervalMs: configuration.OTEL_METRIC_EXPORT_INTERVAL,
      serviceName: configuration.OTEL_SERVICE_NAME || 'monozu-ingestor',
    },
  })
  console.log(`monozu ingestor listens on ${ingestor.url}`)
  await stopped
  await ingestor.stop()
  return 0
}
