import { asc } from 'drizzle-orm'
import postgres from 'postgres'
import { runJob } from '../core/jobs'
import { liveEvents } from '../core/schema'
import type { RecordKind } from '../edge/records/schema'
import { jobs } from '../jobs'
import { within } from './api'

/** A login above all rules: for what no role of ours may see. */
export const owner = postgres(Bun.env.DATABASE_OWNER_URL!, { max: 2, onnotice: () => {} })
const ingest = postgres(Bun.env.DATABASE_INGEST_URL!, { max: 2, onnotice: () => {} })

export interface Reporter {
  tenant_id: string
  device_id: string
}
export interface Reported {
  kind: RecordKind
  at?: Date
  data: Record<string, unknown>
}

/** Stores records as the ingestor does, with its role and its rights alone, and queues the job that takes them up. */
export async function report({ tenant_id, device_id }: Reporter, reported: Reported[]) {
  const rows = reported.map(({ kind, at = new Date(), data }) => ({ id: Bun.randomUUIDv7(), kind, at, data }))
  await ingest`
    insert into device_record (tenant_id, id, device_id, at, kind, key, data)
    select ${tenant_id}, id, ${device_id}, at, kind, id, data
    from jsonb_to_recordset(${ingest.json(rows as never)}) as r (id uuid, at timestamptz, kind text, data jsonb)`
  await ingest`select queue_records(${[tenant_id]}::uuid[])`
}

/** `addFrames` keeps it for its frames; who adds them otherwise says how long it is kept. */
export async function addLayout(
  tenant_id: string,
  metrics: string[],
  labels: Record<string, string> = {},
  kept_until = new Date(0),
): Promise<string> {
  const id = Bun.randomUUIDv7()
  await ingest`
    insert into telemetry_layout (tenant_id, id, hash, metrics, labels, kept_until)
    values (${tenant_id}, ${id}, ${id}, ${metrics}, ${ingest.json(labels)}, ${kept_until})`
  return id
}

/** One frame: the moment (epoch milliseconds) and the values of the layout's metrics at it. */
export type Frame = [number, ...number[]]

/** As the ingestor does: what arrived is noted with the frames. */
export async function addFrames({ tenant_id, device_id }: Reporter, layout_id: string, frames: Frame[]) {
  const rows = JSON.stringify(frames.map(([at, ...values]) => ({ at: new Date(at), v: `{${values.join(',')}}` })))
  // As short as may be: who asks for layouts by that time must find them all the same.
  const latest = new Date(frames.reduce((most, [at]) => Math.max(most, at), 0))
  await owner`
    update telemetry_layout set kept_until = greatest(kept_until, ${latest}) where tenant_id = ${tenant_id} and id = ${layout_id}`
  await ingest.begin(async (sql) => {
    await sql`
      insert into telemetry_frame (tenant_id, device_id, at, layout_id, values)
      select ${tenant_id}, ${device_id}, at, ${layout_id}, v::float8[] from json_to_recordset(${rows}::text::json) as r (at timestamptz, v text)
      on conflict do nothing`
    await sql`
      insert into telemetry_arrival (tenant_id, device_id, at)
      select distinct ${tenant_id}::uuid, ${device_id}::uuid, date_bin('5 minutes', at, '2000-01-03Z')
      from json_to_recordset(${rows}::text::json) as r (at timestamptz)
      on conflict (tenant_id, device_id, at) do update set at = excluded.at where false`
  })
}

/** A refused record that was kept whole. */
export async function addRejected({ tenant_id, device_id }: Reporter, record = '{}', error = 'unknown_kind'): Promise<string> {
  const id = Bun.randomUUIDv7()
  await ingest`
    insert into rejected_record (tenant_id, id, device_id, error, detail, record, replayable)
    values (${tenant_id}, ${id}, ${device_id}, ${error}, 'arranged by a test', ${record}, true)`
  return id
}

interface Queued {
  task: string
  key: string | null
  payload: Record<string, unknown>
}

/** Runs what is queued for a tenant, one after the other, until nothing is left. The worker process has a test of its own. */
export async function runQueue(tenant_id: string) {
  for (;;) {
    const [job] = await owner<Queued[]>`
      delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
      where t.id = j.task_id and j.id = (select min(id) from graphile_worker._private_jobs where payload->>'tenant_id' = ${tenant_id})
      returning t.identifier as task, j.key, j.payload`
    if (!job) return
    await runJob(jobs[job.task]!, job.payload)
  }
}

/** The jobs of a tenant that wait in the queue. */
export async function queued(tenant_id: string): Promise<Queued[]> {
  return owner`
    select t.identifier as task, j.key, j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
    where j.payload->>'tenant_id' = ${tenant_id} order by j.id`
}

/** What the consoles of a tenant were told so far, in order. */
export const told = (tenant_id: string) =>
  within(tenant_id, async ({ tx, own }) => {
    const events = await tx.select().from(liveEvents).where(own(liveEvents)).orderBy(asc(liveEvents.seq))
    return events.map(({ seq, type, permission, org_unit_id, data }) => ({ seq, type, permission, org_unit_id, data }))
  })

/** For what another process or the network does: comes back as soon as it has happened. */
export async function until(what: string, happened: () => Promise<boolean> | boolean, limitMs = 4_000) {
  const end = performance.now() + limitMs
  while (!(await happened())) {
    if (performance.now() > end) throw new Error(`it never came to be that ${what}`)
    await Bun.sleep(5)
  }
}

interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** All items of a list, page by page. */
export async function walk<T>(read: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const page = await read(cursor)
    items.push(...page.items)
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  return items
}
