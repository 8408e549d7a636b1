import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { id, instant, page, paging, stamps } from '../../core/wire'
import { createDeviceKey, listDeviceKeys, revokeDeviceKey, rotateOwnKey } from './service'

const key = t.Object({
  id: t.String(),
  device_id: t.String(),
  prefix: t.Nullable(t.String()),
  expires_at: t.Nullable(instant),
  revoked_at: t.Nullable(instant),
  last_used_at: t.Nullable(instant),
  ...stamps,
})
const secret = {
  device_key: t.String({ description: 'shown this once' }),
  previous_ends_at: t.Nullable(t.Date({ description: 'when the former key ends, unless the new one is used before' })),
}

export const deviceKeyRoutes = new Elysia({ tags: ['devices'] })
  .use(guard)
  .get('/devices/:id/keys', ({ run, params, query }) => run((scope) => listDeviceKeys(scope, params.id, query)), {
    permission: 'devices.keys.read',
    params: id,
    query: t.Object(paging),
    response: { 200: page(key) },
    detail: { summary: 'Keys of a device, newest first' },
  })
  .post(
    '/devices/:id/keys',
    ({ run, params, set }) => {
      set.status = 201
      return run((scope) => createDeviceKey(scope, params.id))
    },
    {
      permission: 'devices.keys.create',
      params: id,
      response: { 201: t.Object({ ...key.properties, ...secret }) },
      detail: { summary: 'Make a new key to bring to a device by hand; the former goes on until the new one is used' },
    },
  )
  .delete(
    '/device-keys/:id',
    async ({ run, params, set }) => {
      await run((scope) => revokeDeviceKey(scope, params.id))
      set.status = 204
    },
    { permission: 'devices.keys.delete', params: id, detail: { summary: 'Revoke a key of a device at once' } },
  )
  .post(
    '/devices/self/key',
    ({ run, known, set }) => {
      set.status = 201
      return run((scope) => rotateOwnKey(scope, known.key_id!))
    },
    {
      device: true,
      response: { 201: t.Object(secret) },
      detail: { summary: 'A new key for the device that asks; the one it asks with goes on until the new one is used' },
    },
  )
