import { Elysia, t } from 'elysia'
import { id, instant, later, name, oneOf } from '../../core/wire'
import { guard } from '../guard'
import { tenantStates } from '../states'
import { beginOffboarding, callOff, cancelDeletion, describeOffboarding, mailLinksAgain, requestDeletion } from './service'

const reason = t.String({ minLength: 3, maxLength: 500, pattern: '\\S' })
const decision = t.Object({ name: t.String({ ...name, description: 'the name of the tenant, typed once more' }), reason })
const offboarding = t.Object({
  state: oneOf(tenantStates),
  archive: t.Nullable(
    t.Object({
      state: oneOf(['making', 'ready']),
      tables: t.Integer(),
      tables_done: t.Integer(),
      rows: t.Integer(),
      bytes: t.Integer(),
      begun_at: instant,
      moved_at: instant,
      ready_at: t.Nullable(instant),
      recipients: t.Integer({ description: 'administrators who were mailed a link' }),
      links_end_at: t.Nullable(instant),
      downloads: t.Integer(),
      downloaded_at: t.Nullable(instant),
    }),
  ),
  delete_after: t.Nullable(instant),
  erased_at: t.Nullable(instant),
  deletion_days: t.Integer({ description: 'the delay between the decision and the deletion' }),
})

export const offboardingRoutes = new Elysia({ prefix: '/tenants/:id', tags: ['tenants'] })
  .use(guard)
  .get('/offboarding', ({ run, params }) => run((scope) => describeOffboarding(scope, params.id)), {
    permission: 'tenants.read',
    params: id,
    response: { 200: offboarding },
    detail: { summary: 'How far a tenant that leaves has come' },
  })
  .post('/offboarding', ({ run, params, body }) => run((scope) => beginOffboarding(scope, params.id, body)), {
    permission: 'tenants.offboard',
    refuses: { 409: ['refused_in_state'] },
    params: id,
    body: decision,
    response: { 200: offboarding },
    detail: { summary: 'A tenant leaves: it is closed, and its administrators are mailed links to all of its data' },
  })
  .post('/offboarding/cancel', ({ run, params, body }) => run((scope) => callOff(scope, params.id, body.reason)), {
    permission: 'tenants.offboard',
    refuses: { 409: ['refused_in_state'] },
    params: id,
    body: t.Object({ reason }),
    response: { 200: offboarding },
    detail: { summary: 'It stays after all: suspended, until it is resumed' },
  })
  .post(
    '/offboarding/links',
    async ({ run, params, set }) => {
      await run((scope) => mailLinksAgain(scope, params.id))
      set.status = 202
    },
    {
      permission: 'tenants.update',
      params: id,
      detail: { summary: 'Mail its administrators new links to its data', ...later },
    },
  )
  .post('/deletion', ({ run, params, body }) => run((scope) => requestDeletion(scope, params.id, body)), {
    permission: 'tenants.delete',
    refuses: { 409: ['already_requested', 'archive_not_ready', 'refused_in_state'] },
    params: id,
    body: decision,
    response: { 200: offboarding },
    detail: { summary: 'Delete all data of a tenant that leaves, after a delay' },
  })
  .post('/deletion/cancel', ({ run, params, body }) => run((scope) => cancelDeletion(scope, params.id, body.reason)), {
    permission: 'tenants.delete',
    refuses: { 409: ['refused_in_state'] },
    params: id,
    body: t.Object({ reason }),
    response: { 200: offboarding },
    detail: { summary: 'Cancel a deletion within its delay' },
  })
