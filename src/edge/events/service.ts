import { and, eq, gte, inArray, lt, sql } from 'drizzle-orm'
import { notFound } from '../../core/errors'
import { featureOf, featuresOf } from '../../core/features'
import type { Permission } from '../../core/permissions'
import { type Scope, ago } from '../../core/scope'
import { type Paging, containing, keyset } from '../../core/wire'
import { getDevice } from '../devices/service'
import { type RecordKind, deviceRecords as records, recordKinds } from '../records/schema'

export interface EventFilter extends Paging {
  kind?: RecordKind[]
  search?: string
  from?: Date
  to?: Date
}

/** What belongs to a part of the product is seen by who sees that part. */
const needs: Partial<Record<RecordKind, Permission>> = {
  security_alert: 'alerts.read',
  discovery: 'discoveries.read',
  vpn_session: 'vpn.sessions.read',
}

async function kindsFor({ actor }: Scope): Promise<RecordKind[]> {
  const features = await featuresOf(actor.tenant_id)
  return recordKinds.filter((kind) => {
    const permission = needs[kind]
    const feature = permission && featureOf(permission)
    return !permission || (actor.permissions.has(permission) && (!feature || features[feature]))
  })
}

const lookedBackMs = 7 * 86_400_000
const shownCharacters = 500
const field = (name: string) => sql`${records.data}->>${sql.raw(`'${name}'`)}`

/** What a list tells of a record: how grave it is and the sentence it says, cut; the record itself may be large. */
const told = {
  id: records.id,
  kind: records.kind,
  at: records.at,
  received_at: records.created_at,
  level: sql<string | null>`coalesce(${field('level')}, ${field('severity')}, ${field('status')}, ${field('event')})`,
  source: sql<string | null>`coalesce(${field('source')}, ${field('rule')}, ${field('job_id')}, ${field('peer')}, ${field('vendor')})`,
  summary: sql<string>`left(coalesce(${field('message')}, ${field('title')}, ${field('endpoint')}, ${field('asset_id')},
    concat_ws(' ', ${field('ip')}, ${field('hostname')})), ${shownCharacters})`,
}

/** What a device reported besides telemetry, by its own clock, newest first. */
export async function listEvents(scope: Scope, device_id: string, { kind, search, from = ago(lookedBackMs), to, ...paging }: EventFilter) {
  await getDevice(scope, device_id)
  const { tx, own } = scope
  const { rows, after, order, cut } = keyset(paging, records.id, { by: sql`${records.at}`, descending: true })
  const kinds = (await kindsFor(scope)).filter((known) => !kind?.length || kind.includes(known))
  const found = await tx
    .select(told)
    .from(records)
    .where(
      and(
        own(records),
        eq(records.device_id, device_id),
        inArray(records.kind, kinds),
        gte(records.at, from),
        to ? lt(records.at, to) : undefined,
        search ? sql`${records.data}::text ilike ${containing(search)}` : undefined,
        after,
      ),
    )
    .orderBy(order)
    .limit(rows)
  return cut(found, ({ at }) => at.toISOString())
}

export async function getEvent(scope: Scope, device_id: string, id: string) {
  const { tx, own } = scope
  const [found] = await tx
    .select({ ...told, data: records.data })
    .from(records)
    .where(and(own(records), eq(records.device_id, device_id), eq(records.id, id), inArray(records.kind, await kindsFor(scope))))
  if (!found) throw notFound('event')
  return found
}
