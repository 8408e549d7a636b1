import { Elysia, t } from 'elysia'
import { version } from '../../../package.json'
import { featureNames } from '../../core/feature-flags'
import { callOf, guard } from '../../core/guard'
import { limits } from '../../core/limits'
import { instant, oneOf, page, uuid } from '../../core/wire'
import { describeInstallation, listFailedJobs, retryJob } from './service'

const count = t.Integer()
const job_id = t.String({ pattern: '^[1-9]\\d{0,17}$' })
const job = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  task: t.String(),
  attempts: count,
  created_at: instant,
  failed_at: instant,
})

/** For staff of the platform, with ADMIN_PANEL_ENABLED: the installation itself, and nothing of what its tenants keep. */
export const adminRoutes = new Elysia({ prefix: '/admin', tags: ['admin'] })
  .use(guard)
  .get('/installation', async () => ({ version, ...(await describeInstallation()) }), {
    staff: true,
    response: {
      200: t.Object({
        version: t.String(),
        features: t.Array(oneOf(featureNames), { description: 'switched on in this deployment (FEATURE_*)' }),
        registration: oneOf(['open', 'closed']),
        jobs: t.Object({
          waiting: count,
          running: count,
          failed: t.Integer({ description: 'given up after all attempts' }),
          oldest_at: t.Nullable(instant),
        }),
      }),
    },
    detail: { summary: 'How this installation is' },
  })
  .get('/jobs/failed', ({ query }) => listFailedJobs({ ...query, limit: query.limit ?? 50 }), {
    staff: true,
    query: t.Object({
      limit: t.Optional(t.Integer({ minimum: 1, maximum: limits.pageRows })),
      cursor: t.Optional(job_id),
      tenant_id: t.Optional(uuid),
    }),
    response: { 200: page(job) },
    detail: { summary: 'Background jobs of tenants that were given up, newest first' },
  })
  .post(
    '/jobs/:id/retry',
    async (context) => {
      await retryJob(context.staff_id, context.params.id, callOf(context))
      context.set.status = 204
    },
    {
      staff: true,
      params: t.Object({ id: job_id }),
      detail: { summary: 'Have a job that was given up done again' },
    },
  )
