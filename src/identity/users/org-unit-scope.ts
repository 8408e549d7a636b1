import { and, sql } from 'drizzle-orm'
import { Problem, invalid } from '../../core/errors'
import { type Scope, personOf } from '../../core/scope'
import { uuids } from '../../core/wire'
import { orgUnits } from '../org-units/schema'
import type { OrgUnitScope } from './schema'

const beyondOwnScope = () => new Problem(403, 'beyond_own_scope', 'You see only a part of the organization, and this goes beyond it')

/** Of the table `membership`: who sees a part of the organization sees those who work there, and himself. */
export const seenMembers = ({ actor }: Scope) =>
  actor.units === 'all'
    ? sql`true`
    : sql`(membership.user_id = ${personOf(actor)} or exists (select from membership_unit mu where mu.tenant_id = membership.tenant_id
        and mu.membership_id = membership.id and mu.org_unit_id = any(${uuids(actor.units)})))`

/** Whoever has a unit alone does not see what is below it, and so neither gives nor changes its subtree. */
export async function assertSees({ tx, actor }: Scope, units: { org_unit_id: string; subtree: boolean }[]) {
  if (actor.units === 'all') return
  const seen = actor.units
  const whole = [...new Set(units.filter(({ subtree }) => subtree).map(({ org_unit_id }) => org_unit_id))]
  if (units.some(({ org_unit_id }) => !seen.includes(org_unit_id))) throw beyondOwnScope()
  const [held] = await tx.execute<{ count: number }>(sql`
    with recursive path as (
      select u.id as unit, u.id, u.parent_id from org_unit u where u.tenant_id = ${actor.tenant_id} and u.id = any(${uuids(whole)})
      union
      select path.unit, u.id, u.parent_id from path join org_unit u on u.tenant_id = ${actor.tenant_id} and u.id = path.parent_id)
    select count(distinct path.unit)::int as count from path where path.id in (
      select mu.org_unit_id from membership_unit mu
        join membership m on m.tenant_id = mu.tenant_id and m.id = mu.membership_id and m.user_id = ${personOf(actor)}
        where mu.tenant_id = ${actor.tenant_id} and mu.subtree
      union all
      select su.org_unit_id from service_account_unit su
        where su.tenant_id = ${actor.tenant_id} and su.service_account_id = ${personOf(actor)} and su.subtree)`)
  if (held!.count < whole.length) throw beyondOwnScope()
}

/** Nobody gives a wider view than his own, or puts somebody out of his own sight. */
export async function assertMayGive(scope: Scope, wanted: OrgUnitScope) {
  const { tx, own, actor } = scope
  if (wanted === 'all') {
    if (actor.units !== 'all') throw beyondOwnScope()
    return
  }
  if (!wanted.length && actor.units !== 'all') throw invalid('/org_unit_scope', 'must name an organization unit')
  const ids = [...new Set(wanted.map(({ org_unit_id }) => org_unit_id))]
  const found = await tx
    .select({ id: orgUnits.id })
    .from(orgUnits)
    .where(and(own(orgUnits), sql`${orgUnits.id} = any(${uuids(ids)})`))
  if (found.length < ids.length) throw invalid('/org_unit_scope', 'names an organization unit that does not exist')
  await assertSees(scope, wanted)
}

/** Each unit once, as it is kept. */
export const unitsOf = (wanted: OrgUnitScope) =>
  wanted === 'all' ? [] : [...new Map(wanted.map((unit) => [unit.org_unit_id, unit])).values()]
