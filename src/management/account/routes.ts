import { Elysia, t } from 'elysia'
import { callOf } from '../../core/guard'
import { enrolment, id, instant, list, ownSession, recoveryCodes, totpCode } from '../../core/wire'
import { guard } from '../guard'
import {
  beginFactor,
  changePassword,
  confirmFactor,
  describeFactor,
  endOtherSessions,
  endSession,
  listSessions,
  renewRecoveryCodes,
} from './service'

const password = t.String({ minLength: 1, maxLength: 1000 })

export const accountRoutes = new Elysia({ prefix: '/me', tags: ['account'] })
  .use(guard)
  .get('/sessions', ({ run, known }) => run((scope) => listSessions(scope, known.session.id)), {
    signedIn: true,
    response: { 200: list(ownSession) },
    detail: { summary: 'Where one is signed in, newest first' },
  })
  .delete(
    '/sessions/:id',
    async ({ run, params, set }) => {
      await run((scope) => endSession(scope, params.id))
      set.status = 204
    },
    { signedIn: true, params: id, detail: { summary: 'End one of one’s own sessions' } },
  )
  .post(
    '/sessions/end-others',
    async ({ run, known, set }) => {
      await run((scope) => endOtherSessions(scope, known.session.id))
      set.status = 204
    },
    { signedIn: true, detail: { summary: 'End all of one’s own sessions but this one' } },
  )
  .post(
    '/password',
    async (context) => {
      await changePassword(context.known, context.body, callOf(context))
      context.set.status = 204
    },
    {
      signedIn: true,
      refuses: { 409: ['no_password'], 422: ['wrong_password'] },
      body: t.Object({ current_password: password, new_password: password }),
      detail: { summary: 'Change the password; all other sessions end' },
    },
  )
  .get('/mfa', ({ run }) => run(describeFactor), {
    signedIn: true,
    response: {
      200: t.Object({
        password: t.Boolean({ description: 'signs in with a password; otherwise with Microsoft alone' }),
        since: t.Nullable(instant),
        recovery_codes_left: t.Integer(),
      }),
    },
    detail: { summary: 'One’s own second factor' },
  })
  .post('/mfa/enrol', (context) => beginFactor(context.known, context.body.password, callOf(context)), {
    signedIn: true,
    refuses: { 409: ['mfa_enabled', 'no_password'], 422: ['wrong_password'] },
    body: t.Object({ password }),
    response: { 200: enrolment },
    detail: { summary: 'Begin to replace the second factor; the one there is works on until the new one is confirmed' },
  })
  .post('/mfa/confirm', (context) => confirmFactor(context.known, context.body.totp_code, callOf(context)), {
    signedIn: true,
    refuses: { 409: ['mfa_enabled', 'mfa_not_begun', 'nothing_pending'], 422: ['wrong_code'] },
    body: t.Object({ totp_code: totpCode }),
    response: { 200: recoveryCodes },
    detail: { summary: 'Replace the second factor by the one that was begun; all other sessions end' },
  })
  .post('/mfa/recovery-codes', (context) => renewRecoveryCodes(context.known, context.body.password, callOf(context)), {
    signedIn: true,
    refuses: { 409: ['mfa_not_enabled', 'no_password'], 422: ['wrong_password'], 429: ['rate_limited'] },
    body: t.Object({ password }),
    response: { 200: recoveryCodes },
    detail: { summary: 'New recovery codes; those before end' },
  })
