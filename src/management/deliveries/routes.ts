import { Elysia, t } from 'elysia'
import { Problem } from '../../core/errors'
import { id, instant, oneOf, page, paging, stamps, uuid } from '../../core/wire'
import { guard } from '../guard'
import { inManagement, plane } from '../scope'
import { deliveryKinds, deliveryStates } from './schema'
import { licenceMessage, listDeliveries, redeliver } from './service'

const delivery = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  kind: oneOf(deliveryKinds),
  body: t.Nullable(t.Record(t.String(), t.Unknown(), { description: 'what was said last' })),
  state: oneOf(deliveryStates),
  attempts: t.Integer(),
  next_at: instant,
  last_status: t.Nullable(t.Integer()),
  last_error: t.Nullable(t.String()),
  delivered_at: t.Nullable(instant),
  ...stamps,
})

export const deliveryRoutes = new Elysia({ prefix: '/deliveries', tags: ['deliveries'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listDeliveries(scope, query)), {
    permission: 'deliveries.read',
    query: t.Object({ ...paging, tenant_id: t.Optional(uuid), state: t.Optional(oneOf(deliveryStates)) }),
    response: { 200: page(delivery) },
    detail: { summary: 'What the Cloud was told, newest first' },
  })
  .post(
    '/:id/redeliver',
    async ({ run, params, set }) => {
      set.status = 201
      return run((scope) => redeliver(scope, params.id))
    },
    {
      permission: 'deliveries.redeliver',
      params: id,
      response: { 201: delivery },
      detail: { summary: 'Tell it again, as a message of its own' },
    },
  )

/** What the Cloud asks, so that a message that was lost heals. */
export const internalRoutes = new Elysia({ prefix: '/internal/v1', tags: ['internal'] }).use(guard).get(
  '/tenants/:id/license',
  async ({ params }) => {
    const message = await inManagement(plane, 'read only', (scope) => licenceMessage(scope, params.id))
    if (!message) throw new Problem(404, 'not_found', 'Nothing was decided about this tenant')
    return message
  },
  {
    internal: true,
    params: id,
    response: {
      200: t.Object({
        tenant_id: t.String(),
        plan: t.String(),
        features: t.Array(t.String()),
        limits: t.Object({ users: t.Nullable(t.Integer()), devices: t.Nullable(t.Integer()) }),
        expires_at: t.Nullable(instant),
        grace_ends_at: t.Nullable(instant),
        status: t.String(),
        revision: t.Integer(),
      }),
    },
    detail: { summary: 'State and licence of a tenant, for the Cloud' },
  },
)
