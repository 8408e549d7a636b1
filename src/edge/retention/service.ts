import { type SQL, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import { nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { raw } from '../../core/db'
import { invalid } from '../../core/errors'
import { enqueue } from '../../core/jobs'
import { limits } from '../../core/limits'
import { type Scope, expectVersion } from '../../core/scope'
import { removeFrames, removeLayouts, removeRecords, removeRefused, removeRollups, rowsAtOnce } from './removal'
import { telemetryRetention as retention } from './schema'

const dayMs = 86_400_000
const hourMs = 3_600_000
const most = () => ({ raw_days: config.TELEMETRY_RAW_DAYS, rollup_days: config.TELEMETRY_ROLLUP_DAYS })

async function chosen({ tx, own }: Scope) {
  const [row] = await tx.select().from(retention).where(own(retention))
  return row
}

type Days = { raw_days: number | null; rollup_days: number | null }

/** What holds: never longer than the platform keeps, and rollups at least as long as what they are made of. */
function effective({ raw_days, rollup_days }: Days) {
  const raw = Math.min(raw_days ?? most().raw_days, most().raw_days)
  return { raw_days: raw, rollup_days: Math.max(raw, Math.min(rollup_days ?? most().rollup_days, most().rollup_days)) }
}

const nothing = { raw_days: null, rollup_days: null }

const told = (row: (Days & { version: number }) | undefined) => {
  const { raw_days, rollup_days } = row ?? nothing
  return { raw_days, rollup_days, effective: effective(row ?? nothing), most: most(), version: row?.version ?? 0 }
}

export const getRetention = async (scope: Scope) => told(await chosen(scope))

/** Null gives the choice back to the platform. */
export async function setRetention(scope: Scope, wanted: Days) {
  for (const field of ['raw_days', 'rollup_days'] as const)
    if ((wanted[field] ?? 0) > most()[field]) throw invalid(`/${field}`, `is at most ${most()[field]} here`)
  if ((wanted.rollup_days ?? most().rollup_days) < (wanted.raw_days ?? most().raw_days))
    throw invalid('/rollup_days', 'must not be shorter than raw_days')
  const { tx, owned, actor } = scope
  await tx.insert(retention).values(owned(nothing)).onConflictDoNothing()
  const [before] = await tx.select().from(retention).where(scope.own(retention)).for('update')
  if (scope.call.ifMatch !== '"v0"' || before!.version !== 1) expectVersion(scope, before!)
  const [after] = await tx.update(retention).set(wanted).where(scope.own(retention)).returning()
  await audit(scope, 'telemetry_retention.update', actor.tenant_id, { before, after })
  return told(after)
}

/** On the hour, so that what a rollup sums up goes as a whole. */
const cutoff = (days: number) => new Date(Math.floor((nowMs() - days * dayMs) / hourMs) * hourMs).toISOString()

/** What is removed cannot be brought back: a machine whose clock is wrong removes nothing. Asked of the machine's own clock, not the one that tests move. */
async function assertClock(databaseMs: Promise<readonly { ms?: unknown }[]>) {
  const [row] = await databaseMs
  if (Math.abs(Number(row?.ms) - Date.now()) > limits.clocksApartMs)
    throw new Error('the clocks of this process and of the database disagree: nothing is expired')
}
const databaseMs = `select date_part('epoch', now()) * 1000 as ms`

/** Drops partitions that are older than anybody keeps, and queues for each tenant the removal of what it keeps no longer. */
export const expireTelemetry = () =>
  raw.begin(async (tx) => {
    await assertClock(tx.unsafe(databaseMs))
    await tx.unsafe(`set local statement_timeout = ${limits.jobMs}`)
    await tx`select expire_telemetry(${cutoff(most().raw_days)}::timestamptz, ${cutoff(most().rollup_days)}::timestamptz)`
  })

/** Removes what the tenant keeps no longer, a part at a time. Frames that no rollup sums up yet stay until one does. */
export async function expireOfTenant(scope: Scope) {
  routine(scope, 'the setting was audited')
  const { tx, actor } = scope
  await assertClock(tx.execute(sql.raw(databaseMs)))
  const tenant = actor.tenant_id
  const { raw_days, rollup_days } = effective((await chosen(scope)) ?? nothing)
  // However much the planner thinks that is left: each row by its key, never all there is, of a tenant or of a partition that was never analyzed.
  await tx.execute(
    sql`select set_config(setting, 'off', true) from unnest(array['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan']) as o (setting)`,
  )
  const remove = async (statement: SQL) => ((await tx.execute(statement)) as unknown as { count: number }).count
  const frames = await remove(removeFrames(tenant, cutoff(raw_days)))
  if (frames)
    await tx.execute(sql`
      insert into telemetry_retention as r (tenant_id, id, raw_expired_before) values (${tenant}, ${Bun.randomUUIDv7()}, ${cutoff(raw_days)}::timestamptz)
      on conflict (tenant_id) do update set raw_expired_before = greatest(r.raw_expired_before, excluded.raw_expired_before)`)
  const rollups = await remove(removeRollups(tenant, cutoff(rollup_days)))
  const records = await remove(removeRecords(tenant, cutoff(raw_days)))
  const counts = [frames, rollups, records, await remove(removeRefused(tenant))]
  if (counts.some((count) => count >= rowsAtOnce)) await enqueue(scope, 'telemetry.expire', {}, 'more')
  else await remove(removeLayouts(tenant, cutoff(rollup_days)))
}
