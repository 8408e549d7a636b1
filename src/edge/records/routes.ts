import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { id, instant, list, page, paging, uuid } from '../../core/wire'
import { getRejected, listRejected, rejectedReasons, replayByReason, replayRejected } from './service'

const reason = t.String({ minLength: 1, maxLength: 100 })
const rejected = t.Object({
  id: t.String(),
  device_id: t.String(),
  device_name: t.Nullable(t.String()),
  error: t.String(),
  detail: t.String(),
  record: t.String(),
  record_bytes: t.Integer(),
  replayable: t.Boolean({ description: 'kept exactly as it was sent, and its device is there' }),
  replay_requested_at: t.Nullable(instant),
  replayed_at: t.Nullable(instant),
  created_at: instant,
})

export const recordRoutes = new Elysia({ prefix: '/telemetry/rejected', tags: ['telemetry'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listRejected(scope, query)), {
    permission: 'rejected_records.read',
    query: t.Object({ device_id: t.Optional(uuid), error: t.Optional(reason), ...paging }),
    response: { 200: page(rejected) },
    detail: { summary: 'Records the ingestor refused, newest first, each with its reason and its beginning' },
  })
  .get('/reasons', ({ run }) => run(rejectedReasons), {
    permission: 'rejected_records.read',
    response: { 200: list(t.Object({ error: t.String(), count: t.Integer(), waiting: t.Integer() })) },
    detail: { summary: 'Why records were refused, and how many' },
  })
  .post('/replay', ({ run, body }) => run((scope) => replayByReason(scope, body)), {
    permission: 'rejected_records.replay',
    body: t.Object({ error: reason, device_id: t.Optional(uuid) }),
    response: { 200: t.Object({ requested: t.Integer(), more: t.Boolean() }) },
    detail: { summary: 'Have all records that were refused for one reason examined again' },
  })
  .get('/:id', ({ run, params }) => run((scope) => getRejected(scope, params.id)), {
    permission: 'rejected_records.read',
    params: id,
    response: { 200: rejected },
    detail: { summary: 'A refused record, whole' },
  })
  .post(
    '/:id/replay',
    ({ run, params, set }) => {
      set.status = 202
      return run((scope) => replayRejected(scope, params.id))
    },
    {
      permission: 'rejected_records.replay',
      refuses: { 409: ['not_replayable'] },
      params: id,
      response: { 202: rejected },
      detail: { summary: 'Have a refused record examined again; it disappears from here once it is stored' },
    },
  )
