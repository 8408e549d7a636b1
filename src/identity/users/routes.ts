import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { id, instant, name, page, paging, stamps, uuid } from '../../core/wire'
import { languageOf } from '../mail/letters'
import { createUser, endUserSessions, getUser, listUsers, removeUser, resetFactor, updateUser } from './service'

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

export const userRoutes = new Elysia({ prefix: '/users', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listUsers(scope, query)), {
    permission: 'settings.users.read',
    query: t.Object({ search: t.Optional(t.String({ maxLength: 200 })), group_id: t.Optional(uuid), ...paging }),
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
  .get('/:id', ({ run, params }) => run((scope) => getUser(scope, params.id)), {
    permission: 'settings.users.read',
    params: id,
    response: { 200: user },
    detail: { summary: 'One user' },
  })
  .patch('/:id', ({ run, params, body }) => run((scope) => updateUser(scope, params.id, body)), {
    permission: 'settings.users.update',
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
    { permission: 'settings.users.delete', params: id, detail: { summary: 'Take a user out of the organization' } },
  )
