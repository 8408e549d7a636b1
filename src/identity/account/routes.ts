import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { id, ownSession, page, paging } from '../../core/wire'
import { changePassword, endOtherSessions, endOwnSession, listOwnSessions } from './service'

const secret = t.String({ minLength: 1, maxLength: 1000 })

export const accountRoutes = new Elysia({ tags: ['account'] })
  .use(guard)
  .get('/me/sessions', ({ run, known, query }) => run((scope) => listOwnSessions(scope, known.session!.sid, query)), {
    signedIn: true,
    query: t.Object(paging),
    response: { 200: page(ownSession) },
    detail: { summary: 'Where the caller is signed in, newest first' },
  })
  .delete(
    '/me/sessions',
    async ({ run, known, set }) => {
      await run((scope) => endOtherSessions(scope, known.session!.sid))
      set.status = 204
    },
    { signedIn: true, detail: { summary: 'End all sessions of the caller in this organization but this one' } },
  )
  .delete(
    '/me/sessions/:id',
    async ({ run, params, set }) => {
      await run((scope) => endOwnSession(scope, params.id))
      set.status = 204
    },
    { signedIn: true, params: id, detail: { summary: 'End one session of the caller at once' } },
  )
  .post(
    '/auth/password/change',
    async (context) => {
      await changePassword(context.known, context.body, callOf(context))
      context.set.status = 204
    },
    {
      signedIn: true,
      refuses: { 403: ['auth_restricted'], 422: ['wrong_password'], 429: ['rate_limited'] },
      body: t.Object({ current_password: secret, new_password: secret }),
      detail: { summary: 'Change the own password; all other sessions of the user end' },
    },
  )
