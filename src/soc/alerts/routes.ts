import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { id, instant, oneOf, page, paging, several, stamps, uuid } from '../../core/wire'
import { alertStates, severities } from './schema'
import { acknowledgeAlert, getAlert, listAlerts, summarizeAlerts } from './service'

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

export const alertRoutes = new Elysia({ prefix: '/alerts', tags: ['security'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listAlerts(scope, query)), {
    permission: 'alerts.read',
    query: t.Object({
      status: t.Optional(oneOf(alertStates)),
      severity: several(oneOf(severities), severities.length),
      device_id: t.Optional(uuid),
      org_unit_id: t.Optional(uuid),
      search: t.Optional(t.String({ maxLength: 200 })),
      ...paging,
    }),
    response: { 200: page(alert) },
    detail: { summary: 'Alerts, newest first' },
  })
  .get('/summary', ({ run }) => run(summarizeAlerts), {
    permission: 'alerts.read',
    response: { 200: t.Object({ open: t.Object({ low: count, medium: count, high: count, critical: count }), acknowledged: count }) },
    detail: { summary: 'How many alerts are open, by severity' },
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
    body: t.Optional(t.Object({ comment: t.Optional(t.String({ maxLength: 2000 })) })),
    response: { 200: alert },
    detail: { summary: 'Take an alert: somebody looks at it' },
  })
