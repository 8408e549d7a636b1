import { type SQL, and, eq, isNotNull, isNull, or, sql } from 'drizzle-orm'
import { type BulkInput, type BulkRows, inBulk } from '../../core/bulk'
import { now } from '../../core/clock'
import type { Scope } from '../../core/scope'
import { type Paging, containing, keyset, uuids } from '../../core/wire'
import { apiTokens } from './schema'
import { ofCaller, owner, revokeApiToken, shown, visible } from './service'

export const tokenStates = ['valid', 'expired', 'revoked'] as const
type TokenState = (typeof tokenStates)[number]

export interface ApiTokenFilter {
  own?: boolean
  service_account_id?: string
  search?: string
  /** These are alternatives. */
  state?: TokenState[]
}

const ended = () => sql`${apiTokens.expires_at} <= ${now().toISOString()}`
const inState: Record<TokenState, () => SQL | undefined> = {
  valid: () => and(isNull(apiTokens.revoked_at), sql`not ${ended()}`),
  expired: () => and(isNull(apiTokens.revoked_at), ended()),
  revoked: () => isNotNull(apiTokens.revoked_at),
}

const matching = (scope: Scope, { own: onlyOwn, service_account_id, search, state }: ApiTokenFilter): SQL | undefined =>
  and(
    scope.own(apiTokens),
    onlyOwn ? ofCaller(scope) : visible(scope, 'settings.api_tokens.read'),
    service_account_id ? eq(apiTokens.service_account_id, service_account_id) : undefined,
    search ? sql`(${apiTokens.name} ilike ${containing(search)} or ${owner} ->> 'name' ilike ${containing(search)})` : undefined,
    state?.length ? or(...state.map((each) => inState[each]())) : undefined,
  )

/** Newest first; those that were revoked or have run out stay listed. */
export async function listApiTokens(scope: Scope, { limit, cursor, ...filter }: ApiTokenFilter & Paging) {
  const { rows, after, order, cut } = keyset({ limit, cursor }, apiTokens.id, { descending: true })
  const found = await scope.tx
    .select({ id: apiTokens.id, token: apiTokens, owner })
    .from(apiTokens)
    .where(and(matching(scope, filter), after))
    .orderBy(order)
    .limit(rows)
  const page = cut(found)
  return { items: page.items.map(shown), next_cursor: page.next_cursor }
}

export const countApiTokens = async (scope: Scope, filter: ApiTokenFilter) => ({
  count: await scope.tx.$count(apiTokens, matching(scope, filter)),
})

const bulkRows = (scope: Scope): BulkRows<ApiTokenFilter> => ({
  page: (filter) => listApiTokens(scope, filter),
  named: (ids) =>
    scope.tx
      .select({ id: apiTokens.id, name: apiTokens.name })
      .from(apiTokens)
      .where(and(scope.own(apiTokens), visible(scope, 'settings.api_tokens.read'), sql`${apiTokens.id} = any(${uuids(ids)})`)),
})

export const revokeApiTokens = (scope: Scope, which: BulkInput<ApiTokenFilter>) =>
  inBulk(scope, which, bulkRows(scope), (id) => revokeApiToken(scope, id))
