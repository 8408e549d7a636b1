import { Elysia, t } from 'elysia'
import { createExport, csvDownload, downloadExport } from '../../core/export'
import { guard } from '../../core/guard'
import { outcomes } from '../../core/schema'
import { exported, id, instant, oneOf, page, paging, uuid } from '../../core/wire'
import { describeChain } from './chain'
import { auditExport, getAudit, listAudit } from './service'

const row = t.Nullable(t.Record(t.String(), t.Unknown()))
const entry = t.Object({
  id: t.String(),
  at: instant,
  actor_kind: t.String(),
  actor_id: t.String(),
  actor_name: t.Nullable(t.String()),
  action: t.String(),
  outcome: oneOf(outcomes),
  entity_type: t.String(),
  entity_id: t.Nullable(t.String()),
  before: row,
  after: row,
  address: t.Nullable(t.String()),
  request_id: t.Nullable(t.String()),
  grant_id: t.Nullable(t.String({ description: 'of what staff of the platform did: the support access by which they were here' })),
})

const chain = t.Object({
  sealed: t.Integer({ description: 'entries in the chain' }),
  waiting: t.Integer({ description: 'entries written since' }),
  checkpoint: t.Nullable(
    t.Object({ tenant_id: t.String(), seq: t.Integer(), hash: t.String(), at: instant, key: t.String(), signature: t.String() }),
  ),
  public_key: t.String({ description: 'Ed25519, 32 bytes in base64url' }),
})

const filter = {
  action: t.Optional(t.String({ maxLength: 100 })),
  actor_id: t.Optional(uuid),
  action_not: t.Optional(t.String({ maxLength: 100 })),
  actor_id_not: t.Optional(uuid),
  outcome_not: t.Optional(oneOf(outcomes)),
  entity_type: t.Optional(t.String({ maxLength: 100 })),
  entity_id: t.Optional(uuid),
  device_id: t.Optional({ ...uuid, description: 'the device itself, its keys and its commands' }),
  outcome: t.Optional(oneOf(outcomes)),
  org_unit_id: t.Optional({ ...uuid, description: 'of what stands in it or in a unit below it' }),
  search: t.Optional(t.String({ maxLength: 200 })),
  from: t.Optional(instant),
  to: t.Optional(instant),
}

export const auditRoutes = new Elysia({ prefix: '/audit', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listAudit(scope, query)), {
    permission: 'audit.read',
    query: t.Object({ ...filter, ...paging }),
    response: { 200: page(entry) },
    detail: { summary: 'The audit log, newest first' },
  })
  .post(
    '/exports',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createExport(scope, auditExport.kind, body))
    },
    {
      permission: 'audit.export',
      body: t.Object(filter),
      response: { 201: exported },
      detail: { summary: 'Ask for the entries of a filter as a file, which can be downloaded for an hour' },
    },
  )
  .get('/exports/:id', ({ request, server, set, params }) => downloadExport({ request, server, set }, params.id, auditExport), {
    permission: 'audit.export',
    ...csvDownload('Download an export as CSV'),
  })
  .get('/chain', ({ run }) => run(describeChain), {
    permission: 'audit.read',
    response: { 200: chain },
    detail: { summary: 'How far the audit log is sealed, with the last signed checkpoint and the key to check it with' },
  })
  .get('/:id', ({ run, params }) => run((scope) => getAudit(scope, params.id)), {
    permission: 'audit.read',
    params: id,
    response: { 200: entry },
    detail: { summary: 'One entry of the audit log' },
  })
