import { Elysia, t } from 'elysia'
import { createExport, downloadExport } from '../../core/export'
import { guard } from '../../core/guard'
import {
  bulkAnswer,
  bulkCursor,
  bulkIds,
  exported,
  id,
  instant,
  oneOf,
  page,
  paging,
  several,
  stamps,
  summarized,
  uuid,
  unitAndBelow,
} from '../../core/wire'
import { alertStates, severities } from './schema'
import { acknowledgeAlerts, alertExport, alertOrders, countAlerts, listAlerts } from './list'
import { acknowledgeAlert, getAlert, summarizeAlerts } from './service'

const words = t.Nullable(t.String())
const alert = t.Object({
  id: t.String(),
  title: t.String(),
  severity: oneOf(severities),
  status: oneOf(alertStates),
  description: words,
  rule: words,
  source_ip: words,
  destination_ip: words,
  device_id: words,
  device_name: words,
  org_unit_id: words,
  count: t.Integer(),
  comment: words,
  first_seen_at: instant,
  last_seen_at: instant,
  acknowledged_at: t.Nullable(instant),
  acknowledged_by: t.Nullable(t.Object({ id: t.String(), name: t.String() })),
  ...stamps,
})
const count = t.Integer()
const text = t.String({ maxLength: 200 })
const comment = t.Optional(t.String({ maxLength: 2000 }))

const filter = {
  search: t.Optional(text),
  title_contains: t.Optional(text),
  status: several(oneOf(alertStates), alertStates.length),
  status_not: several(oneOf(alertStates), alertStates.length),
  severity: several(oneOf(severities), severities.length),
  severity_not: several(oneOf(severities), severities.length),
  rule: several(text, 50),
  rule_not: several(text, 50),
  device_id: t.Optional(uuid),
  org_unit_id: unitAndBelow,
  org_unit_id_not: t.Optional(uuid),
  last_seen_at_after: t.Optional(instant),
  last_seen_at_before: t.Optional(instant),
}

export const alertRoutes = new Elysia({ prefix: '/alerts', tags: ['security'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listAlerts(scope, query)), {
    permission: 'alerts.read',
    query: t.Object({ ...filter, sort: t.Optional(oneOf(alertOrders)), ...paging }),
    response: { 200: page(alert) },
    detail: { summary: 'Alerts, newest first where nothing else is asked' },
  })
  .get('/summary', ({ run, query }) => run((scope) => summarizeAlerts(scope, query)), {
    permission: 'alerts.read',
    query: t.Object(summarized),
    response: {
      200: t.Object({
        open: t.Object({ low: count, medium: count, high: count, critical: count }),
        acknowledged: count,
        since: t.Optional(t.Object({ raised: count, acknowledged: count })),
      }),
    },
    detail: { summary: 'How many alerts are open, by severity' },
  })
  .get('/count', ({ run, query }) => run((scope) => countAlerts(scope, query)), {
    permission: 'alerts.read',
    query: t.Object(filter),
    response: { 200: t.Object({ count }) },
    detail: { summary: 'How many alerts a filter matches' },
  })
  .post('/bulk/acknowledge', ({ run, body }) => run((scope) => acknowledgeAlerts(scope, body)), {
    permission: 'alerts.acknowledge',
    body: t.Object({ ids: bulkIds, filter: t.Optional(t.Object(filter)), cursor: bulkCursor, comment }),
    response: { 200: bulkAnswer },
    detail: { summary: 'Take many alerts: those named, or all that a filter matches, a page a call' },
  })
  .post(
    '/exports',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createExport(scope, alertExport.kind, body))
    },
    {
      permission: 'alerts.export',
      body: t.Object({ ...filter, sort: t.Optional(oneOf(alertOrders)) }),
      response: { 201: exported },
      detail: { summary: 'Ask for the alerts of a filter as a file, which can be downloaded for an hour' },
    },
  )
  .get('/exports/:id', ({ request, server, set, params }) => downloadExport({ request, server, set }, params.id, alertExport), {
    permission: 'alerts.export',
    params: id,
    detail: { summary: 'Download an export as CSV' },
  })
  .get('/:id', ({ run, params }) => run((scope) => getAlert(scope, params.id)), {
    permission: 'alerts.read',
    params: id,
    response: { 200: alert },
    detail: { summary: 'One alert' },
  })
  .post('/:id/acknowledge', ({ run, params, body }) => run((scope) => acknowledgeAlert(scope, params.id, body?.comment)), {
    permission: 'alerts.acknowledge',
    params: id,
    body: t.Optional(t.Object({ comment })),
    response: { 200: alert },
    detail: { summary: 'Take an alert: somebody looks at it' },
  })
