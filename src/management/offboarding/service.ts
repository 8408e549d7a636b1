import { and, eq, lte, sql } from 'drizzle-orm'
import { now, nowMs } from '../../core/clock'
import { Problem, invalid, notFound } from '../../core/errors'
import { config } from '../config'
import { queueDelivery } from '../deliveries/service'
import { deliveries } from '../deliveries/schema'
import { type StaffScope, audit, inManagement, plane } from '../scope'
import { managedTenants } from '../tenants/schema'
import { changeState, getTenant } from '../tenants/service'

interface Decision {
  /** The tenant's name, typed once more. */
  name: string
  reason: string
}

interface Archive extends Record<string, unknown> {
  state: 'making' | 'ready'
  tables: number
  tables_done: number
  rows: string
  bytes: string
  begun_at: string
  moved_at: string
  ready_at: string | null
  recipients: number
  links_end_at: string | null
  downloads: number
  downloaded_at: string | null
}

const moment = (text: string | null) => (text === null ? null : new Date(text))

/** How far the Cloud has come with the archive of a tenant that leaves; null where there is none. Numbers alone. */
async function archiveOf({ tx }: StaffScope, id: string) {
  const [row] = await tx.execute<Archive>(sql`select * from management.offboarding_of(${id}::uuid)`)
  if (!row) return null
  const { rows, bytes, begun_at, moved_at, ready_at, links_end_at, downloaded_at, ...rest } = row
  return {
    ...rest,
    rows: Number(rows),
    bytes: Number(bytes),
    begun_at: new Date(begun_at),
    moved_at: new Date(moved_at),
    ready_at: moment(ready_at),
    links_end_at: moment(links_end_at),
    downloaded_at: moment(downloaded_at),
  }
}

export async function describeOffboarding(scope: StaffScope, id: string) {
  const { state, delete_after, erased_at } = await getTenant(scope, id)
  return { state, archive: await archiveOf(scope, id), delete_after, erased_at, deletion_days: config.TENANT_DELETION_DAYS }
}

async function lockTenant({ tx }: StaffScope, id: string) {
  const [tenant] = await tx.select().from(managedTenants).where(eq(managedTenants.id, id)).for('update')
  if (!tenant) throw notFound('tenant')
  return tenant
}

function assertNamed(tenant: { name: string }, { name }: Decision) {
  if (name.trim() !== tenant.name.trim()) throw invalid('/name', 'is not the name of this tenant')
}

/** The tenant is closed, and the Cloud makes the archive of its data. 422 where the name is another. */
export async function beginOffboarding(scope: StaffScope, id: string, decision: Decision) {
  assertNamed(await lockTenant(scope, id), decision)
  await changeState(scope, id, 'offboard', decision.reason)
  return describeOffboarding(scope, id)
}

/** It stays: suspended until it is resumed. The archive goes, and so does a deletion that waits. */
export async function callOff(scope: StaffScope, id: string, reason: string) {
  await changeState(scope, id, 'keep', reason)
  return describeOffboarding(scope, id)
}

/** New links for the administrators: the first were lost, or are too old. */
export async function mailLinksAgain(scope: StaffScope, id: string) {
  const tenant = await lockTenant(scope, id)
  await assertArchived(scope, tenant)
  await queueDelivery(scope, id, { kind: 'archive.links', body: { tenant_id: id } })
  await audit(scope, 'archives.mail_again', id, { tenant_id: id })
}

async function assertArchived(scope: StaffScope, { id, state }: { id: string; state: string }) {
  if (state !== 'offboarding') throw new Problem(409, 'refused_in_state', `A tenant that is ${state} has no archive`)
  if ((await archiveOf(scope, id))?.state !== 'ready') throw new Problem(409, 'archive_not_ready', 'Its data is still being put together')
}

/** After a delay (TENANT_DELETION_DAYS), within which it can be cancelled. 409 `archive_not_ready` while the tenant could not have its data. */
export async function requestDeletion(scope: StaffScope, id: string, decision: Decision) {
  const tenant = await lockTenant(scope, id)
  assertNamed(tenant, decision)
  await assertArchived(scope, tenant)
  if (tenant.delete_after) throw new Problem(409, 'already_requested', 'It is going to be deleted already')
  const delete_after = new Date(nowMs() + config.TENANT_DELETION_DAYS * 86_400_000)
  await scope.tx.update(managedTenants).set({ delete_after }).where(eq(managedTenants.id, id))
  await audit(scope, 'tenants.request_deletion', id, { tenant_id: id, after: { delete_after, reason: decision.reason } })
  return describeOffboarding(scope, id)
}

export async function cancelDeletion(scope: StaffScope, id: string, reason: string) {
  const tenant = await lockTenant(scope, id)
  if (tenant.state !== 'offboarding' || !tenant.delete_after) throw new Problem(409, 'refused_in_state', 'It is not going to be deleted')
  await scope.tx.update(managedTenants).set({ delete_after: null }).where(eq(managedTenants.id, id))
  await audit(scope, 'tenants.cancel_deletion', id, { tenant_id: id, before: { delete_after: tenant.delete_after }, after: { reason } })
  return describeOffboarding(scope, id)
}

/** The delay is over: from here on there is no way back, and the Cloud removes every row. Names and addresses go from here too, but for the audit log. */
export async function deleteDue() {
  const due = await inManagement(plane, 'read only', ({ tx }) =>
    tx
      .select({ id: managedTenants.id })
      .from(managedTenants)
      .where(and(eq(managedTenants.state, 'offboarding'), lte(managedTenants.delete_after, now()))),
  )
  for (const { id } of due)
    await inManagement(plane, 'read write', async (scope) => {
      const { delete_after, state } = await lockTenant(scope, id)
      // Called off, or done by another process, in the meantime.
      if (state !== 'offboarding' || !delete_after || delete_after > now()) return void (scope.audited = true)
      await changeState(scope, id, 'erase', undefined, { delete_after })
      await scope.tx
        .update(deliveries)
        .set({ body: null })
        .where(and(eq(deliveries.tenant_id, id), eq(deliveries.kind, 'tenant.create')))
    })
  return due.length
}
