import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { enrolment, instant, recoveryCodes, totpCode } from '../../core/wire'
import { confirmMfa, describeMfa, disableMfa, enrolMfa, renewRecoveryCodes } from './service'

const password = t.String({ minLength: 1, maxLength: 1000 })
const recovery_code = t.String({ minLength: 1, maxLength: 100 })

export const mfaRoutes = new Elysia({ prefix: '/me/mfa', tags: ['account'] })
  .use(guard)
  .get('/', ({ run }) => run(describeMfa), {
    signedIn: true,
    response: { 200: t.Object({ enabled: t.Boolean(), enabled_at: t.Nullable(instant), recovery_codes_left: t.Integer() }) },
    detail: { summary: 'Whether the caller signs in with a second factor' },
  })
  .post('/enrol', (context) => enrolMfa(context.known, context.body.password, callOf(context)), {
    signedIn: true,
    refuses: { 403: ['auth_restricted'], 409: ['mfa_enabled'], 422: ['wrong_password'] },
    body: t.Object({ password }),
    response: { 200: enrolment },
    detail: { summary: 'Begin to use an authenticator app; nothing changes until a code of it is confirmed' },
  })
  .post('/recovery-codes', (context) => renewRecoveryCodes(context.known, context.body.password, callOf(context)), {
    signedIn: true,
    refuses: { 409: ['mfa_not_enabled'], 422: ['wrong_password'], 429: ['rate_limited'] },
    body: t.Object({ password }),
    response: { 200: recoveryCodes },
    detail: { summary: 'New recovery codes in place of all that are left' },
  })
  .post('/confirm', (context) => confirmMfa(context.known, context.body.totp_code, callOf(context)), {
    signedIn: true,
    refuses: { 409: ['mfa_enabled', 'mfa_not_begun'], 422: ['wrong_code'] },
    body: t.Object({ totp_code: totpCode }),
    response: { 200: recoveryCodes },
    detail: { summary: 'Switch the second factor on; all other sessions of the user end' },
  })
  .post(
    '/disable',
    async (context) => {
      await disableMfa(context.known, context.body, callOf(context))
      context.set.status = 204
    },
    {
      signedIn: true,
      refuses: { 403: ['auth_restricted'], 409: ['mfa_not_enabled', 'mfa_required_here'], 422: ['wrong_code', 'wrong_password'] },
      body: t.Object({ password, totp_code: t.Optional(totpCode), recovery_code: t.Optional(recovery_code) }),
      detail: { summary: 'Switch the second factor off; all other sessions of the user end' },
    },
  )
