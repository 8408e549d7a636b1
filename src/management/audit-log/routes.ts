import { Elysia, t } from 'elysia'
import { outcomes } from '../../core/schema'
import { instant, oneOf, page, paging, uuid } from '../../core/wire'
import { guard } from '../guard'
import { listEntries } from './service'

const told = t.Nullable(t.Record(t.String(), t.Unknown()))
const entry = t.Object({
  id: t.String(),
  at: instant,
  actor_kind: oneOf(['staff', 'plane', 'tenant']),
  actor_id: t.String(),
  actor_name: t.Nullable(t.String()),
  action: t.String(),
  outcome: oneOf(outcomes),
  tenant_id: t.Nullable(t.String()),
  tenant_name: t.Nullable(t.String({ description: 'as it is called now' })),
  entity_id: t.Nullable(t.String()),
  before: told,
  after: told,
  address: t.Nullable(t.String()),
  request_id: t.Nullable(t.String()),
})

export const auditRoutes = new Elysia({ prefix: '/audit', tags: ['audit'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listEntries(scope, query)), {
    permission: 'audit.read',
    query: t.Object({ ...paging, tenant_id: t.Optional(uuid), actor_id: t.Optional(uuid) }),
    response: { 200: page(entry) },
    detail: { summary: 'What staff did, newest first' },
  })
