import { SpanKind } from '@opentelemetry/api'
import { Logger, type Runner, type TaskList, run } from 'graphile-worker'
import { config } from './core/config'
import { assertSafeRole } from './core/database-role'
import { closeDatabase, takeTime } from './core/db'
import { describe } from './core/errors'
import { runJob } from './core/jobs'
import { limits } from './core/limits'
import { log } from './core/log'
import { processFamilies } from './core/metrics'
import { openOtlp } from './core/otlp'
import { inSpan } from './core/spans'
import { untilStopped } from './core/stop'
import { rollupLag } from './edge/telemetry/lag'
import { chores, jobs } from './jobs'

const logger = new Logger(() => (level, message) => {
  if (level === 'error' || level === 'warning') log.warn({ queue: message.slice(0, 200) }, 'job queue')
})

/** A failed job is tried again later with growing pauses; what failed is logged without its payload. */
const told = (name: string, work: () => Promise<unknown>, from?: unknown) => async (): Promise<void> => {
  try {
    await inSpan(`job ${name}`, { kind: SpanKind.CONSUMER, attributes: { 'monozu.job': name }, from }, work)
  } catch (error) {
    log.error({ job: name, error: describe(error) }, 'a job failed and will be tried again')
    throw new Error(`${name} failed`, { cause: error })
  }
}

const taskList = (): TaskList => ({
  ...Object.fromEntries(
    Object.entries(jobs).map(([name, job]) => [
      name,
      (payload: unknown) => told(name, () => runJob(job, payload), (payload as { traceparent?: unknown }).traceparent)(),
    ]),
  ),
  ...Object.fromEntries(Object.entries(chores).map(([name, chore]) => [name, told(name, chore.run)])),
})

const crontab = () =>
  Object.entries(chores)
    .map(([name, chore]) => `${chore.crontab} ${name} ?max=3`)
    .join('\n')

const startQueue = () =>
  run({
    connectionString: config.DATABASE_URL,
    concurrency: 4,
    maxPoolSize: 6,
    pollInterval: 2000,
    noHandleSignals: true,
    noPreparedStatements: false,
    logger,
    taskList: taskList(),
    crontab: crontab(),
  })

/** Each once as the queue begins. One that fails is left to its schedule: it must not keep everything else from being done. */
async function doChores() {
  for (const [name, chore] of Object.entries(chores)) await told(name, chore.run)().catch(() => {})
}

const pushMetrics = () =>
  openOtlp(
    {
      endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
      headers: config.OTEL_EXPORTER_OTLP_HEADERS,
      intervalMs: config.OTEL_METRIC_EXPORT_INTERVAL,
      serviceName: config.OTEL_SERVICE_NAME || 'monozu-worker',
    },
    async () => [...(await rollupLag()), ...processFamilies()],
  )

/** Works until SIGTERM or SIGINT; waits for the database when it is away. The exit code. */
export async function work(): Promise<number> {
  takeTime(limits.jobMs)
  const { known } = await assertSafeRole(config.DATABASE_URL, 'monozu_app')
  const stopped = untilStopped()
  let ending = false
  void stopped.then(() => (ending = true))
  if (known) await Promise.race([known, stopped])
  const metrics = pushMetrics()
  while (!ending) {
    let runner: Runner | undefined
    try {
      runner = await startQueue()
      await doChores()
      log.info('worker is waiting for jobs')
      await Promise.race([stopped, runner.promise])
    } catch (error) {
      log.warn({ error: describe(error) }, 'the queue cannot be reached; trying again')
    }
    await runner?.stop().catch(() => {})
    if (!ending) await Promise.race([stopped, Bun.sleep(1000)])
  }
  await metrics.close()
  await closeDatabase()
  return 0
}
