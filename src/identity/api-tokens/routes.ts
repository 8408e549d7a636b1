import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { bulkAnswer, bulkCursor, bulkIds, id, instant, name, oneOf, page, paging, several, stamps, uuid } from '../../core/wire'
import { countApiTokens, listApiTokens, revokeApiTokens, tokenStates } from './list'
import { createApiToken, revokeApiToken } from './service'

const token = t.Object({
  id: t.String(),
  name: t.String(),
  prefix: t.String(),
  owner: t.Object({ kind: oneOf(['user', 'service_account']), id: t.String(), name: t.String() }),
  scopes: t.Array(t.String()),
  allowed_addresses: t.Nullable(t.Array(t.String())),
  expires_at: instant,
  last_used_at: t.Nullable(instant),
  revoked_at: t.Nullable(instant),
  ...stamps,
})
const filter = {
  own: t.Optional(t.Boolean({ description: 'true: those of the caller' })),
  service_account_id: t.Optional(uuid),
  search: t.Optional(t.String({ maxLength: 200, description: 'in the names of tokens and of whom they belong to' })),
  state: several(oneOf(tokenStates), tokenStates.length),
}

export const apiTokenRoutes = new Elysia({ prefix: '/api-tokens', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listApiTokens(scope, query)), {
    permission: 'api_tokens.read',
    query: t.Object({ ...filter, ...paging }),
    response: { 200: page(token) },
    detail: { summary: 'Own API tokens, newest first; with settings.api_tokens.read those of everybody' },
  })
  .post(
    '/',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createApiToken(scope, body))
    },
    {
      permission: 'api_tokens.create',
      refuses: { 403: ['beyond_own_permissions', 'beyond_own_scope'], 404: ['not_found'], 409: ['too_many'] },
      body: t.Object({
        name,
        scopes: t.Array(t.String({ maxLength: 100 }), { minItems: 1, maxItems: 500 }),
        expires_at: t.Date({ description: 'at most 366 days away' }),
        allowed_addresses: t.Optional(
          t.Nullable(t.Array(t.String({ maxLength: 50 }), { maxItems: 50, description: 'addresses and networks; none: from anywhere' })),
        ),
        service_account_id: t.Optional(t.Nullable(uuid)),
      }),
      response: { 201: t.Object({ ...token.properties, token: t.String({ description: 'shown this once' }) }) },
      detail: { summary: 'Make an API token of one’s own, or of a service account (settings.service_accounts.update)' },
    },
  )
  .get('/count', ({ run, query }) => run((scope) => countApiTokens(scope, query)), {
    permission: 'api_tokens.read',
    query: t.Object(filter),
    response: { 200: t.Object({ count: t.Integer() }) },
    detail: { summary: 'How many API tokens a filter matches' },
  })
  .post('/bulk/revoke', ({ run, body }) => run((scope) => revokeApiTokens(scope, body)), {
    permission: 'api_tokens.delete',
    body: t.Object({ ids: bulkIds, filter: t.Optional(t.Object(filter)), cursor: bulkCursor }),
    response: { 200: bulkAnswer },
    detail: {
      summary:
        'Revoke many API tokens: those named, or all that a filter matches, a page a call; those of others need settings.api_tokens.delete',
    },
  })
  .delete(
    '/:id',
    async ({ run, params, set }) => {
      await run((scope) => revokeApiToken(scope, params.id))
      set.status = 204
    },
    {
      permission: 'api_tokens.delete',
      params: id,
      detail: { summary: 'Revoke an API token at once, and those made with it; those of others need settings.api_tokens.delete' },
    },
  )
