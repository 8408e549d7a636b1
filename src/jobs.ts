import { raw } from './core/db'
import { now } from './core/clock'
import type { Chore, Job } from './core/jobs'
import { limits } from './core/limits'
import { recordJobs } from './edge/records/jobs'
import { retentionJobs } from './edge/retention/jobs'
import { expireTelemetry } from './edge/retention/service'
import { telemetryJobs } from './edge/telemetry/jobs'
import { sealAll } from './identity/audit-log/chain'
import { recheckDomains } from './identity/domains/service'
import { pullLicences } from './identity/licences/service'
import { mailJobs } from './identity/mail/jobs'
import { offboardingJobs } from './identity/offboarding/jobs'

/** Every background job of every context, by its name in the queue. */
export const jobs: Record<string, Job> = { ...recordJobs, ...telemetryJobs, ...retentionJobs, ...mailJobs, ...offboardingJobs }

/** One statement over all tenants, which takes as long as it takes: what the role's timeout breaks off once it would break off ever after. */
const patiently = (text: string) => () =>
  raw.begin(async (sql) => {
    await sql.unsafe(`set local statement_timeout = ${limits.jobMs}`)
    await sql.unsafe(text, [now().toISOString()])
  })

/** The platform's own housekeeping. */
export const chores: Record<string, Chore> = {
  seal_audit: { crontab: '* * * * *', run: sealAll },
  recheck_domains: { crontab: '53 4 * * *', run: recheckDomains },
  licences: { crontab: '*/5 * * * *', run: pullLicences },
  prepare_partitions: { crontab: '17 3 * * *', run: patiently('select prepare_partitions($1::timestamptz)') },
  resume_offboarding: { crontab: '*/5 * * * *', run: patiently('select resume_offboarding($1::timestamptz)') },
  queue_rollups: { crontab: '*/5 * * * *', run: patiently('select queue_rollups($1::timestamptz)') },
  expire_telemetry: { crontab: '27 2 * * *', run: expireTelemetry },
  housekeep: { crontab: '41 * * * *', run: patiently('select housekeep($1::timestamptz)') },
}
