import { parseArgs } from 'node:util'
import { type Configuration, readConfiguration } from '../core/configuration'
import { traced } from '../core/telemetry'

export const help = `Usage: monozu ingestor [--workers N]

Takes what edge appliances deliver: POST /v1/ingest on HOST:INGESTOR_PORT (0.0.0.0:8090).
Needs DATABASE_URL (the role monozu_ingest). Start as many as are needed.
While the database is away, up to SPOOL_BYTES (1 GiB; 0: none) are kept in SPOOL_DIR (spool in DATA_DIR, which is .data) and stored when it is back.
--workers starts that many processes on one port (Linux: SO_REUSEPORT), starts a dead one again, and drains all of them.
SIGTERM drains: readiness fails, DRAIN_SECONDS (5) later nothing new is taken, and requests in flight finish (10 s).`

const mostWorkers = 64

export async function run(words: string[]): Promise<number> {
  const { values } = parseArgs({ args: words, options: { workers: { type: 'string', default: '1' } } })
  const workers = Number(values.workers)
  if (!Number.isInteger(workers) || workers < 1 || workers > mostWorkers) {
    console.error(`monozu: --workers must be a whole number from 1 to ${mostWorkers}`)
    return 2
  }
  const configuration = readConfiguration(Bun.env, ['DATABASE_URL'])
  return workers > 1 ? supervise(workers, configuration) : traced('monozu-ingestor', configuration, () => ingest(configuration))
}

async function ingest(configuration: Configuration): Promise<number> {
  const { DATABASE_URL, HOST, PORT, INGESTOR_PORT } = configuration
  const { assertSafeRole } = await import('../core/database-role')
  const { known } = await assertSafeRole(DATABASE_URL, 'monozu_ingest')
  const { asWorker } = await import('../up/workers')
  const { openIngestor } = await import('../../ingestor/server')
  const { holdBack } = await import('../../ingestor/connect')
  if (known) holdBack(known)
  const { untilStopped } = await import('../core/stop')
  const stopped = untilStopped()
  const { spoolPlace } = await import('../../ingestor/spool/place')
  const ingestor = openIngestor({
    databaseUrl: DATABASE_URL,
    port: PORT || INGESTOR_PORT,
    hostname: HOST,
    spool: spoolPlace(configuration),
    isShared: Bun.env.MONOZU_WORKER !== undefined,
    gather: Bun.env.MONOZU_WORKER === undefined ? undefined : asWorker,
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

/** Longer than a worker that drains takes by itself. */
const stopMs = (drainSeconds: number) => drainSeconds * 1000 + 20_000

async function supervise(workers: number, { DATABASE_URL, HOST, PORT, INGESTOR_PORT, DRAIN_SECONDS }: Configuration): Promise<number> {
  const { assertSafeRole } = await import('../core/database-role')
  await assertSafeRole(DATABASE_URL, 'monozu_ingest')
  const { assertFree } = await import('../up/ports')
  const { superviseWorkers } = await import('../up/workers')
  const { untilStopped } = await import('../core/stop')
  // With SO_REUSEPORT a second program on the port would take its part of the requests without a word.
  assertFree(HOST, PORT || INGESTOR_PORT, PORT ? 'PORT' : 'INGESTOR_PORT')
  const stopped = untilStopped()
  const parts = superviseWorkers('ingestor', workers, stopMs(DRAIN_SECONDS))
  await stopped
  await parts.stop()
  return 0
}
