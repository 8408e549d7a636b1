import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { now } from '../../core/clock'
import { Problem, invalid, notFound } from '../../core/errors'
import { type Permission, expand, isPermission, everyReading } from '../../core/permissions'
import { type Scope, expectVersion } from '../../core/scope'
import { naturally } from '../../core/table'
import { type Paging, containing, keyset } from '../../core/wire'
import { assertMayGive, assertSees, seenMembers, unitsOf } from '../users/org-unit-scope'
import type { OrgUnitScope } from '../users/schema'
import { groups } from './schema'

export interface GroupInput {
  name: string
  description?: string | null
  permissions: string[]
}

type Group = typeof groups.$inferSelect

/** Of those whom the caller sees. Outer columns are written out: drizzle drops the table's name where there is but one, and they would be taken for those of the inner table. */
const memberCount = (scope: Scope) =>
  sql<number>`(select count(*)::int from membership_group mg join membership on membership.tenant_id = mg.tenant_id and membership.id = mg.membership_id
    where mg.tenant_id = access_group.tenant_id and mg.group_id = access_group.id and ${seenMembers(scope)})`

/** Told by the database, which has its own idea of small letters: the cursor must agree with the order. */
const byName = naturally(groups.name)

const shown = ({ group, member_count }: { group: Group; member_count: number }) => ({
  ...group,
  permissions: expand(group.permissions),
  member_count,
})

/** What every tenant begins with. Returns the id of Admin. */
export async function createBuiltInGroups({ tx, owned }: Scope): Promise<string> {
  const [admin] = await tx
    .insert(groups)
    .values([
      owned({ name: 'Admin', description: 'Everything', built_in: 'admin' as const, permissions: ['*'] }),
      owned({
        name: 'Read only',
        description: 'Sees, changes nothing',
        built_in: 'read_only' as const,
        permissions: [everyReading],
      }),
    ])
    .returning({ id: groups.id })
  return admin!.id
}

export async function listGroups(scope: Scope, { search, ...paging }: Paging & { search?: string }) {
  const { tx, own } = scope
  const { rows, after, order, cut } = keyset(paging, groups.id, { by: byName })
  const found = await tx
    .select({ group: groups, member_count: memberCount(scope), key: byName })
    .from(groups)
    .where(and(own(groups), search ? sql`${groups.name} ilike ${containing(search)}` : undefined, after))
    .orderBy(order)
    .limit(rows)
  const page = cut(
    found.map((row) => ({ ...row, id: row.group.id })),
    ({ key }) => key,
  )
  return { items: page.items.map(shown), next_cursor: page.next_cursor }
}

export async function getGroup(scope: Scope, id: string) {
  const { tx, own } = scope
  const [found] = await tx
    .select({ group: groups, member_count: memberCount(scope) })
    .from(groups)
    .where(and(own(groups), eq(groups.id, id)))
  if (!found) throw notFound('group')
  return shown(found)
}

interface Holders extends Record<string, unknown> {
  whole: boolean
  units: { org_unit_id: string; subtree: boolean }[]
}

/** Who sees a part of the organization changes no group that is held beyond it: he would give, or take, where he cannot look. */
async function assertSeesHolders(scope: Scope, id: string) {
  const { tx, actor } = scope
  if (actor.units === 'all') return
  const [held] = await tx.execute<Holders>(sql`
    with holder as (
      select m.id, m.whole_tenant from membership_group mg join membership m on m.tenant_id = ${actor.tenant_id} and m.id = mg.membership_id
        where mg.tenant_id = ${actor.tenant_id} and mg.group_id = ${id}
      union all
      select a.id, a.whole_tenant from service_account_group sg join service_account a on a.tenant_id = ${actor.tenant_id} and a.id = sg.service_account_id
        where sg.tenant_id = ${actor.tenant_id} and sg.group_id = ${id}),
    placed as (
      select distinct mu.org_unit_id, mu.subtree from membership_unit mu where mu.tenant_id = ${actor.tenant_id} and mu.membership_id in (select h.id from holder h)
      union
      select su.org_unit_id, su.subtree from service_account_unit su where su.tenant_id = ${actor.tenant_id} and su.service_account_id in (select h.id from holder h))
    select coalesce((select bool_or(h.whole_tenant) from holder h), false) as whole, coalesce((select json_agg(p) from placed p), '[]') as units`)
  if (held!.whole) await assertMayGive(scope, 'all')
  await assertSees(scope, held!.units)
}

/** The group, locked until the transaction ends, in the version the caller saw (If-Match): of several changes at once each sees the one before. */
async function getGroupToChange(scope: Scope, id: string) {
  const { tx, own } = scope
  await tx
    .select({ id: groups.id })
    .from(groups)
    .where(and(own(groups), eq(groups.id, id)))
    .for('no key update')
  const group = await getGroup(scope, id)
  expectVersion(scope, group)
  if (group.built_in) throw new Problem(409, 'built_in', 'A built-in group cannot be changed')
  await assertSeesHolders(scope, id)
  return group
}

