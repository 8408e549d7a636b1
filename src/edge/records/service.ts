import { and, eq, isNull, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { now } from '../../core/clock'
import { Problem, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import type { Scope } from '../../core/scope'
import { type Paging, keyset } from '../../core/wire'
import { devices } from '../devices/schema'
import { rejectedRecords as rejected } from './schema'

export interface RejectedFilter extends Paging {
  device_id?: string
  error?: string
}

const shownCharacters = 500

/** All that is told of a refused record, but for the record itself. */
const told = {
  id: rejected.id,
  device_id: rejected.device_id,
  device_name: devices.name,
  error: rejected.error,
  detail: rejected.detail,
  replayable: sql<boolean>`${rejected.replayable} and ${devices.id} is not null`,
  replay_requested_at: rejected.replay_requested_at,
  replayed_at: rejected.replayed_at,
  created_at: rejected.created_at,
  record_bytes: sql<number>`octet_length(${rejected.record})`,
}

const withDevice = and(eq(devices.tenant_id, rejected.tenant_id), eq(devices.id, rejected.device_id))!

/** Newest first; of each record only the beginning. */
export async function listRejected({ tx, own }: Scope, { device_id, error, ...paging }: RejectedFilter) {
  const { rows, after, order, cut } = keyset(paging, rejected.id, {
    by: sql`date_trunc('milliseconds', ${rejected.created_at})::text`,
    descending: true,
  })
  const found = await tx
    .select({
      ...told,
      record: sql<string>`left(${rejected.record}, ${shownCharacters})`,
      key: sql<string>`date_trunc('milliseconds', ${rejected.created_at})::text`,
    })
    .from(rejected)
    .leftJoin(devices, withDevice)
    .where(
      and(own(rejected), device_id ? eq(rejected.device_id, device_id) : undefined, error ? eq(rejected.error, error) : undefined, after),
    )
    .orderBy(order)
    .limit(rows)
  return cut(found, ({ key }) => key)
}

/** The reasons there are, with how many records each; the most frequent first. */
export async function rejectedReasons({ tx, own }: Scope) {
  const count = sql<number>`count(*)::int`
  const items = await tx
    .select({ error: rejected.error, count, waiting: sql<number>`count(${rejected.replay_requested_at})::int` })
    .from(rejected)
    .where(own(rejected))
    .groupBy(rejected.error)
    .orderBy(sql`${count} desc`, rejected.error)
    .limit(limits.pageRows)
  return { items }
}

export async function getRejected({ tx, own }: Scope, id: string) {
  const [found] = await tx
    .select({ ...told, record: rejected.record })
    .from(rejected)
    .leftJoin(devices, withDevice)
    .where(and(own(rejected), eq(rejected.id, id)))
  if (!found) throw notFound('refused record')
  return found
}

/** The ingestor is told with the commit; the refusal disappears when the record was stored, or says why it is refused again. */
export async function replayRejected(scope: Scope, id: string) {
  const before = await getRejected(scope, id)
  if (!before.replayable) throw new Problem(409, 'not_replayable', 'The record was not kept exactly as it was sent, or its device is gone')
  await scope.tx
    .update(rejected)
    .set({ replay_requested_at: now() })
    .where(and(scope.own(rejected), eq(rejected.id, id)))
  await audit(scope, 'rejected_records.replay', id, { after: { device_id: before.device_id, error: before.error } })
  scope.signals.push({ topic: 'replays', key: scope.actor.tenant_id })
  return getRejected(scope, id)
}

export interface ReplayMany {
  error: string
  device_id?: string
}

/** All records that were refused for one reason until now, at most so many at once; `more` tells whether some are left. */
export async function replayByReason(scope: Scope, { error, device_id }: ReplayMany) {
  const { tx, own, actor } = scope
  const which = await tx
    .select({ id: rejected.id })
    .from(rejected)
    .innerJoin(devices, withDevice)
    .where(
      and(
        own(rejected),
        eq(rejected.error, error),
        eq(rejected.replayable, true),
        isNull(rejected.replay_requested_at),
        device_id ? eq(rejected.device_id, device_id) : undefined,
      ),
    )
    .limit(limits.replayedAtOnce + 1)
  const ids = which.slice(0, limits.replayedAtOnce).map(({ id }) => id)
  if (ids.length)
    await tx
      .update(rejected)
      .set({ replay_requested_at: now() })
      .where(and(own(rejected), sql`${rejected.id} = any(${`{${ids.join(',')}}`}::uuid[])`))
  await audit(scope, 'rejected_records.replay_many', null, { after: { error, device_id, count: ids.length } })
  if (ids.length) scope.signals.push({ topic: 'replays', key: actor.tenant_id })
  return { requested: ids.length, more: which.length > ids.length }
}
