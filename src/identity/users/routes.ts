import { Elysia, t } from 'elysia'
import { createExport, csvDownload, downloadExport } from '../../core/export'
import { guard } from '../../core/guard'
import { bulkAccountIds, bulkAnswer, bulkCursor, exported, id, instant, name, oneOf, page, paging, stamps, uuid } from '../../core/wire'
import { languageOf } from '../mail/letters'
import { addUsersToGroups, countUsers, disableUsers, listUsers, signUsersOut, userExport, userOrders } from './list'
import { createUser, endUserSessions, getUser, removeUser, resetFactor, updateUser } from './service'

const orgUnitScope = t.Union([t.Literal('all'), t.Array(t.Object({ org_unit_id: uuid, subtree: t.Boolean() }), { maxItems: 200 })])
const groupIds = t.Array(uuid, { maxItems: 50 })
const user = t.Object({
  id: t.String(),
  email: t.String(),
  name: t.String(),
  disabled: t.Boolean(),
  mfa_enabled: t.Boolean({ description: 'signs in with a second factor' }),
  groups: t.Array(t.Object({ id: t.String(), name: t.String() })),
  org_unit_scope: t.Union([t.Literal('all'), t.Array(t.Object({ org_unit_id: t.String(), name: t.String(), subtree: t.Boolean() }))]),
  last_sign_in_at: t.Nullable(instant),
  ...stamps,
})

const filter = {
  search: t.Optional(t.String({ maxLength: 200 })),
  group_id: t.Optional(uuid),
  group_id_not: t.Optional(uuid),
  disabled: t.Optional(t.Boolean({ description: 'those who are, or who are not' })),
  last_sign_in_at_after: t.Optional(instant),
  last_sign_in_at_before: t.Optional(instant),
}

const bulk = { ids: bulkAccountIds, filter: t.Optional(t.Object(filter)), cursor: bulkCursor }

export const userRoutes = new Elysia({ prefix: '/users', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listUsers(scope, query)), {
    permission: 'settings.users.read',
    query: t.Object({ ...filter, sort: t.Optional(oneOf(userOrders)), ...paging }),
    response: { 200: page(user) },
    detail: { summary: 'Users by name' },
  })
  .post(
    '/',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createUser(scope, body))
    },
    {
      permission: 'settings.users.create',
      refuses: { 403: ['beyond_own_permissions', 'beyond_own_scope', 'limit_reached'], 409: ['already_registered'] },
      body: t.Object({ email: t.String({ format: 'email', maxLength: 254 }), name, group_ids: groupIds, org_unit_scope: orgUnitScope }),
      response: {
        201: t.Object({
          ...user.properties,
          initial_password: t.String({ description: 'shown this once; signing in with it asks for another' }),
          initial_password_until: instant,
        }),
      },
      detail: { summary: 'Add a user with a first password' },
    },
  )
  .get('/count', ({ run, query }) => run((scope) => countUsers(scope, query)), {
    permission: 'settings.users.read',
    query: t.Object(filter),
    response: { 200: t.Object({ count: t.Integer() }) },
    detail: { summary: 'How many users a filter matches' },
  })
  .post('/bulk/disable', ({ run, body }) => run((scope) => disableUsers(scope, body)), {
    permission: 'settings.users.update',
    body: t.Object({ ...bulk, disabled: t.Boolean() }),
    response: { 200: bulkAnswer },
    detail: { summary: 'Disable or enable many users: those named, or all that a filter matches, a page a call' },
  })
  .post('/bulk/groups', ({ run, body }) => run((scope) => addUsersToGroups(scope, body)), {
    permission: 'settings.users.update',
    refuses: { 403: ['beyond_own_permissions'] },
    body: t.Object({ ...bulk, group_ids: t.Array(uuid, { minItems: 1, maxItems: 50 }) }),
    response: { 200: bulkAnswer },
    detail: { summary: 'Add many users to groups: those named, or all that a filter matches, a page a call' },
  })
  .post('/bulk/end-sessions', ({ run, body }) => run((scope) => signUsersOut(scope, body)), {
    permission: 'settings.users.update',
    body: t.Object(bulk),
    response: { 200: bulkAnswer },
    detail: { summary: 'End all sessions of many users in this organization: those named, or all that a filter matches, a page a call' },
  })
  .post(
    '/exports',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createExport(scope, userExport.kind, body))
    },
    {
      permission: 'settings.users.export',
      body: t.Object({ ...filter, sort: t.Optional(oneOf(userOrders)) }),
      response: { 201: exported },
      detail: { summary: 'Ask for the users of a filter as a file, which can be downloaded for an hour' },
    },
  )
  .get('/exports/:id', ({ request, server, set, params }) => downloadExport({ request, server, set }, params.id, userExport), {
    permission: 'settings.users.export',
    ...csvDownload('Download an export as CSV'),
  })
  .get('/:id', ({ run, params }) => run((scope) => getUser(scope, params.id)), {
    permission: 'settings.users.read',
    params: id,
    response: { 200: user },
    detail: { summary: 'One user' },
  })
  .patch('/:id', ({ run, params, body }) => run((scope) => updateUser(scope, params.id, body)), {
    permission: 'settings.users.update',
    refuses: {
      403: ['beyond_own_permissions', 'beyond_own_scope', 'limit_reached'],
      409: ['last_administrator', 'own_account'],
      412: ['stale'],
    },
    params: id,
    body: t.Partial(t.Object({ name, disabled: t.Boolean(), group_ids: groupIds, org_unit_scope: orgUnitScope })),
    response: { 200: user },
    detail: { summary: 'Change name, groups or scope; disable or enable' },
  })
  .post(
    '/:id/mfa/reset',
    async ({ run, params, headers, set }) => {
      await run((scope) => resetFactor(scope, params.id, languageOf(headers['accept-language'])))
      set.status = 204
    },
    {
      permission: 'settings.users.update',
      refuses: { 403: ['beyond_own_permissions'], 409: ['mfa_elsewhere', 'mfa_not_enabled', 'own_account'] },
      params: id,
      detail: { summary: 'Switch off the second factor of a user who lost it; all sessions of the user end' },
    },
  )
  .delete(
    '/:id/sessions',
    async ({ run, params, set }) => {
      await run((scope) => endUserSessions(scope, params.id))
      set.status = 204
    },
    {
      permission: 'settings.users.update',
      refuses: { 403: ['beyond_own_permissions'], 409: ['own_account'] },
      params: id,
      detail: { summary: 'End all sessions of a user in this organization' },
    },
  )
  .delete(
    '/:id',
    async ({ run, params, set }) => {
      await run((scope) => removeUser(scope, params.id))
      set.status = 204
    },
    {
      permission: 'settings.users.delete',
      refuses: { 403: ['beyond_own_permissions', 'beyond_own_scope'], 409: ['last_administrator', 'own_account'], 412: ['stale'] },
      params: id,
      detail: { summary: 'Take a user out of the organization' },
    },
  )