/** Nobody grants what he does not hold. */
export function assertHolds({ actor }: Scope, permissions: readonly Permission[]) {
  const beyond = permissions.find((permission) => !actor.permissions.has(permission))
  if (beyond) throw new Problem(403, 'beyond_own_permissions', `You cannot give or take ${beyond}, which you do not hold`)
}

/** The permissions of these names, each once; `field` is where a 422 points. */
export function known(permissions: string[], field = 'permissions'): Permission[] {
  const at = permissions.findIndex((permission) => !isPermission(permission))
  if (at >= 0) throw invalid(`/${field}/${at}`, 'is not in the permission catalogue')
  return [...new Set(permissions.filter(isPermission))].sort()
}

export async function createGroup(scope: Scope, { name, description, permissions }: GroupInput) {
  const wanted = known(permissions)
  assertHolds(scope, wanted)
  const [group] = await scope.tx
    .insert(groups)
    .values(scope.owned({ name, description, permissions: wanted }))
    .returning()
  await audit(scope, 'groups.create', group!.id, { after: group })
  return { ...group!, permissions: wanted, member_count: 0 }
}

/** What was given or taken must be held by who changes it. */
function changed(before: readonly Permission[], after: readonly Permission[]) {
  return [...before.filter((permission) => !after.includes(permission)), ...after.filter((permission) => !before.includes(permission))]
}

export async function updateGroup(scope: Scope, id: string, { permissions, ...input }: Partial<GroupInput>) {
  const before = await getGroupToChange(scope, id)
  const wanted = permissions && known(permissions)
  if (wanted) assertHolds(scope, changed(before.permissions, wanted))
  const [after] = await scope.tx
    .update(groups)
    .set({ ...input, ...(wanted && { permissions: wanted }), updated_at: now() })
    .where(and(scope.own(groups), eq(groups.id, id)))
    .returning()
  await audit(scope, 'groups.update', id, { before, after })
  scope.signals.push({ topic: 'sessions', key: scope.actor.tenant_id })
  return { ...after!, permissions: expand(after!.permissions), member_count: before.member_count }
}

export async function deleteGroup(scope: Scope, id: string) {
  const before = await getGroupToChange(scope, id)
  assertHolds(scope, before.permissions)
  await scope.tx.delete(groups).where(and(scope.own(groups), eq(groups.id, id)))
  await audit(scope, 'groups.delete', id, { before })
  scope.signals.push({ topic: 'sessions', key: scope.actor.tenant_id })
}

/** The groups of these ids with their permissions; 422 when one does not exist. */
async function groupsOf({ tx, own }: Scope, ids: string[]) {
  const found = ids.length
    ? await tx
        .select()
        .from(groups)
        .where(and(own(groups), inArray(groups.id, ids)))
        .orderBy(byName)
    : []
  if (found.length < new Set(ids).size) throw invalid('/group_ids', 'names a group that does not exist')
  return found
}

/** The groups that come and go; whoever changes them holds all that they give. */
export async function groupChanges(scope: Scope, before: { id: string }[], wanted: string[]) {
  const added = [...new Set(wanted)].filter((id) => !before.some((group) => group.id === id))
  const removed = before.map(({ id }) => id).filter((id) => !wanted.includes(id))
  const touched = await groupsOf(scope, [...added, ...removed])
  for (const { permissions } of touched) assertHolds(scope, expand(permissions))
  return { added, removed }
}

/** Who may do more than the caller is not his to shut out, to let in again, or to place elsewhere. */
export async function assertHoldsAllOf(scope: Scope, { groups }: { groups: { id: string }[] }) {
  for (const { permissions } of await groupsOf(
    scope,
    groups.map(({ id }) => id),
  ))
    assertHolds(scope, expand(permissions))
}

type Links<Key extends string> = PgTable & Record<Key | 'tenant_id', AnyPgColumn>
interface Tables<Key extends string> {
  /** The column by which both tables name who holds them. */
  holder: Key
  groups: Links<Key | 'group_id'>
  units: Links<Key>
}

/** Groups and view of members and of service accounts are given and taken by the same rules: nobody gives what he does not hold. */
export function rightsIn<Key extends string>({ holder, groups: memberships, units }: Tables<Key>) {
  const of = ({ own }: Scope, table: Links<Key>, id: string) => and(own(table), eq(table[holder], id))
  return {
    setGroups: async (scope: Scope, id: string, before: { id: string }[], wanted: string[]) => {
      const { tx, owned } = scope
      const { added, removed } = await groupChanges(scope, before, wanted)
      if (removed.length) await tx.delete(memberships).where(and(of(scope, memberships, id), inArray(memberships.group_id, removed)))
      if (added.length) await tx.insert(memberships).values(added.map((group_id) => owned({ [holder]: id, group_id })) as never)
    },
    setScope: async (scope: Scope, id: string, wanted: OrgUnitScope) => {
      const { tx, owned } = scope
      await assertMayGive(scope, wanted)
      await tx.delete(units).where(of(scope, units, id))
      const given = unitsOf(wanted)
      if (given.length) await tx.insert(units).values(given.map((unit) => owned({ [holder]: id, ...unit })) as never)
    },
  }
}
