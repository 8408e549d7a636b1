import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { instant, page, paging, uuid } from '../../core/wire'
import { listAudit } from './service'

const row = t.Nullable(t.Record(t.String(), t.Unknown()))
const entry = t.Object({
  id: t.String(),
  at: instant,
  actor_kind: t.String(),
  actor_id: t.String(),
  actor_name: t.Nullable(t.String()),
  action: t.String(),
  entity_id: t.Nullable(t.String()),
  before: row,
  after: row,
  address: t.Nullable(t.String()),
  request_id: t.Nullable(t.String()),
})

export const auditRoutes = new Elysia({ prefix: '/audit', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listAudit(scope, query)), {
    permission: 'audit.read',
    query: t.Object({
      action: t.Optional(t.String({ maxLength: 100 })),
      actor_id: t.Optional(uuid),
      entity_id: t.Optional(uuid),
      search: t.Optional(t.String({ maxLength: 200 })),
      from: t.Optional(instant),
      to: t.Optional(instant),
      ...paging,
    }),
    response: { 200: page(entry) },
    detail: { summary: 'The audit log, newest first' },
  })
