import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { getRetention, setRetention } from './service'

const days = t.Integer({ minimum: 1, maximum: 3650 })
const wanted = t.Object({ raw_days: t.Nullable(days), rollup_days: t.Nullable(days) })
const both = t.Object({ raw_days: t.Integer(), rollup_days: t.Integer() })
const settings = t.Object({
  raw_days: t.Nullable(t.Integer({ description: 'null: as long as the platform allows' })),
  rollup_days: t.Nullable(t.Integer()),
  effective: both,
  most: both,
})

export const retentionRoutes = new Elysia({ prefix: '/settings/telemetry', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run }) => run(getRetention), {
    permission: 'settings.telemetry.read',
    response: { 200: settings },
    detail: { summary: 'How long telemetry is kept' },
  })
  .put('/', ({ run, body }) => run((scope) => setRetention(scope, body)), {
    permission: 'settings.telemetry.update',
    refuses: { 412: ['stale'] },
    body: wanted,
    response: { 200: settings },
    detail: { summary: 'Choose how long telemetry is kept, within what the platform allows' },
  })
