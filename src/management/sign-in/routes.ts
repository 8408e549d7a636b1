import { Elysia, t } from 'elysia'
import { callOf } from '../../core/guard'
import { assertOrigin } from '../../core/origins'
import { enrolment, instant, keptBearer, leaving, leftBy, oneOf, recoveryCodes, totpCode } from '../../core/wire'
import { guard } from '../guard'
import { roles, staffPermissions, type StaffPermission } from '../permissions'
import { forget, keptRefresh, remember } from './cookies'
import { finishEnrolment, signIn, startEnrolment, verifySecondFactor } from './service'
import { describeMe, refreshSession, signOut } from './sessions'

const permissions = t.Array(oneOf(Object.keys(staffPermissions) as [StaffPermission, ...StaffPermission[]]))
const who = t.Object({ id: t.String(), email: t.String(), name: t.String(), role: oneOf(roles), permissions })
const session = t.Object({
  ...keptBearer,
  staff: who,
})
const session_token = t.String({ minLength: 1, maxLength: 200 })

export const signInRoutes = new Elysia({ tags: ['auth'] })
  .use(guard)
  .post(
    '/auth/login',
    (context) => {
      assertOrigin(context.request)
      return signIn(context.body, callOf(context))
    },
    {
      public: 'this is how one stops being a stranger',
      refuses: { 401: ['invalid_credentials'], 403: ['forbidden_origin'], 429: ['rate_limited'] },
      body: t.Object({ email: t.String({ minLength: 3, maxLength: 254 }), password: t.String({ minLength: 1, maxLength: 1000 }) }),
      response: {
        200: t.Union([
          t.Object({ mfa_required: t.Literal(true), session_token: t.String({ description: 'for /auth/mfa/verify, 5 minutes' }) }),
          t.Object({
            mfa_enrolment_required: t.Literal(true),
            session_token: t.String({ description: 'for /auth/mfa/enrol, 15 minutes' }),
          }),
        ]),
      },
      detail: { summary: 'Sign in with e-mail address and password: the second factor follows' },
    },
  )
  .post(
    '/auth/mfa/verify',
    async (context) => {
      assertOrigin(context.request)
      const answer = await verifySecondFactor(context.body, callOf(context), context.headers['user-agent'])
      remember(context.cookie, answer.refresh)
      return answer
    },
    {
      public: 'the session token of a sign-in that waits for its second factor is the credential',
      refuses: {
        401: ['invalid_credentials', 'mfa_session_ended', 'unauthenticated', 'wrong_code'],
        403: ['forbidden_origin'],
        429: ['rate_limited'],
      },
      body: t.Object({
        session_token,
        totp_code: t.Optional(totpCode),
        recovery_code: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
      }),
      response: { 200: session },
      detail: { summary: 'Finish a sign-in with a code of the authenticator app, or a recovery code' },
    },
  )
  .post(
    '/auth/mfa/enrol',
    (context) => {
      assertOrigin(context.request)
      return startEnrolment(context.body.session_token, callOf(context))
    },
    {
      public: 'the session token of a sign-in that must set up a second factor is the credential',
      refuses: { 401: ['mfa_session_ended'], 403: ['forbidden_origin'] },
      body: t.Object({ session_token }),
      response: { 200: enrolment },
      detail: { summary: 'Begin to set up the second factor' },
    },
  )
  .post(
    '/auth/mfa/enrol/confirm',
    async (context) => {
      assertOrigin(context.request)
      const answer = await finishEnrolment(context.body, callOf(context), context.headers['user-agent'])
      remember(context.cookie, answer.refresh)
      return answer
    },
    {
      public: 'the session token of a sign-in that must set up a second factor is the credential',
      refuses: { 401: ['mfa_session_ended', 'wrong_code'], 403: ['forbidden_origin'], 422: ['wrong_code'] },
      body: t.Object({ session_token, totp_code: totpCode }),
      response: { 200: t.Object({ ...session.properties, ...recoveryCodes.properties }) },
      detail: { summary: 'Switch the second factor on and finish the sign-in' },
    },
  )
  .post(
    '/auth/refresh',
    async (context) => {
      assertOrigin(context.request)
      const answer = await refreshSession(keptRefresh(context.cookie), callOf(context))
      remember(context.cookie, answer.refresh)
      return answer
    },
    {
      public: 'the refresh cookie is the credential',
      refuses: { 401: ['unauthenticated'], 403: ['forbidden_origin'] },
      response: { 200: session },
      detail: { summary: 'A new access token for the refresh cookie' },
    },
  )
  .post(
    '/auth/logout',
    async (context) => {
      assertOrigin(context.request)
      await signOut(keptRefresh(context.cookie), leftBy(context.body), callOf(context))
      forget(context.cookie)
      context.set.status = 204
    },
    {
      public: 'the refresh cookie is the credential; without one there is nothing to do',
      refuses: { 403: ['forbidden_origin'] },
      body: leaving,
      detail: { summary: 'Sign out' },
    },
  )
  .get('/me', ({ run, known }) => run((scope) => describeMe(scope, known.session)), {
    signedIn: true,
    response: { 200: t.Object({ ...who.properties, session: t.Object({ id: t.String(), expires_at: instant }) }) },
    detail: { summary: 'Who is signed in, and what the role allows' },
  })
