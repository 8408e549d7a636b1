import { sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { config } from '../../core/config'
import { raw } from '../../core/db'
import { notFound } from '../../core/errors'
import { featureNames, isOn } from '../../core/feature-flags'
import { type Actor, type Call, inTenant } from '../../core/scope'
import { tellManagement } from '../../core/tell-management'

interface Counts {
  waiting: number
  running: number
  failed: number
  oldest_at: Date | null
}

/** How this installation of the Cloud is. Chores of the platform are counted too. */
export async function describeInstallation() {
  const [jobs] = await raw<Counts[]>`
    select count(*) filter (where attempts < max_attempts and locked_at is null)::int as waiting,
      count(*) filter (where locked_at is not null)::int as running,
      count(*) filter (where attempts >= max_attempts and locked_at is null)::int as failed,
      min(run_at) filter (where attempts < max_attempts and locked_at is null and run_at <= now()) as oldest_at
    from graphile_worker._private_jobs`
  return { features: featureNames.filter((name) => isOn(name, null)), registration: config.REGISTRATION, jobs: jobs! }
}

interface FailedJob {
  id: string
  tenant_id: string
  task: string
  attempts: number
  created_at: Date
  failed_at: Date
}

interface Filter {
  limit: number
  cursor?: string
  tenant_id?: string
}

/** Jobs of tenants that were given up after all attempts, newest first; never what they hold. */
export async function listFailedJobs({ limit, cursor, tenant_id }: Filter) {
  const rows = await raw<FailedJob[]>`
    select j.id::text as id, j.payload->>'tenant_id' as tenant_id, t.identifier as task, j.attempts::int as attempts, j.created_at, j.updated_at as failed_at
    from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
    where j.attempts >= j.max_attempts and j.locked_at is null and j.payload->>'tenant_id' is not null
      and (${tenant_id ?? null}::text is null or j.payload->>'tenant_id' = ${tenant_id ?? null})
      and (${cursor ?? null}::bigint is null or j.id < ${cursor ?? null}::bigint)
    order by j.id desc limit ${limit + 1}`
  const items = rows.slice(0, limit)
  return { items, next_cursor: rows.length > limit ? items.at(-1)!.id : null }
}

/** A member of staff who acts from outside: no grant lets him see anything of the tenant. */
const asStaff = (staff_id: string, tenant_id: string): Actor => ({
  kind: 'staff',
  id: staff_id,
  tenant_id,
  units: 'all',
  permissions: new Set(),
})

/** From the beginning, at once; on the record of its tenant and on that of the platform. */
export async function retryJob(staff_id: string, id: string, call: Call) {
  const [job] = await raw<{ tenant_id: string }[]>`
    select payload->>'tenant_id' as tenant_id from graphile_worker._private_jobs
    where id = ${id}::bigint and attempts >= max_attempts and locked_at is null and payload->>'tenant_id' is not null`
  if (!job) throw notFound('failed job')
  await inTenant(
    asStaff(staff_id, job.tenant_id),
    'read write',
    async (scope) => {
      const [again] = await scope.tx.execute<{ task: string | null }>(sql`select retry_job(${id}::bigint) as task`)
      if (!again?.task) throw notFound('failed job')
      await audit(scope, 'jobs.retry', null, { after: { task: again.task, job_id: id } })
      await tellManagement(scope, 'jobs.retry', null, { task: again.task, job_id: id })
    },
    call,
  )
}
