import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { oneOf } from '../../core/wire'
import { deviceStatuses } from '../../edge/devices/service'
import { alertStates, severities } from '../../soc/alerts/schema'
import { search } from './service'

const text = t.String()
const maybe = t.Nullable(t.String())

export const searchRoutes = new Elysia({ prefix: '/search', tags: ['search'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => search(scope, query.q)), {
    signedIn: true,
    query: t.Object({ q: t.String({ minLength: 1, maxLength: 200, pattern: '\\S', description: 'what is looked for' }) }),
    response: {
      200: t.Object({
        devices: t.Array(t.Object({ id: text, name: text, status: oneOf(deviceStatuses), org_unit_id: maybe })),
        alerts: t.Array(t.Object({ id: text, title: text, severity: oneOf(severities), status: oneOf(alertStates), device_name: maybe })),
        users: t.Array(t.Object({ id: text, name: text, email: text })),
        org_units: t.Array(t.Object({ id: text, name: text, parent_id: maybe })),
        groups: t.Array(t.Object({ id: text, name: text })),
      }),
    },
    detail: { summary: 'Where words occur, in every list that the caller may read; a few of each' },
  })
