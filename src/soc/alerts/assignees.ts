import { and, eq, sql } from 'drizzle-orm'
import { invalid } from '../../core/errors'
import { givenBy } from '../../core/permissions'
import type { Scope } from '../../core/scope'
import { naturally } from '../../core/table'
import { type Paging, containing, keyset } from '../../core/wire'
import { seenMembers } from '../../identity/users/org-unit-scope'
import { memberships } from '../../identity/users/schema'
import { getAlert } from './alert'

const readers = sql.param(`{${givenBy('alerts.read').join(',')}}`)

/** Who can sign in and read alerts, of those whom the caller sees. Outer columns are written out, as the inner tables have them too. */
const readingMembers = (scope: Scope) =>
  and(
    scope.own(memberships),
    eq(memberships.disabled, false),
    seenMembers(scope),
    sql`exists (select from membership_group mg join access_group g on g.tenant_id = mg.tenant_id and g.id = mg.group_id
      where mg.tenant_id = membership.tenant_id and mg.membership_id = membership.id and g.permissions && ${readers}::text[])`,
  )

/** Of the table `membership`: who sees what stands in this unit; without one, who sees the whole organization. */
const seesUnit = ({ actor }: Scope, org_unit_id: string | null) =>
  org_unit_id === null
    ? eq(memberships.whole_tenant, true)
    : sql`(membership.whole_tenant or exists (
        with recursive path as (
          select u.id, u.parent_id from org_unit u where u.tenant_id = ${actor.tenant_id} and u.id = ${org_unit_id}::uuid
          union
          select u.id, u.parent_id from path join org_unit u on u.tenant_id = ${actor.tenant_id} and u.id = path.parent_id)
        select from membership_unit mu where mu.tenant_id = membership.tenant_id and mu.membership_id = membership.id
          and (mu.org_unit_id = ${org_unit_id}::uuid or mu.subtree and mu.org_unit_id in (select path.id from path))))`

const byName = naturally(memberships.name)

/** To whom alerts can be given, by name; with an alert, those who see that one. */
export async function listAssignees(scope: Scope, { alert_id, search, ...paging }: Paging & { alert_id?: string; search?: string }) {
  const alert = alert_id ? await getAlert(scope, alert_id) : undefined
  const { rows, after, order, cut } = keyset(paging, memberships.user_id, { by: byName })
  const found = await scope.tx
    .select({ id: memberships.user_id, name: memberships.name, key: byName })
    .from(memberships)
    .where(
      and(
        readingMembers(scope),
        alert && seesUnit(scope, alert.org_unit_id),
        search ? sql`${memberships.name} ilike ${containing(search)}` : undefined,
        after,
      ),
    )
    .orderBy(order)
    .limit(rows)
  const page = cut(found, ({ key }) => key)
  return { items: page.items.map(({ id, name }) => ({ id, name })), next_cursor: page.next_cursor }
}

/** For an alert of this unit, or, without any, for alerts at all. One answer whether he is nobody, disabled, of another part, or does not see the alert. */
export async function assertAssignable(scope: Scope, user_id: string, org_unit_id?: string | null) {
  const sees = org_unit_id === undefined ? undefined : seesUnit(scope, org_unit_id)
  const found = await scope.tx.$count(memberships, and(readingMembers(scope), sees, eq(memberships.user_id, user_id)))
  if (!found) throw invalid('/user_id', 'names nobody to whom this can be assigned')
}
