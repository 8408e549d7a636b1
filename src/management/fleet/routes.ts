import { Elysia, t } from 'elysia'
import { instant, name, oneOf, page, paging } from '../../core/wire'
import { guard } from '../guard'
import { tenantStates } from '../states'
import { days, usage } from '../wire'
import { healths } from './schema'
import { describeFleet, fleetOrders, listFleet } from './service'

const count = t.Integer()
const most = t.Nullable(count)
const member = t.Object({
  id: t.String(),
  name,
  state: oneOf(tenantStates),
  plan: t.Nullable(t.String()),
  max_users: most,
  max_devices: most,
  expires_at: t.Nullable(instant),
  usage: t.Nullable(usage),
  days,
})

export const fleetRoutes = new Elysia({ prefix: '/fleet', tags: ['fleet'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listFleet(scope, query)), {
    permission: 'tenants.read',
    query: t.Object({
      ...paging,
      state: t.Optional(oneOf(tenantStates)),
      health: t.Optional(oneOf(healths)),
      search: t.Optional(t.String({ maxLength: 200 })),
      sort: t.Optional(oneOf(fleetOrders)),
    }),
    response: { 200: page(member) },
    detail: { summary: 'What tenants use and how they are, in numbers that the Cloud tells' },
  })
  .get('/summary', ({ run }) => run(describeFleet), {
    permission: 'tenants.read',
    response: {
      200: t.Object({
        cloud: t.Object({
          reached_at: t.Nullable(instant),
          tried_at: t.Nullable(instant),
          version: t.Nullable(t.String()),
          error: t.Nullable(t.String()),
          away: t.Boolean({ description: 'no answer for more than five minutes' }),
        }),
        health: t.Object({ ok: count, attention: count, problem: count }),
        totals: t.Object({ users: count, devices: count, devices_online: count, failed_jobs: count, stored_bytes: count }),
        days,
      }),
    },
    detail: { summary: 'All tenants together, and whether the Cloud answers' },
  })
