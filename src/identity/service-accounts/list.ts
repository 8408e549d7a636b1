import { type SQL, and, eq, sql } from 'drizzle-orm'
import { type BulkInput, type BulkRows, inBulk } from '../../core/bulk'
import { limits } from '../../core/limits'
import type { Scope } from '../../core/scope'
import { naturally } from '../../core/table'
import { type Paging, containing, keyset, uuids } from '../../core/wire'
import { serviceAccounts } from './schema'
import { accountColumns, shown, updateServiceAccount, visible } from './service'

export interface ServiceAccountFilter {
  search?: string
  disabled?: boolean
}

const { name, description } = serviceAccounts
const byName = naturally(name)

const matching = (scope: Scope, { search, disabled }: ServiceAccountFilter): SQL | undefined =>
  and(
    scope.own(serviceAccounts),
    visible(scope),
    search ? sql`(${name} ilike ${containing(search)} or ${description} ilike ${containing(search)})` : undefined,
    disabled === undefined ? undefined : eq(serviceAccounts.disabled, disabled),
  )

export async function listServiceAccounts(scope: Scope, { limit, cursor, ...filter }: ServiceAccountFilter & Paging) {
  const { rows, after, order, cut } = keyset({ limit, cursor }, serviceAccounts.id, { by: byName })
  const found = await scope.tx
    .select({ ...accountColumns(), key: byName })
    .from(serviceAccounts)
    .where(and(matching(scope, filter), after))
    .orderBy(order)
    .limit(rows)
  const page = cut(
    found.map((row) => ({ ...row, id: row.account.id })),
    ({ key }) => key,
  )
  return { items: page.items.map(shown), next_cursor: page.next_cursor }
}

export const countServiceAccounts = async (scope: Scope, filter: ServiceAccountFilter) => ({
  count: await scope.tx.$count(serviceAccounts, matching(scope, filter)),
})

const bulkRows = (scope: Scope): BulkRows<ServiceAccountFilter> => ({
  page: (filter) => listServiceAccounts(scope, filter),
  named: (ids) =>
    scope.tx
      .select({ id: serviceAccounts.id, name })
      .from(serviceAccounts)
      .where(and(scope.own(serviceAccounts), visible(scope), sql`${serviceAccounts.id} = any(${uuids(ids)})`)),
})

export const disableServiceAccounts = (scope: Scope, { disabled, ...which }: BulkInput<ServiceAccountFilter> & { disabled: boolean }) =>
  inBulk(scope, which, bulkRows(scope), (id) => updateServiceAccount(scope, id, { disabled }), limits.bulkAccounts)
