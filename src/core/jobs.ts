import { sql } from 'drizzle-orm'
import { limits } from './limits'
import { type Scope, inTenant, isId, jobActor } from './scope'
import { traceparent } from './spans'

/** A background job of one tenant. It may run more than once: doing it again must change nothing. */
export type Job = (scope: Scope, payload: Record<string, unknown>) => Promise<unknown>

/** Work of the platform itself, outside of any tenant, on a schedule (crontab, UTC). */
export interface Chore {
  crontab: string
  run: () => Promise<unknown>
}

/** Queues a job with the commit of this transaction, and with the trace it belongs to where there is one. Jobs with the same `key` that have not started yet become one; it starts after `waitMs`. */
export async function enqueue({ tx, actor }: Scope, task: string, payload: Record<string, unknown> = {}, key?: string, waitMs = 0) {
  const text = JSON.stringify({ ...payload, ...traceparent() })
  await tx.execute(
    sql`select queue_job(${task}, ${actor.tenant_id}::uuid, ${text}::json, ${key ? `:${key}` : null}, now() + ${waitMs} * interval '1 millisecond')`,
  )
}

/** Runs one job in the tenant its payload names. Nobody waits for it: the timeout of its role, made for those who do, would break it off each time anew. */
export async function runJob(job: Job, payload: unknown) {
  const { tenant_id, traceparent: _, ...rest } = payload as Record<string, unknown>
  if (typeof tenant_id !== 'string' || !isId(tenant_id)) throw new Error('a job must name its tenant')
  await inTenant(jobActor(tenant_id), 'read write', async (scope) => {
    await scope.tx.execute(sql.raw(`set local statement_timeout = ${limits.jobMs}`))
    return job(scope, rest)
  })
}
