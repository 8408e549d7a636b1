import { and, eq, isNull, lte, sql } from 'drizzle-orm'
import { now, nowMs } from '../../core/clock'
import { describe, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { log } from '../../core/log'
import { callingOut, traceparent } from '../../core/spans'
import { signWebhook } from '../../core/webhook'
import { type Paging, keyset } from '../../core/wire'
import { config } from '../config'
import { tenantLicences } from '../licences/schema'
import { graceEnd } from '../licences/terms'
import { type StaffScope, audit, inManagement, plane, routine } from '../scope'
import { managedTenants } from '../tenants/schema'
import { type deliveryKinds, type deliveryStates, deliveries } from './schema'

type Delivery = typeof deliveries.$inferSelect

type Message = { kind: Exclude<(typeof deliveryKinds)[number], 'license.refresh'>; body: Record<string, unknown> }

/** Leaves with the commit: the Cloud is told of what holds, or of what it is asked to do. */
export async function queueDelivery({ tx }: StaffScope, tenant_id: string, message?: Message) {
  await tx
    .update(managedTenants)
    .set({ revision: sql`${managedTenants.revision} + 1` })
    .where(eq(managedTenants.id, tenant_id))
  await tx.insert(deliveries).values({ tenant_id, kind: 'license.refresh', ...message, next_at: now() })
}

/** What the Cloud goes by: state and licence of a tenant. Undefined for one that nothing was decided about. `revision` grows with each change. */
export async function licenceMessage({ tx }: StaffScope, tenant_id: string) {
  const [found] = await tx
    .select({ tenant: managedTenants, licence: tenantLicences })
    .from(managedTenants)
    .leftJoin(tenantLicences, and(eq(tenantLicences.tenant_id, managedTenants.id), isNull(tenantLicences.ended_at)))
    .where(eq(managedTenants.id, tenant_id))
  if (!found || (!found.licence && ['pending', 'active', 'grace'].includes(found.tenant.state))) return undefined
  const { tenant, licence } = found
  return {
    tenant_id,
    plan: licence?.plan ?? 'none',
    features: licence?.features ?? [],
    limits: { users: licence?.max_users ?? null, devices: licence?.max_devices ?? null },
    expires_at: licence?.expires_at ?? null,
    grace_ends_at: licence && graceEnd(licence),
    status: tenant.state,
    revision: tenant.revision,
  }
}

/** What is due, oldest first, one of each tenant at a time. Returns how many were tried. */
export async function sendDue(): Promise<number> {
  if (!(await sendOne())) return 0
  let tried = 1
  const sendOn = async () => {
    while (await sendOne()) tried += 1
  }
  await Promise.all(Array.from({ length: limits.deliveriesAtOnce }, sendOn))
  return tried
}

const sendOne = () =>
  inManagement(plane, 'read write', async (scope) => {
    routine(scope, 'the log of deliveries is its own record')
    const { tx } = scope
    const [due] = await tx
      .select()
      .from(deliveries)
      .where(and(eq(deliveries.state, 'queued'), lte(deliveries.next_at, now())))
      .orderBy(deliveries.next_at, deliveries.id)
      .limit(1)
      .for('update', { skipLocked: true })
    if (!due) return false
    // Two messages of one tenant must not overtake each other.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`delivery ${due.tenant_id}`}, 0))`)
    const body = due.kind === 'license.refresh' ? await licenceMessage(scope, due.tenant_id) : due.body
    if (!body) {
      await tx
        .update(deliveries)
        .set({ state: 'delivered', delivered_at: now(), last_error: 'nothing to say' })
        .where(eq(deliveries.id, due.id))
      return true
    }
    await keepOutcome(scope, due, body, await post(due, body))
    return true
  })

const paths = {
  'license.refresh': '/internal/license/refresh',
  'tenant.create': '/internal/v1/tenants',
  'archive.links': '/internal/v1/tenants/archive-links',
  'support.request': '/internal/v1/support/requests',
  'support.end': '/internal/v1/support/ends',
}

interface Outcome {
  ok: boolean
  status?: number
  error?: string
}

/** Standard Webhooks; the first secret signs, the Cloud takes both while they are changed. */
async function post({ id, kind, attempts }: Delivery, message: object): Promise<Outcome> {
  const [secret] = config.CLOUD_WEBHOOK_HMAC_SECRET
  if (!secret) return { ok: false, error: 'CLOUD_WEBHOOK_HMAC_SECRET is not set' }
  const body = JSON.stringify(message)
  const timestamp = Math.floor(nowMs() / 1000)
  const webhook_id = `msg_${id}`
  try {
    const reply = await callingOut('cloud', () =>
      fetch(config.CLOUD_URL + paths[kind], {
        method: 'POST',
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(limits.managementMs),
        headers: {
          'content-type': 'application/json',
          'webhook-id': webhook_id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signWebhook(secret, { id: webhook_id, timestamp, body: Buffer.from(body) }),
          ...traceparent(),
        },
      }),
    )
    await reply.body?.cancel()
    return { ok: reply.ok, status: reply.status, ...(!reply.ok && { error: `the Cloud answered ${reply.status}` }) }
  } catch (error) {
    log.warn({ delivery_id: id, attempts, error: describe(error) }, 'the Cloud cannot be reached; it is told later')
    return { ok: false, error: 'the Cloud cannot be reached' }
  }
}

const pauseMs = (attempts: number) => Math.min(limits.deliveryFirstPauseMs * 2 ** Math.min(attempts, 20), limits.deliveryLongestPauseMs)

async function keepOutcome({ tx }: StaffScope, { id, attempts, created_at }: Delivery, body: object, { ok, status, error }: Outcome) {
  const isOver = nowMs() - created_at.getTime() > limits.deliveryMs
  await tx
    .update(deliveries)
    .set({
      body: body as Record<string, unknown>,
      attempts: attempts + 1,
      last_status: status ?? null,
      last_error: error ?? null,
      ...(ok
        ? { state: 'delivered' as const, delivered_at: now() }
        : { state: isOver ? ('failed' as const) : ('queued' as const), next_at: new Date(nowMs() + pauseMs(attempts)) }),
    })
    .where(eq(deliveries.id, id))
}

interface Filter {
  tenant_id?: string
  state?: (typeof deliveryStates)[number]
}

/** Newest first. */
export async function listDeliveries({ tx }: StaffScope, { tenant_id, state, ...paging }: Paging & Filter) {
  const { rows, after, order, cut } = keyset(paging, deliveries.id, { descending: true })
  const found = await tx
    .select()
    .from(deliveries)
    .where(and(tenant_id ? eq(deliveries.tenant_id, tenant_id) : undefined, state ? eq(deliveries.state, state) : undefined, after))
    .orderBy(order)
    .limit(rows)
  return cut(found)
}

/** By hand, under an id of its own: the Cloud takes each id once. */
export async function redeliver(scope: StaffScope, id: string) {
  const [before] = await scope.tx.select().from(deliveries).where(eq(deliveries.id, id))
  if (!before) throw notFound('delivery')
  const { tenant_id, kind, body } = before
  const [made] = await scope.tx
    .insert(deliveries)
    .values({ tenant_id, kind, body: kind === 'license.refresh' ? null : body, next_at: now() })
    .returning()
  await audit(scope, 'deliveries.redeliver', made!.id, { tenant_id, after: { of: id } })
  return made!
}
