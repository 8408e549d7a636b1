import { Elysia, t } from 'elysia'
import { id, instant, later, name, oneOf, page, paging, stamps } from '../../core/wire'
import { guard } from '../guard'
import { tenantEvents, tenantStates } from '../states'
import { days, usage } from '../wire'
import { changeState, createTenant, getTenant, inviteAdministrator, listTenants } from './service'

const most = t.Nullable(t.Integer())
const licence = t.Object({
  id: t.String(),
  plan: t.String(),
  features: t.Array(t.String()),
  max_users: most,
  max_devices: most,
  grace_days: t.Integer(),
  expires_at: t.Nullable(instant),
  grace_ends_at: t.Nullable(instant),
})
const tenant = t.Object({
  id: t.String(),
  name,
  state: oneOf(tenantStates),
  state_since: instant,
  state_reason: t.Nullable(t.String()),
  delete_after: t.Nullable(instant),
  erased_at: t.Nullable(instant),
  events: t.Array(oneOf(tenantEvents), { description: 'what may happen to it in this state' }),
  licence: t.Nullable(licence),
  version: t.Integer(),
  ...stamps,
})
const administrator = t.Object({
  email: t.String({ format: 'email', maxLength: 254 }),
  language: oneOf(['en', 'it']),
})

export const tenantRoutes = new Elysia({ prefix: '/tenants', tags: ['tenants'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listTenants(scope, query)), {
    permission: 'tenants.read',
    query: t.Object({ ...paging, state: t.Optional(oneOf(tenantStates)), search: t.Optional(t.String({ maxLength: 200 })) }),
    response: { 200: page(tenant) },
    detail: { summary: 'Tenants, newest first' },
  })
  .post(
    '/',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createTenant(scope, body))
    },
    {
      permission: 'tenants.create',
      body: t.Object({ name, administrator }),
      response: { 201: tenant },
      detail: { summary: 'Create a tenant; its first administrator is invited by mail' },
    },
  )
  .get('/:id', ({ run, params }) => run((scope) => getTenant(scope, params.id)), {
    permission: 'tenants.read',
    params: id,
    response: { 200: t.Object({ ...tenant.properties, usage: t.Nullable(usage), days }) },
    detail: { summary: 'One tenant, and what it uses' },
  })
  .post(
    '/:id/administrators',
    async ({ run, params, body, set }) => {
      await run((scope) => inviteAdministrator(scope, params.id, body))
      set.status = 202
    },
    {
      permission: 'tenants.create',
      refuses: { 409: ['refused_in_state'] },
      params: id,
      body: administrator,
      detail: { summary: 'Invite another administrator by mail', ...later },
    },
  )
  .post('/:id/events', ({ run, params, body }) => run((scope) => changeState(scope, params.id, body.event, body.reason)), {
    permission: 'tenants.update',
    refuses: { 409: ['licence_required', 'refused_in_state'] },
    params: id,
    body: t.Object({ event: oneOf(['activate', 'suspend', 'resume']), reason: t.String({ minLength: 3, maxLength: 500, pattern: '\\S' }) }),
    response: { 200: tenant },
    detail: { summary: 'Activate, suspend or resume a tenant; the Cloud is told' },
  })
