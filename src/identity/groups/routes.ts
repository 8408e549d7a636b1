import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { everyPermission, permissions } from '../../core/permissions'
import { id, list, name, oneOf, page, paging, stamps } from '../../core/wire'
import { builtIns } from './schema'
import { createGroup, deleteGroup, getGroup, listGroups, updateGroup } from './service'

const input = t.Object({
  name,
  description: t.Optional(t.Nullable(t.String({ maxLength: 500 }))),
  permissions: t.Array(t.String({ maxLength: 100 }), { maxItems: 500 }),
})
const group = t.Object({
  id: t.String(),
  name: t.String(),
  description: t.Nullable(t.String()),
  built_in: t.Nullable(oneOf(builtIns)),
  permissions: t.Array(t.String()),
  member_count: t.Integer(),
  ...stamps,
})

const catalogue = {
  items: everyPermission.map((permission) => ({
    permission,
    description: permissions[permission],
    area: permission.replace(/\.\w+$/, ''),
  })),
}

export const groupRoutes = new Elysia({ tags: ['settings'] })
  .use(guard)
  .get('/permissions', () => catalogue, {
    permission: 'settings.groups.read',
    response: { 200: list(t.Object({ permission: t.String(), description: t.String(), area: t.String() })) },
    detail: { summary: 'The permission catalogue' },
  })
  .get('/groups', ({ run, query }) => run((scope) => listGroups(scope, query)), {
    permission: 'settings.groups.read',
    query: t.Object({ search: t.Optional(t.String({ maxLength: 200 })), ...paging }),
    response: { 200: page(group) },
    detail: { summary: 'Groups by name' },
  })
  .post(
    '/groups',
    async ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createGroup(scope, body))
    },
    {
      permission: 'settings.groups.create',
      refuses: { 403: ['beyond_own_permissions'], 409: ['already_exists'] },
      body: input,
      response: { 201: group },
      detail: { summary: 'Add a group' },
    },
  )
  .get('/groups/:id', ({ run, params }) => run((scope) => getGroup(scope, params.id)), {
    permission: 'settings.groups.read',
    params: id,
    response: { 200: group },
    detail: { summary: 'One group' },
  })
  .patch('/groups/:id', ({ run, params, body }) => run((scope) => updateGroup(scope, params.id, body)), {
    permission: 'settings.groups.update',
    refuses: { 403: ['beyond_own_permissions', 'beyond_own_scope'], 409: ['built_in'], 412: ['stale'] },
    params: id,
    body: t.Partial(input),
    response: { 200: group },
    detail: { summary: 'Change a group' },
  })
  .delete(
    '/groups/:id',
    async ({ run, params, set }) => {
      await run((scope) => deleteGroup(scope, params.id))
      set.status = 204
    },
    {
      permission: 'settings.groups.delete',
      refuses: { 403: ['beyond_own_permissions', 'beyond_own_scope'], 409: ['built_in'], 412: ['stale'] },
      params: id,
      detail: { summary: 'Remove a group' },
    },
  )
