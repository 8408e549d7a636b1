import { Elysia, t } from 'elysia'
import { createExport, csvDownload, downloadExport } from '../../core/export'
import { callOf, guard } from '../../core/guard'
import { limits } from '../../core/limits'
import {
  bulkAnswer,
  bulkCursor,
  bulkIds,
  exported,
  id,
  instant,
  list,
  name,
  oneOf,
  page,
  paging,
  several,
  stamps,
  summarized,
  uuid,
  unitAndBelow,
} from '../../core/wire'
import {
  countDevices,
  deleteDevices,
  deviceExport,
  deviceFacets,
  deviceOrders,
  devicesBySite,
  devicesByUnit,
  listDevices,
  summarizeDevices,
  updateDevices,
} from './list'
import { addDevice, deleteDevice, deviceStatuses, getDevice, registerDevice, updateDevice } from './service'

const words = t.String({ maxLength: 200 })
const device = t.Object({
  id: t.String(),
  name: t.String(),
  type: t.String(),
  hardware_id: t.Nullable(t.String()),
  location: t.Nullable(t.String()),
  org_unit_id: t.Nullable(t.String()),
  site_id: t.Nullable(t.String()),
  status: oneOf(deviceStatuses),
  last_seen_at: t.Nullable(instant),
  agent_version: t.Nullable(t.String()),
  address: t.Nullable(t.String()),
  ...stamps,
})

const change = t.Object({
  name,
  type: t.String({ minLength: 1, maxLength: 100 }),
  location: t.Nullable(words),
  org_unit_id: t.Nullable(uuid),
  site_id: t.Nullable({ ...uuid, description: 'of the unit; where the unit alone is changed, the device stands at none' }),
})

const admitted = t.Object({
  device_id: t.String(),
  device_key: t.String({ description: 'shown this once' }),
  tenant_id: t.String(),
  ingest_url: t.String(),
  commands_url: t.String(),
})

