import { and, asc, eq, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { now } from '../../core/clock'
import { Problem, codeOf, invalid, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { type Actor, type Scope, expectVersion, isId } from '../../core/scope'
import { naturally } from '../../core/table'
import { containing } from '../../core/wire'
import { orgUnits } from './schema'

export interface OrgUnitInput {
  name: string
  parent_id?: string | null
  address?: string | null
  latitude?: number | null
  longitude?: number | null
}

/** Outer columns are written out: drizzle drops the table's name where there is but one, and they would be taken for those of the inner table. */
const columns = {
  unit: orgUnits,
  device_count: sql<number>`(select count(*)::int from device d where d.tenant_id = org_unit.tenant_id and d.org_unit_id = org_unit.id)`,
  /** The parent of the topmost units is not told to who does not see it. */
  parent_id: sql<string | null>`(select p.id from org_unit p where p.tenant_id = org_unit.tenant_id and p.id = org_unit.parent_id)`,
}
type Found = { unit: typeof orgUnits.$inferSelect; device_count: number; parent_id: string | null }
const shown = ({ unit, ...told }: Found) => ({ ...unit, ...told })

/** The tree as far as the caller sees it. */
export async function listOrgUnits({ tx, own }: Scope, { search, limit = limits.orgUnits }: { search?: string; limit?: number } = {}) {
  const found = await tx
    .select(columns)
    .from(orgUnits)
    .where(and(own(orgUnits), search ? sql`${orgUnits.name} ilike ${containing(search)}` : undefined))
    .orderBy(naturally(orgUnits.name), asc(orgUnits.id))
    .limit(limit)
  return { items: found.map(shown) }
}

export async function getOrgUnit({ tx, own }: Scope, id: string) {
  const [found] = await tx
    .select(columns)
    .from(orgUnits)
    .where(and(own(orgUnits), eq(orgUnits.id, id)))
  if (!found) throw notFound('organization unit')
  return shown(found)
}

/** The unit, locked until the transaction ends, in the version the caller saw (If-Match): of several changes at once each sees the one before. */
async function getOrgUnitToChange(scope: Scope, id: string) {
  const { tx, own } = scope
  await tx
    .select({ id: orgUnits.id })
    .from(orgUnits)
    .where(and(own(orgUnits), eq(orgUnits.id, id)))
    .for('no key update')
  const unit = await getOrgUnit(scope, id)
  expectVersion(scope, unit)
  return unit
}

/** A unit a row is put into must be one that the caller sees; nothing at all only for who sees the whole tenant. */
export async function assertPlace(scope: Scope, org_unit_id: string | null | undefined, path = '/org_unit_id') {
  if (!org_unit_id) {
    if (scope.actor.units !== 'all') throw invalid(path, 'is required for who sees only a part of the organization')
    return
  }
  const [found] = await scope.tx
    .select({ id: orgUnits.id })
    .from(orgUnits)
    .where(and(scope.own(orgUnits), eq(orgUnits.id, org_unit_id)))
  if (!found) throw invalid(path, 'names an organization unit that does not exist')
}

const seeing = (units: Actor['units']) =>
  sql.raw(`set local app.units = '${units === 'all' ? 'all' : `{${units.filter(isId).join(',')}}`}'`)

/** Limits hold for the whole tree, also for who sees a part of it: `measure` returns numbers and tells nothing else. */
async function inWholeTree<T>({ tx, actor }: Scope, measure: () => Promise<T>): Promise<T> {
  if (actor.units === 'all') return measure()
  await tx.execute(seeing('all'))
  const measured = await measure()
  await tx.execute(seeing(actor.units))
  return measured
}

interface Measure extends Record<string, unknown> {
  units: number
  /** Levels from the top down to the parent, and from the moved unit down to its lowest. */
  above: number
  below: number
  cycle: boolean
}

/** Whether a unit (a new one, where there is no `id`) has its place below a parent. */
async function assertFits(scope: Scope, parent_id: string | null, id: string | null) {
  const { tx, actor } = scope
  const [found] = await inWholeTree(scope, () =>
    tx.execute<Measure>(sql`
      with recursive path as (
        select u.id, u.parent_id from org_unit u where u.tenant_id = ${actor.tenant_id} and u.id = ${parent_id}
        union
        select u.id, u.parent_id from path join org_unit u on u.tenant_id = ${actor.tenant_id} and u.id = path.parent_id),
      subtree as (
        select u.id, 1 as level from org_unit u where u.tenant_id = ${actor.tenant_id} and u.id = ${id}
        union
        select u.id, subtree.level + 1 from subtree join org_unit u on u.tenant_id = ${actor.tenant_id} and u.parent_id = subtree.id
        where subtree.level <= ${limits.orgUnitDepth})
      select (select count(*)::int from org_unit u where u.tenant_id = ${actor.tenant_id}) as units,
        (select count(*)::int from path) as above,
        coalesce((select max(level) from subtree), 1) as below,
        exists (select from path where id = ${id}) as cycle`),
  )
  const { units, above, below, cycle } = found!
  if (cycle) throw new Problem(409, 'cycle', 'A unit cannot be moved below itself')
  if (above + below > limits.orgUnitDepth) throw invalid('/parent_id', `would be deeper than ${limits.orgUnitDepth} levels`)
  if (!id && units >= limits.orgUnits) throw new Problem(409, 'limit_reached', `There can be ${limits.orgUnits} organization units`)
}

/** A place has two coordinates or none. */
export function assertPosition({ latitude = null, longitude = null }: Pick<OrgUnitInput, 'latitude' | 'longitude'>) {
  if (latitude !== null && longitude === null) throw invalid('/longitude', 'is required where there is a latitude')
  if (latitude === null && longitude !== null) throw invalid('/latitude', 'is required where there is a longitude')
}

/** Sessions know the units they see by id: they are read again. */
const changedTree = ({ signals, actor }: Scope) => signals.push({ topic: 'sessions', key: actor.tenant_id })

export async function createOrgUnit(scope: Scope, { parent_id = null, ...input }: OrgUnitInput) {
  const { tx, owned } = scope
  await assertPlace(scope, parent_id, '/parent_id')
  assertPosition(input)
  await assertFits(scope, parent_id, null)
  const row = owned({ id: Bun.randomUUIDv7(), ...input, parent_id })
  await seeNewUnit(scope, row.id)
  const [unit] = await tx.insert(orgUnits).values(row).returning()
  await audit(scope, 'org_units.create', unit!.id, { after: unit })
  changedTree(scope)
  return { ...unit!, device_count: 0 }
}

/** A unit made below one that is seen as a subtree is seen from its first moment on. */
async function seeNewUnit({ tx, actor }: Scope, id: string) {
  if (actor.units !== 'all') await tx.execute(seeing([...actor.units, id]))
}

export async function updateOrgUnit(scope: Scope, id: string, input: Partial<OrgUnitInput>) {
  const before = await getOrgUnitToChange(scope, id)
  const { parent_id = before.parent_id, ...change } = input
  assertPosition({ ...before, ...change })
  // The parent as he was told of it may be sent back: that moves nothing.
  const moves = parent_id !== before.parent_id
  if (moves) {
    await assertPlace(scope, parent_id, '/parent_id')
    await scope.tx.execute(sql`select id from tenant where id = ${scope.actor.tenant_id} for no key update`)
    await assertFits(scope, parent_id, id)
  }
  const [after] = await scope.tx
    .update(orgUnits)
    .set({ ...change, ...(moves && { parent_id }), updated_at: now() })
    .where(and(scope.own(orgUnits), eq(orgUnits.id, id)))
    .returning()
  await audit(scope, 'org_units.update', id, { before, after })
  changedTree(scope)
  return { ...after!, parent_id, device_count: before.device_count }
}

/** Only an empty unit goes: whatever still refers to it keeps it. */
export async function deleteOrgUnit(scope: Scope, id: string) {
  const before = await getOrgUnitToChange(scope, id)
  try {
    await scope.tx.delete(orgUnits).where(and(scope.own(orgUnits), eq(orgUnits.id, id)))
  } catch (error) {
    if (codeOf(error) === '23503') throw new Problem(409, 'not_empty', 'This unit still has units, sites, devices, keys or alerts')
    throw error
  }
  await audit(scope, 'org_units.delete', id, { before })
  changedTree(scope)
}
