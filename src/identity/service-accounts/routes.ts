import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { bulkAccountIds, bulkAnswer, bulkCursor, id, name, page, paging, stamps, uuid } from '../../core/wire'
import { countServiceAccounts, disableServiceAccounts, listServiceAccounts } from './list'
import { createServiceAccount, getServiceAccount, removeServiceAccount, updateServiceAccount } from './service'

const input = t.Object({
  name,
  description: t.Optional(t.Nullable(t.String({ maxLength: 500 }))),
  group_ids: t.Array(uuid, { maxItems: 50 }),
  org_unit_scope: t.Union([t.Literal('all'), t.Array(t.Object({ org_unit_id: uuid, subtree: t.Boolean() }), { maxItems: 200 })]),
})
const account = t.Object({
  id: t.String(),
  name: t.String(),
  description: t.Nullable(t.String()),
  disabled: t.Boolean(),
  groups: t.Array(t.Object({ id: t.String(), name: t.String() })),
  org_unit_scope: t.Union([t.Literal('all'), t.Array(t.Object({ org_unit_id: t.String(), name: t.String(), subtree: t.Boolean() }))]),
  token_count: t.Integer({ description: 'API tokens that hold' }),
  ...stamps,
})
const filter = {
  search: t.Optional(t.String({ maxLength: 200 })),
  disabled: t.Optional(t.Boolean({ description: 'those that are, or that are not' })),
}

export const serviceAccountRoutes = new Elysia({ prefix: '/service-accounts', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listServiceAccounts(scope, query)), {
    permission: 'settings.service_accounts.read',
    query: t.Object({ ...filter, ...paging }),
    response: { 200: page(account) },
    detail: { summary: 'Service accounts by name' },
  })
  .post(
    '/',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createServiceAccount(scope, body))
    },
    {
      permission: 'settings.service_accounts.create',
      refuses: { 403: ['beyond_own_permissions', 'beyond_own_scope'], 409: ['already_exists'] },
      body: input,
      response: { 201: account },
      detail: { summary: 'Add a service account; it signs in by API tokens alone' },
    },
  )
  .get('/count', ({ run, query }) => run((scope) => countServiceAccounts(scope, query)), {
    permission: 'settings.service_accounts.read',
    query: t.Object(filter),
    response: { 200: t.Object({ count: t.Integer() }) },
    detail: { summary: 'How many service accounts a filter matches' },
  })
  .post('/bulk/disable', ({ run, body }) => run((scope) => disableServiceAccounts(scope, body)), {
    permission: 'settings.service_accounts.update',
    body: t.Object({ ids: bulkAccountIds, filter: t.Optional(t.Object(filter)), cursor: bulkCursor, disabled: t.Boolean() }),
    response: { 200: bulkAnswer },
    detail: { summary: 'Disable or enable many service accounts: those named, or all that a filter matches, a page a call' },
  })
  .get('/:id', ({ run, params }) => run((scope) => getServiceAccount(scope, params.id)), {
    permission: 'settings.service_accounts.read',
    params: id,
    response: { 200: account },
    detail: { summary: 'One service account' },
  })
  .patch('/:id', ({ run, params, body }) => run((scope) => updateServiceAccount(scope, params.id, body)), {
    permission: 'settings.service_accounts.update',
    refuses: { 403: ['beyond_own_permissions', 'beyond_own_scope'], 409: ['own_account'], 412: ['stale'] },
    params: id,
    body: t.Partial(t.Object({ ...input.properties, disabled: t.Boolean() })),
    response: { 200: account },
    detail: { summary: 'Change a service account; disable or enable it' },
  })
  .delete(
    '/:id',
    async ({ run, params, set }) => {
      await run((scope) => removeServiceAccount(scope, params.id))
      set.status = 204
    },
    {
      permission: 'settings.service_accounts.delete',
      refuses: { 403: ['beyond_own_permissions'], 409: ['own_account'], 412: ['stale'] },
      params: id,
      detail: { summary: 'Remove a service account and its API tokens' },
    },
  )
