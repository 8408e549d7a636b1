import { Elysia, t } from 'elysia'
import { id, instant, name, oneOf, page, paging, stamps } from '../../core/wire'
import { guard } from '../guard'
import { changeState, getTenant, listTenants } from './service'
import { tenantEvents, tenantStates } from '../states'

const tenant = t.Object({
  id: t.String(),
  name,
  state: oneOf(tenantStates),
  state_since: instant,
  state_reason: t.Nullable(t.String()),
  delete_after: t.Nullable(instant),
  events: t.Array(oneOf(tenantEvents), { description: 'what may happen to it in this state' }),
  version: t.Integer(),
  ...stamps,
})

export const tenantRoutes = new Elysia({ prefix: '/tenants', tags: ['tenants'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listTenants(scope, query)), {
    permission: 'tenants.read',
    query: t.Object({ ...paging, state: t.Optional(oneOf(tenantStates)), search: t.Optional(t.String({ maxLength: 200 })) }),
    response: { 200: page(tenant) },
    detail: { summary: 'Tenants, newest first' },
  })
  .get('/:id', ({ run, params }) => run((scope) => getTenant(scope, params.id)), {
    permission: 'tenants.read',
    params: id,
    response: { 200: tenant },
    detail: { summary: 'One tenant' },
  })
  .post('/:id/events', ({ run, params, body }) => run((scope) => changeState(scope, params.id, body.event, body.reason)), {
    permission: 'tenants.update',
    params: id,
    body: t.Object({ event: oneOf(['activate', 'suspend', 'resume']), reason: t.String({ minLength: 3, maxLength: 500, pattern: '\\S' }) }),
    response: { 200: tenant },
    detail: { summary: 'Activate, suspend or resume a tenant; the Cloud is told' },
  })
