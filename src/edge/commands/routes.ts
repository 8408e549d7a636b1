import { Elysia, t } from 'elysia'
import { admitDevice, guard } from '../../core/guard'
import { limits } from '../../core/limits'
import { id, instant, list, oneOf, page, paging, stamps } from '../../core/wire'
import { nextCommand } from './poll'
import { commandStates, commandTypes } from './schema'
import { cancelCommand, createCommand, leaseCommands, listCommands, reportCommand } from './service'

const anything = t.Record(t.String({ maxLength: 100 }), t.Unknown())
const command = t.Object({
  id: t.String(),
  device_id: t.String(),
  type: oneOf(commandTypes),
  arguments: anything,
  state: oneOf(commandStates),
  attempts: t.Integer(),
  result: t.Nullable(anything),
  error: t.Nullable(t.String()),
  requested_by: t.Object({ kind: t.String(), id: t.String(), name: t.Nullable(t.String()) }),
  delivered_at: t.Nullable(instant),
  finished_at: t.Nullable(instant),
  expires_at: instant,
  ...stamps,
})

export const commandRoutes = new Elysia({ tags: ['commands'] })
  .use(guard)
  .get('/devices/:id/commands', ({ run, params, query }) => run((scope) => listCommands(scope, params.id, query)), {
    permission: 'commands.read',
    params: id,
    query: t.Object(paging),
    response: { 200: page(command) },
    detail: { summary: 'Commands of a device, newest first' },
  })
  .post(
    '/devices/:id/commands',
    ({ run, params, body, set }) => {
      set.status = 201
      return run((scope) => createCommand(scope, params.id, body))
    },
    {
      permission: 'commands.create',
      params: id,
      body: t.Object({
        type: oneOf(commandTypes),
        arguments: t.Optional(anything),
        expires_in_seconds: t.Optional(t.Integer({ minimum: 60, maximum: 604_800 })),
      }),
      response: { 201: command },
      detail: { summary: 'Queue a command for a device, online or not' },
    },
  )
  .post('/commands/:id/cancel', ({ run, params }) => run((scope) => cancelCommand(scope, params.id)), {
    permission: 'commands.create',
    refuses: { 409: ['not_cancellable'] },
    params: id,
    response: { 200: command },
    detail: { summary: 'Cancel a command that has not started' },
  })
  .get(
    '/commands',
    async ({ run, actor, query, request }) => {
      const poll = nextCommand(actor.id, (query.wait ?? 0) * 1000, request.signal)
      try {
        const due = await run(leaseCommands)
        if (due.length || !query.wait) return { items: due }
        await poll.woken
        if (request.signal.aborted) return { items: [] }
        await admitDevice({ request })
        return { items: await run(leaseCommands) }
      } finally {
        poll.stop()
      }
    },
    {
      device: true,
      query: t.Object({
        wait: t.Optional(t.Integer({ minimum: 0, maximum: limits.commandWaitSeconds, description: 'seconds to wait for a command' })),
      }),
      response: { 200: list(t.Object({ id: t.String(), type: oneOf(commandTypes), arguments: anything, lease_expires_at: instant })) },
      detail: { summary: 'The commands that wait for this device, leased to it (long polling)' },
    },
  )
  .post(
    '/commands/:id/result',
    async ({ run, params, body, set }) => {
      await run((scope) => reportCommand(scope, params.id, body))
      set.status = 204
    },
    {
      device: true,
      refuses: { 409: ['already_finished'] },
      params: id,
      body: t.Object({
        state: oneOf(['running', 'succeeded', 'failed']),
        result: t.Optional(anything),
        error: t.Optional(t.String({ maxLength: 10_000 })),
      }),
      detail: { summary: 'What became of a command' },
    },
  )
