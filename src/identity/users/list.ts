import { type SQL, and, eq, sql } from 'drizzle-orm'
import { type BulkInput, type BulkRows, inBulk } from '../../core/bulk'
import type { Exported } from '../../core/export'
import { limits } from '../../core/limits'
import type { Scope } from '../../core/scope'
import { naturally } from '../../core/table'
import { type Paging, containing, keyset, uuids } from '../../core/wire'
import { groupChanges } from '../groups/service'
import { seenMembers } from './org-unit-scope'
import { memberships, users } from './schema'
import { addToGroups, endUserSessions, member, shown, updateUser } from './service'

export const userOrders = ['name', '-name', 'last_sign_in_at', '-last_sign_in_at', 'created_at', '-created_at'] as const

export interface UserFilter {
  search?: string
  group_id?: string
  group_id_not?: string
  disabled?: boolean
  last_sign_in_at_after?: Date | string
  last_sign_in_at_before?: Date | string
}
export interface UserQuery extends UserFilter, Paging {
  sort?: (typeof userOrders)[number]
}

const byName = naturally(memberships.name)

const sortable = {
  name: byName,
  last_sign_in_at: sql<string>`coalesce(${memberships.last_sign_in_at}, '-infinity')`,
  created_at: sql<string>`${memberships.created_at}`,
}

const inGroup = (id: string) =>
  sql`exists (select from membership_group mg where mg.tenant_id = ${memberships.tenant_id} and mg.membership_id = ${memberships.id} and mg.group_id = ${id}::uuid)`

function matching(scope: Scope, filter: UserFilter): SQL | undefined {
  const { search, group_id, group_id_not, disabled, last_sign_in_at_after, last_sign_in_at_before } = filter
  const at = (time: Date | string) => new Date(time).toISOString()
  return and(
    scope.own(memberships),
    seenMembers(scope),
    search ? sql`(${memberships.name} ilike ${containing(search)} or ${users.email} ilike ${containing(search)})` : undefined,
    group_id ? inGroup(group_id) : undefined,
    group_id_not ? sql`not ${inGroup(group_id_not)}` : undefined,
    disabled === undefined ? undefined : eq(memberships.disabled, disabled),
    last_sign_in_at_after ? sql`${memberships.last_sign_in_at} >= ${at(last_sign_in_at_after)}` : undefined,
    last_sign_in_at_before ? sql`${memberships.last_sign_in_at} < ${at(last_sign_in_at_before)}` : undefined,
  )
}

export async function listUsers(scope: Scope, { limit, cursor, sort = 'name', ...filter }: UserQuery) {
  const by = sortable[sort.replace('-', '') as keyof typeof sortable]
  const { rows, after, order, cut } = keyset({ limit, cursor }, memberships.id, { by, descending: sort.startsWith('-') })
  const found = await scope.tx
    .select({ ...member, key: sql<string>`${by}::text` })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(and(matching(scope, filter), after))
    .orderBy(order)
    .limit(rows)
  const page = cut(
    found.map((row) => ({ ...row, id: row.membership.id })),
    ({ key }) => key,
  )
  return { items: await shown(scope, page.items), next_cursor: page.next_cursor }
}

export async function countUsers(scope: Scope, filter: UserFilter) {
  const [counted] = await scope.tx
    .select({ count: sql<number>`count(*)::int` })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(matching(scope, filter))
  return counted!
}

const bulkRows = (scope: Scope): BulkRows<UserFilter> => ({
  page: (filter) => listUsers(scope, { ...filter, sort: 'created_at' }),
  named: (ids) =>
    scope.tx
      .select({ id: memberships.user_id, name: memberships.name })
      .from(memberships)
      .where(and(scope.own(memberships), seenMembers(scope), sql`${memberships.user_id} = any(${uuids(ids)})`)),
})
const toEach = (scope: Scope, which: BulkInput<UserFilter>, work: (id: string) => Promise<unknown>) =>
  inBulk(scope, which, bulkRows(scope), work, limits.bulkAccounts)

export const disableUsers = (scope: Scope, { disabled, ...which }: BulkInput<UserFilter> & { disabled: boolean }) =>
  toEach(scope, which, (id) => updateUser(scope, id, { disabled }))

/** Groups that the caller may not give are refused at once, and not user by user. */
export async function addUsersToGroups(scope: Scope, { group_ids, ...which }: BulkInput<UserFilter> & { group_ids: string[] }) {
  await groupChanges(scope, [], group_ids)
  return toEach(scope, which, (id) => addToGroups(scope, id, group_ids))
}

export const signUsersOut = (scope: Scope, which: BulkInput<UserFilter>) => toEach(scope, which, (id) => endUserSessions(scope, id))

type User = Awaited<ReturnType<typeof listUsers>>['items'][number]

export const userExport: Exported<UserFilter & Pick<UserQuery, 'sort'>, User> = {
  kind: 'users',
  permission: 'settings.users.export',
  columns: {
    name: ({ name }) => name,
    email: ({ email }) => email,
    groups: ({ groups: held }) => held.map(({ name }) => name).join('; '),
    org_units: ({ org_unit_scope: seen }) => (seen === 'all' ? 'all' : seen.map(({ name }) => name).join('; ')),
    disabled: ({ disabled }) => disabled,
    mfa_enabled: ({ mfa_enabled }) => mfa_enabled,
    last_sign_in_at: ({ last_sign_in_at }) => last_sign_in_at,
    created_at: ({ created_at }) => created_at,
    id: ({ id }) => id,
  },
  page: listUsers,
}
