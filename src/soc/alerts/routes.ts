import { Elysia, t } from 'elysia'
import { createExport, csvDownload, downloadExport } from '../../core/export'
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
import { getAlert } from './alert'
import { listAssignees } from './assignees'
import { acknowledgeAlerts, alertExport, alertOrders, assignAlerts, closeAlerts, countAlerts, listAlerts, reopenAlerts } from './list'
import { alertActions, alertStates, severities, verdicts } from './schema'
import { listHistory, summarizeAlerts } from './service'
import { acknowledgeAlert, assignAlert, closeAlert, reopenAlert } from './triage'

const words = t.Nullable(t.String())
const named = t.Object({ id: t.String(), name: t.String() })
const person = t.Object({
  id: t.String(),
  name: t.Nullable(t.String({ description: 'null of who is a member no more' })),
  is_staff: t.Boolean({ description: 'of the platform, here by a support access' }),
})
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
  comment: t.Nullable(t.String({ description: 'of who took it' })),
  first_seen_at: instant,
  last_seen_at: instant,
  acknowledged_at: t.Nullable(instant),
  acknowledged_by: t.Nullable(person),
  assigned_to: t.Nullable(person),
  closed_at: t.Nullable(instant),
  closed_by: t.Nullable(person),
  verdict: t.Nullable(oneOf(verdicts)),
  closing_comment: words,
  ...stamps,
})
const count = t.Integer()
const text = t.String({ maxLength: 200 })
const comment = t.Optional(t.String({ maxLength: 2000 }))

const step = t.Object({
  id: t.String(),
  at: instant,
  action: oneOf(alertActions),
  actor: person,
  assigned_to: t.Nullable(person),
  verdict: t.Nullable(oneOf(verdicts)),
  comment: words,
})
const assignee = t.Object({ user_id: t.Nullable({ ...uuid, description: 'null: nobody' }) })
const closing = t.Object({ verdict: oneOf(verdicts), comment })
const somebody = t.Union([uuid, t.Literal('me'), t.Literal('nobody')])

const filter = {
  search: t.Optional(text),
  title_contains: t.Optional(text),
  status: several(oneOf(alertStates), alertStates.length),
  status_not: several(oneOf(alertStates), alertStates.length),
  severity: several(oneOf(severities), severities.length),
  severity_not: several(oneOf(severities), severities.length),
  assigned_to: several(somebody, 50),
  assigned_to_not: several(somebody, 50),
  verdict: several(oneOf(verdicts), verdicts.length),
  verdict_not: several(oneOf(verdicts), verdicts.length),
  rule: several(text, 50),
  rule_not: several(text, 50),
  device_id: t.Optional(uuid),
  org_unit_id: unitAndBelow,
  org_unit_id_not: t.Optional(uuid),
  last_seen_at_after: t.Optional(instant),
  last_seen_at_before: t.Optional(instant),
}

const which = { ids: bulkIds, filter: t.Optional(t.Object(filter)), cursor: bulkCursor }

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
        since: t.Optional(t.Object({ raised: count, acknowledged: count, closed: count })),
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
    body: t.Object({ ...which, comment }),
    response: { 200: bulkAnswer },
    detail: { summary: 'Take many alerts: those named, or all that a filter matches, a page a call' },
  })
  .post('/bulk/assign', ({ run, body }) => run((scope) => assignAlerts(scope, body)), {
    permission: 'alerts.assign',
    body: t.Composite([t.Object(which), assignee]),
    response: { 200: bulkAnswer },
    detail: { summary: 'Assign many alerts to a user, or to nobody' },
  })
  .post('/bulk/close', ({ run, body }) => run((scope) => closeAlerts(scope, body)), {
    permission: 'alerts.close',
    body: t.Composite([t.Object(which), closing]),
    response: { 200: bulkAnswer },
    detail: { summary: 'Close many alerts with one verdict' },
  })
  .post('/bulk/reopen', ({ run, body }) => run((scope) => reopenAlerts(scope, body)), {
    permission: 'alerts.close',
    body: t.Object(which),
    response: { 200: bulkAnswer },
    detail: { summary: 'Open many closed alerts again' },
  })
  .get('/assignees', ({ run, query }) => run((scope) => listAssignees(scope, query)), {
    permission: 'alerts.assign',
    refuses: { 404: ['not_found'] },
    query: t.Object({
      alert_id: t.Optional({ ...uuid, description: 'only who can see this one' }),
      search: t.Optional(text),
      ...paging,
    }),
    response: { 200: page(named) },
    detail: { summary: 'To whom alerts can be assigned, by name' },
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
    ...csvDownload('Download an export as CSV'),
  })
  .get('/:id', ({ run, params }) => run((scope) => getAlert(scope, params.id)), {
    permission: 'alerts.read',
    params: id,
    response: { 200: alert },
    detail: { summary: 'One alert' },
  })
  .post('/:id/acknowledge', ({ run, params, body }) => run((scope) => acknowledgeAlert(scope, params.id, body?.comment)), {
    permission: 'alerts.acknowledge',
    refuses: { 409: ['already_acknowledged', 'already_closed'], 412: ['stale'] },
    params: id,
    body: t.Optional(t.Object({ comment })),
    response: { 200: alert },
    detail: { summary: 'Take an alert: somebody looks at it' },
  })
  .post('/:id/assign', ({ run, params, body }) => run((scope) => assignAlert(scope, params.id, body.user_id)), {
    permission: 'alerts.assign',
    refuses: { 412: ['stale'] },
    params: id,
    body: assignee,
    response: { 200: alert },
    detail: { summary: 'Assign an alert to a user who can see it, or to nobody' },
  })
  .post('/:id/close', ({ run, params, body }) => run((scope) => closeAlert(scope, params.id, body)), {
    permission: 'alerts.close',
    refuses: { 409: ['already_closed'], 412: ['stale'] },
    params: id,
    body: closing,
    response: { 200: alert },
    detail: { summary: 'Close an alert: what it turned out to be' },
  })
  .post('/:id/reopen', ({ run, params }) => run((scope) => reopenAlert(scope, params.id)), {
    permission: 'alerts.close',
    refuses: { 409: ['not_closed', 'raised_again'], 412: ['stale'] },
    params: id,
    response: { 200: alert },
    detail: { summary: 'Open a closed alert again, as if nobody had taken it' },
  })
  .get('/:id/history', ({ run, params, query }) => run((scope) => listHistory(scope, params.id, query)), {
    permission: 'alerts.read',
    params: id,
    query: t.Object(paging),
    response: { 200: page(step) },
    detail: { summary: 'What people did with an alert, newest first' },
  })
