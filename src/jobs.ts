import { raw } from './core/db'
import { now } from './core/clock'
import type { Chore, Job } from './core/jobs'
import { recordJobs } from './edge/records/jobs'
import { retentionJobs } from './edge/retention/jobs'
import { expireTelemetry } from './edge/retention/service'
import { telemetryJobs } from './edge/telemetry/jobs'
import { sealAll } from './identity/audit-log/chain'
import { pullLicences } from './identity/licences/service'
import { mailJobs } from './identity/mail/jobs'

/** Every background job of every context, by its name in the queue. */
export const jobs: Record<string, Job> = { ...recordJobs, ...telemetryJobs, ...retentionJobs, ...mailJobs }

/** The platform's own housekeeping. */
export const chores: Record<string, Chore> = {
  seal_audit: { crontab: '* * * * *', run: sealAll },
  licences: { crontab: '*/5 * * * *', run: pullLicences },
  prepare_partitions: { crontab: '17 3 * * *', run: () => raw`select prepare_partitions(${now().toISOString()}::timestamptz)` },
  queue_rollups: { crontab: '*/5 * * * *', run: () => raw`select queue_rollups(${now().toISOString()}::timestamptz)` },
  expire_telemetry: { crontab: '27 2 * * *', run: expireTelemetry },
  housekeep: { crontab: '41 * * * *', run: () => raw`select housekeep(${now().toISOString()}::timestamptz)` },
}
