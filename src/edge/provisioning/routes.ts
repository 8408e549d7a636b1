import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { id, instant, name, page, paging, stamps, uuid } from '../../core/wire'
import { createProvisioningKey, listProvisioningKeys, revokeProvisioningKey } from './service'

const key = t.Object({
  id: t.String(),
  label: t.String(),
  prefix: t.String(),
  org_unit_id: t.Nullable(t.String()),
  site_id: t.Nullable(t.String()),
  use_limit: t.Nullable(t.Integer()),
  uses: t.Integer(),
  expires_at: t.Nullable(instant),
  revoked_at: t.Nullable(instant),
  last_used_at: t.Nullable(instant),
  ...stamps,
})

export const provisioningRoutes = new Elysia({ prefix: '/settings/edge-registration-keys', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listProvisioningKeys(scope, query)), {
    permission: 'settings.edge_registration_keys.read',
    query: t.Object(paging),
    response: { 200: page(key) },
    detail: { summary: 'Registration keys, newest first' },
  })
  .post(
    '/',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createProvisioningKey(scope, body))
    },
    {
      permission: 'settings.edge_registration_keys.create',
      body: t.Object({
        label: name,
        expires_at: t.Optional(t.Nullable(instant)),
        use_limit: t.Optional(t.Nullable(t.Integer({ minimum: 1, maximum: 1_000_000 }))),
        org_unit_id: t.Optional(t.Nullable(uuid)),
        site_id: t.Optional(t.Nullable({ ...uuid, description: 'of that unit' })),
      }),
      response: { 201: t.Object({ ...key.properties, provisioning_key: t.String({ description: 'shown this once' }) }) },
      detail: { summary: 'Make a registration key' },
    },
  )
  .delete(
    '/:id',
    async ({ run, params, set }) => {
      await run((scope) => revokeProvisioningKey(scope, params.id))
      set.status = 204
    },
    { permission: 'settings.edge_registration_keys.delete', params: id, detail: { summary: 'Revoke a registration key; devices stay' } },
  )
