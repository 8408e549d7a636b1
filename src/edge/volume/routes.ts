import { Elysia, t } from 'elysia'
import { version } from '../../../package.json'
import { nowMs } from '../../core/clock'
import { guard } from '../../core/guard'
import { limits } from '../../core/limits'
import { instant, usageCounts, uuid } from '../../core/wire'
import { usageOfTenants } from './service'

const count = t.Integer()
const day = t.Object({ day: t.String(), requests: count, records: count, values: count, rejected: count, bytes: count })
const usage = t.Object({
  tenant_id: t.String(),
  ...usageCounts,
  days: t.Array(day),
})

/** Between the planes, not for browsers. */
export const volumeRoutes = new Elysia({ prefix: '/internal/v1/usage', tags: ['internal'] }).use(guard).get(
  '/',
  async ({ query }) => {
    const { limit: most = limits.usageTenants, cursor: after, since } = query
    return { as_of: new Date(nowMs()), version, ...(await usageOfTenants({ after, most, since })) }
  },
  {
    internal: true,
    query: t.Object({
      limit: t.Optional(t.Integer({ minimum: 1, maximum: limits.usageTenants })),
      cursor: t.Optional(uuid),
      since: t.String({ format: 'date', description: 'the first day (UTC) of which volumes are told' }),
    }),
    response: { 200: t.Object({ as_of: instant, version: t.String(), items: t.Array(usage), next_cursor: t.Nullable(t.String()) }) },
    detail: { summary: 'What tenants use, in numbers alone, for the Management plane' },
  },
)
