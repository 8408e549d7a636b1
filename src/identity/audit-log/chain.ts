import { and, asc, count, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import { routine } from '../../core/audit'
import { now } from '../../core/clock'
import { raw } from '../../core/db'
import { Problem, describe } from '../../core/errors'
import { limits } from '../../core/limits'
import { log } from '../../core/log'
import { auditLog } from '../../core/schema'
import { type Scope, inTenant, jobActor } from '../../core/scope'
import { hashOf } from '../../core/secrets'
import { publicKey, signCheckpoint } from './checkpoint'
import { auditCheckpoints, auditPending, auditSeals } from './schema'

/** What comes before the first entry. */
export const origin = '0'.repeat(64)

/** The columns of an entry as they are hashed: JSON as PostgreSQL prints it, whose order and numbers do not depend on who reads. */
export const sealedColumns = {
  ...getTableColumns(auditLog),
  before: sql<string | null>`${auditLog.before}::text`.as('before_text'),
  after: sql<string | null>`${auditLog.after}::text`.as('after_text'),
}

type Sealed = Record<keyof typeof sealedColumns, unknown>

/**
 * An entry as one text: a JSON object of its columns that hold something, by name, with instants as ISO 8601.
 * A column added later must be null in the entries before it, or what was sealed no longer fits.
 */
function canonical(entry: Sealed): string {
  const filled = Object.entries(entry).filter(([, value]) => value !== null)
  return JSON.stringify(Object.fromEntries(filled.toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

/** SHA-256, hexadecimal, of the hash before it and the entry. */
export const linkOf = (previous: string, entry: Sealed) => hashOf(`${previous}\n${canonical(entry)}`)

async function headOf({ tx, own }: Scope) {
  const [head] = await tx
    .select({ seq: auditSeals.seq, hash: auditSeals.hash })
    .from(auditSeals)
    .where(own(auditSeals))
    .orderBy(desc(auditSeals.seq))
    .limit(1)
  return head ?? { seq: 0, hash: origin }
}

/** Takes up what waits, in the order of its ids, and signs the new end. False when nothing waited. */
async function sealBatch(scope: Scope): Promise<boolean> {
  const { tx, own, owned, actor } = scope
  routine(scope, 'the chain is about the audit log, not part of it')
  // One at a time for each tenant; who writes entries takes no part in this lock.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`audit ${actor.tenant_id}`}, 0))`)
  const entries = await tx
    .select(sealedColumns)
    .from(auditPending)
    .innerJoin(auditLog, and(eq(auditLog.tenant_id, auditPending.tenant_id), eq(auditLog.id, auditPending.id)))
    .where(own(auditPending))
    .orderBy(asc(auditPending.id))
    .limit(limits.sealRows)
  if (!entries.length) return false
  let { seq, hash } = await headOf(scope)
  const seals = entries.map((entry) => ({ id: entry.id, seq: (seq += 1), hash: (hash = linkOf(hash, entry)) }))
  await tx.insert(auditSeals).values(seals.map(owned))
  const { tenant_id: _, ...checkpoint } = signCheckpoint({ tenant_id: actor.tenant_id, seq, hash, at: now() })
  await tx.insert(auditCheckpoints).values(owned(checkpoint))
  const taken = entries.map(({ id }) => id)
  await tx.delete(auditPending).where(and(own(auditPending), inArray(auditPending.id, taken)))
  return true
}

export async function sealTenant(tenant_id: string) {
  while (await inTenant(jobActor(tenant_id), 'read write', sealBatch));
}

/** The tenants whose chain can be looked at, or with `waiting` those with entries that no seal covers yet. */
export async function auditedTenants(waiting = false): Promise<string[]> {
  const rows = await raw<{ id: string }[]>`select id from audited_tenants(${waiting}) as id`
  return rows.map(({ id }) => id)
}

/** Seals what waits, tenant by tenant: trouble in one is no reason to leave the others open. */
export async function sealAll() {
  let failed = 0
  for (const tenant_id of await auditedTenants(true)) {
    try {
      await sealTenant(tenant_id)
    } catch (error) {
      failed += 1
      log.error({ tenant_id, error: describe(error) }, 'an audit chain could not be sealed')
    }
  }
  if (failed) throw new Error(`${failed} audit chains could not be sealed`)
}

/** The last checkpoint of a tenant. */
export async function lastCheckpoint({ tx, own, actor }: Scope) {
  const [row] = await tx.select().from(auditCheckpoints).where(own(auditCheckpoints)).orderBy(desc(auditCheckpoints.seq)).limit(1)
  if (!row) return null
  const { seq, hash, at, key, signature } = row
  return { tenant_id: actor.tenant_id, seq, hash, at, key, signature }
}

/** How far the chain is sealed. It tells of the whole organization, so it is told to those who see all of it. */
export async function describeChain(scope: Scope) {
  const { tx, own, actor } = scope
  if (actor.units !== 'all') throw new Problem(403, 'forbidden', 'This is about the whole organization, and you see a part of it')
  const [waiting] = await tx.select({ rows: count() }).from(auditPending).where(own(auditPending))
  const checkpoint = await lastCheckpoint(scope)
  return { sealed: (await headOf(scope)).seq, waiting: waiting!.rows, checkpoint, public_key: publicKey() }
}
