import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { id, instant, oneOf, page, paging, several, uuid } from '../../core/wire'
import { recordKinds } from '../records/schema'
import { getEvent, listEvents } from './service'

const event = {
  id: t.String(),
  kind: oneOf(recordKinds),
  at: { ...instant, description: 'by the clock of the device' },
  received_at: instant,
  level: t.Nullable(t.String({ description: 'of a log its level, of others their severity, status or what happened' })),
  source: t.Nullable(t.String()),
  summary: t.String({ description: 'at most 500 characters of what it says' }),
}

export const eventRoutes = new Elysia({ prefix: '/devices/:id/events', tags: ['devices'] })
  .use(guard)
  .get('/', ({ run, params, query }) => run((scope) => listEvents(scope, params.id, query)), {
    permission: 'devices.events.read',
    params: id,
    query: t.Object({
      kind: several(oneOf(recordKinds), recordKinds.length),
      search: t.Optional(t.String({ maxLength: 200, description: 'anywhere in the record' })),
      from: t.Optional({ ...instant, description: 'seven days ago where it is not given' }),
      to: t.Optional(instant),
      ...paging,
    }),
    response: { 200: page(t.Object(event)) },
    detail: { summary: 'What a device reported besides telemetry, newest first: logs, and what else one may see' },
  })
  .get('/:event_id', ({ run, params }) => run((scope) => getEvent(scope, params.id, params.event_id)), {
    permission: 'devices.events.read',
    params: t.Object({ id: uuid, event_id: uuid }),
    response: { 200: t.Object({ ...event, data: t.Record(t.String(), t.Unknown()) }) },
    detail: { summary: 'One of them, whole' },
  })