const filter = {
  id: several(uuid, limits.bulkRows),
  search: t.Optional(words),
  name_contains: t.Optional(words),
  location_contains: t.Optional(words),
  status: several(oneOf(deviceStatuses), deviceStatuses.length),
  status_not: several(oneOf(deviceStatuses), deviceStatuses.length),
  type: several(words, 50),
  type_not: several(words, 50),
  agent_version: several(words, 50),
  agent_version_not: several(words, 50),
  org_unit_id: unitAndBelow,
  org_unit_id_not: t.Optional(uuid),
  site_id: several(uuid, 50),
  site_id_not: several(uuid, 50),
  created_at_after: t.Optional(instant),
  created_at_before: t.Optional(instant),
  last_seen_at_after: t.Optional(instant),
  last_seen_at_before: t.Optional(instant),
}
const bulk = { ids: bulkIds, filter: t.Optional(t.Object(filter)), cursor: bulkCursor }
const statusCounts = { online: t.Integer(), offline: t.Integer(), never: t.Integer() }
const facet = t.Array(t.Object({ value: t.String(), count: t.Integer() }))

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
      refuses: { 401: ['unauthenticated'], 403: ['limit_reached', 'tenant_pending', 'tenant_suspended'] },
      body: t.Object({
        name,
        type: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
        hardware_id: t.Optional(t.String({ minLength: 1, maxLength: 200 })),
        location: t.Optional(words),
        registration_key: t.Optional(t.String({ maxLength: 200 })),
      }),
      response: { 201: admitted },
      detail: { summary: 'Register an appliance with a provisioning key', security: [{ provisioning: [] }] },
    },
  )
  .post(
    '/',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => addDevice(scope, body))
    },
    {
      permission: 'settings.edge_registration_keys.create',
      refuses: { 403: ['limit_reached'] },
      body: t.Object({
        name,
        type: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
        location: t.Optional(words),
        org_unit_id: t.Optional(t.Nullable(uuid)),
      }),
      response: { 201: admitted },
      detail: {
        summary: 'Add a device that reports with a key and does not register itself',
        description: 'Whoever makes registration keys could register it as well.',
      },
    },
  )
  .get('/', ({ run, query }) => run((scope) => listDevices(scope, query)), {
    permission: 'devices.read',
    query: t.Object({ ...filter, sort: t.Optional(oneOf(deviceOrders)), ...paging }),
    response: { 200: page(device) },
    detail: { summary: 'Devices that one sees' },
  })
  .get('/summary', ({ run, query }) => run((scope) => summarizeDevices(scope, query)), {
    permission: 'devices.read',
    query: t.Object(summarized),
    response: {
      200: t.Object({
        total: t.Integer(),
        ...statusCounts,
        since: t.Optional(t.Object({ registered: t.Integer() })),
      }),
    },
    detail: { summary: 'How many devices are online' },
  })
  .get('/units', ({ run }) => run(devicesByUnit), {
    permission: 'devices.read',
    response: { 200: list(t.Object({ org_unit_id: t.Nullable(t.String()), ...statusCounts })) },
    detail: { summary: 'How many devices of each organization unit are online, those of units below it not counted' },
  })
  .get('/sites', ({ run }) => run(devicesBySite), {
    permission: 'devices.read',
    response: { 200: list(t.Object({ site_id: t.String(), ...statusCounts })) },
    detail: { summary: 'How many devices of each site are online' },
  })
  .get('/count', ({ run, query }) => run((scope) => countDevices(scope, query)), {
    permission: 'devices.read',
    query: t.Object(filter),
    response: { 200: t.Object({ count: t.Integer() }) },
    detail: { summary: 'How many devices a filter matches' },
  })
  .get('/facets', ({ run }) => run(deviceFacets), {
    permission: 'devices.read',
    response: { 200: t.Object({ type: facet, agent_version: facet }) },
    detail: { summary: 'Types and versions there are, the most frequent first' },
  })
  .post('/bulk/update', ({ run, body }) => run((scope) => updateDevices(scope, body)), {
    permission: 'devices.update',
    body: t.Object({ ...bulk, change: t.Partial(t.Omit(change, ['name'])) }),
    response: { 200: bulkAnswer },
    detail: { summary: 'Describe or place many devices: those named, or all that a filter matches, a page a call' },
  })
  .post('/bulk/delete', ({ run, body }) => run((scope) => deleteDevices(scope, body)), {
    permission: 'devices.delete',
    body: t.Object(bulk),
    response: { 200: bulkAnswer },
    detail: { summary: 'Remove many devices with their telemetry: those named, or all that a filter matches, a page a call' },
  })
  .post(
    '/exports',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createExport(scope, deviceExport.kind, body))
    },
    {
      permission: 'devices.export',
      body: t.Object({ ...filter, sort: t.Optional(oneOf(deviceOrders)) }),
      response: { 201: exported },
      detail: { summary: 'Ask for the devices of a filter as a file, which can be downloaded for an hour' },
    },
  )
  .get('/exports/:id', ({ request, server, set, params }) => downloadExport({ request, server, set }, params.id, deviceExport), {
    permission: 'devices.export',
    ...csvDownload('Download an export as CSV'),
  })
  .get('/:id', ({ run, params }) => run((scope) => getDevice(scope, params.id)), {
    permission: 'devices.read',
    params: id,
    response: { 200: device },
    detail: { summary: 'One device' },
  })
  .patch('/:id', ({ run, params, body }) => run((scope) => updateDevice(scope, params.id, body)), {
    permission: 'devices.update',
    refuses: { 412: ['stale'] },
    params: id,
    body: t.Partial(change),
    response: { 200: device },
    detail: { summary: 'Rename, describe or place a device' },
  })
  .delete(
    '/:id',
    async ({ run, params, set }) => {
      await run((scope) => deleteDevice(scope, params.id))
      set.status = 204
    },
    { permission: 'devices.delete', refuses: { 412: ['stale'] }, params: id, detail: { summary: 'Remove a device with its telemetry' } },
  )
