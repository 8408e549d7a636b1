import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { id, instant, name, oneOf, page, paging, stamps, uuid } from '../../core/wire'
import {
  deleteDevice,
  deviceOrders,
  deviceStatuses,
  getDevice,
  listDevices,
  registerDevice,
  summarizeDevices,
  updateDevice,
} from './service'

const words = t.String({ maxLength: 200 })
const device = t.Object({
  id: t.String(),
  name: t.String(),
  type: t.String(),
  hardware_id: t.Nullable(t.String()),
  location: t.Nullable(t.String()),
  org_unit_id: t.Nullable(t.String()),
  status: oneOf(deviceStatuses),
  last_seen_at: t.Nullable(instant),
  agent_version: t.Nullable(t.String()),
  address: t.Nullable(t.String()),
  ...stamps,
})

const agent = (userAgent: string | undefined) => userAgent?.match(/^monozu-edge\/([\w.+-]{1,40})/)?.[1]

export const deviceRoutes = new Elysia({ prefix: '/devices', tags: ['devices'] })
  .use(guard)
  .post(
    '/register',
    (context) => {
      const { registration_key, ...input } = context.body
      context.set.status = 201
      const key = context.headers['x-provisioning-key'] ?? registration_key
      return registerDevice(key, input, callOf(context), agent(context.headers['user-agent']))
    },
    {
      public: 'the provisioning key is the credential',
      body: t.Object({
        name,
        type: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
        hardware_id: t.Optional(t.String({ minLength: 1, maxLength: 200 })),
        location: t.Optional(words),
        registration_key: t.Optional(t.String({ maxLength: 200 })),
      }),
      response: {
        201: t.Object({
          device_id: t.String(),
          device_key: t.String(),
          tenant_id: t.String(),
          ingest_url: t.String(),
          commands_url: t.String(),
        }),
      },
      detail: { summary: 'Register an appliance with a provisioning key', security: [{ provisioning: [] }] },
    },
  )
  .get('/', ({ run, query }) => run((scope) => listDevices(scope, query)), {
    permission: 'devices.read',
    query: t.Object({
      search: t.Optional(words),
      status: t.Optional(oneOf(deviceStatuses)),
      type: t.Optional(words),
      org_unit_id: t.Optional(uuid),
      sort: t.Optional(oneOf(deviceOrders)),
      ...paging,
    }),
    response: { 200: page(device) },
    detail: { summary: 'Devices that one sees' },
  })
  .get('/summary', ({ run }) => run(summarizeDevices), {
    permission: 'devices.read',
    response: { 200: t.Object({ total: t.Integer(), online: t.Integer(), offline: t.Integer(), never: t.Integer() }) },
    detail: { summary: 'How many devices are online' },
  })
  .get('/:id', ({ run, params }) => run((scope) => getDevice(scope, params.id)), {
    permission: 'devices.read',
    params: id,
    response: { 200: device },
    detail: { summary: 'One device' },
  })
  .patch('/:id', ({ run, params, body }) => run((scope) => updateDevice(scope, params.id, body)), {
    permission: 'devices.update',
    params: id,
    body: t.Partial(
      t.Object({ name, type: t.String({ minLength: 1, maxLength: 100 }), location: t.Nullable(words), org_unit_id: t.Nullable(uuid) }),
    ),
    response: { 200: device },
    detail: { summary: 'Rename, describe or place a device' },
  })
  .delete(
    '/:id',
    async ({ run, params, set }) => {
      await run((scope) => deleteDevice(scope, params.id))
      set.status = 204
    },
    { permission: 'devices.delete', params: id, detail: { summary: 'Remove a device with its telemetry' } },
  )
