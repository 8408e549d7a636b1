import { Elysia, t } from 'elysia'
import { featureNames } from '../../core/feature-flags'
import { featuresOf } from '../../core/features'
import { callOf, guard } from '../../core/guard'
import { assertOrigin } from '../../core/origins'
import { supportModes } from '../../core/support'
import { issueTicket } from '../../core/tickets'
import { enrolment, instant, keptBearer, leaving, leftBy, list, oneOf, recoveryCodes, totpCode, uuid } from '../../core/wire'
import { over, ssoCookie } from '../sso/cookie'
import { exchangeCode } from '../sso/service'
import { tenantStates } from '../tenants/schema'
import { startEnrolment } from '../mfa/enforced'
import { attributes, deviceCookie, refreshCookie, remember } from './cookies'
import { describeMe } from './me'
import { enrolSigningIn, listOwnTenants, refreshSession, signIn, signOut, switchTenant, verifySecondFactor } from './service'

const named = t.Object({ id: t.String(), name: t.String() })
const user = t.Object({ id: t.String(), email: t.String(), name: t.String() })
const session = t.Object({
  ...keptBearer,
  user,
  tenant: named,
})
const mfaChallenge = t.Object({
  mfa_required: t.Literal(true),
  session_token: t.String({ description: 'for /auth/mfa/verify, 5 minutes' }),
})
const enrolmentChallenge = t.Object({
  mfa_enrolment_required: t.Literal(true),
  session_token: t.String({ description: 'for /auth/mfa/enrol, 15 minutes' }),
})
const firstChoice = t.Object({
  password_change_required: t.Literal(true),
  session_token: t.String({ description: 'for /auth/password/reset as its token, 30 minutes, one use' }),
})
const tenantChoice = t.Object({
  tenant_required: t.Literal(true),
  tenants: t.Array(named),
  session_token: t.String({ description: 'for /auth/login together with tenant_id, 5 minutes, one use' }),
})

export const authRoutes = new Elysia({ tags: ['auth'] })
  .use(guard)
  .post(
    '/auth/login',
    async (context) => {
      assertOrigin(context.request)
      const answer = await signIn(
        context.body,
        { ...callOf(context), device: context.cookie[deviceCookie]?.value as string | undefined },
        context.headers['user-agent'],
      )
      if (!('access_token' in answer)) return answer
      remember(context.cookie, answer)
      return answer
    },
    {
      public: 'this is how one stops being a stranger',
      refuses: {
        401: ['choice_ended', 'invalid_credentials'],
        403: ['first_password_ended', 'forbidden_origin', 'tenant_pending', 'tenant_suspended'],
        429: ['rate_limited'],
      },
      body: t.Object({
        email: t.Optional(t.String({ minLength: 3, maxLength: 254 })),
        password: t.Optional(t.String({ minLength: 1, maxLength: 1000 })),
        tenant_id: t.Optional(t.String({ format: 'uuid' })),
        session_token: t.Optional(t.String({ minLength: 1, maxLength: 200, description: 'instead of email and password' })),
      }),
      response: { 200: t.Union([session, tenantChoice, mfaChallenge, enrolmentChallenge, firstChoice]) },
      detail: { summary: 'Sign in with e-mail address and password, or answer which organization' },
    },
  )
  .post(
    '/auth/switch-tenant',
    async (context) => {
      assertOrigin(context.request)
      const answer = await switchTenant(context.known, context.body.tenant_id, callOf(context), context.headers['user-agent'])
      if (!('access_token' in answer)) return answer
      remember(context.cookie, answer)
      return answer
    },
    {
      signedIn: true,
      refuses: { 403: ['bound_to_provider', 'forbidden_origin', 'mfa_enrolment_required', 'session_too_old'], 404: ['not_found'] },
      body: t.Object({ tenant_id: uuid }),
      response: { 200: t.Union([session, mfaChallenge]) },
      detail: { summary: 'Go on in another organization of the caller; the session so far ends' },
    },
  )
  .get('/me/tenants', ({ known }) => listOwnTenants(known), {
    signedIn: true,
    response: { 200: list(t.Object({ ...named.properties, current: t.Boolean() })) },
    detail: { summary: 'The organizations the caller may enter' },
  })
  .post(
    '/auth/mfa/verify',
    async (context) => {
      assertOrigin(context.request)
      const answer = await verifySecondFactor(context.body, callOf(context), context.headers['user-agent'])
      remember(context.cookie, answer)
      return answer
    },
    {
      public: 'the session token of a sign-in that waits for its second factor is the credential',
      refuses: {
        401: ['invalid_credentials', 'mfa_session_ended', 'unauthenticated', 'wrong_code'],
        403: ['auth_restricted', 'bound_to_provider', 'forbidden_origin', 'tenant_pending', 'tenant_suspended'],
        429: ['rate_limited'],
      },
      body: t.Object({
        session_token: t.String({ minLength: 1, maxLength: 200 }),
        totp_code: t.Optional(totpCode),
        recovery_code: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
        tenant_id: t.Optional(t.String({ format: 'uuid' })),
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
      body: t.Object({ session_token: t.String({ minLength: 1, maxLength: 200 }) }),
      response: { 200: enrolment },
      detail: { summary: 'Begin to set up the second factor that the organization requires' },
    },
  )
  .post(
    '/auth/mfa/enrol/confirm',
    async (context) => {
      assertOrigin(context.request)
      const answer = await enrolSigningIn(context.body, callOf(context), context.headers['user-agent'])
      remember(context.cookie, answer)
      return answer
    },
    {
      public: 'the session token of a sign-in that must set up a second factor is the credential',
      refuses: {
        401: ['mfa_session_ended', 'wrong_code'],
        403: ['forbidden_origin', 'tenant_pending', 'tenant_suspended'],
        422: ['wrong_code'],
      },
      body: t.Object({ session_token: t.String({ minLength: 1, maxLength: 200 }), totp_code: totpCode }),
      response: { 200: t.Object({ ...session.properties, ...recoveryCodes.properties }) },
      detail: { summary: 'Switch the second factor on and finish the sign-in' },
    },
  )
  .post(
    '/auth/exchange',
    async (context) => {
      assertOrigin(context.request)
      const cookie = context.cookie[ssoCookie]!
      const answer = await exchangeCode(
        context.body.code,
        cookie.value as string | undefined,
        callOf(context),
        context.headers['user-agent'],
      )
      cookie.set(over)
      if ('access_token' in answer) remember(context.cookie, answer)
      return answer
    },
    {
      public: 'the code of a sign-in with a provider, and the cookie it began with, are the credential',
      refuses: { 401: ['exchange_ended', 'unauthenticated'], 403: ['tenant_pending', 'tenant_suspended'] },
      body: t.Object({
        code: t.String({ minLength: 1, maxLength: 200, description: 'as /auth/callback was given it: 60 seconds, one use' }),
      }),
      response: { 200: t.Union([session, tenantChoice, mfaChallenge, enrolmentChallenge]) },
      detail: { summary: 'Finish a sign-in with a provider, in the browser that began it' },
    },
  )
  .post(
    '/auth/refresh',
    async (context) => {
      assertOrigin(context.request)
      const cookie = context.cookie[refreshCookie]!
      const answer = await refreshSession(cookie.value as string | undefined, callOf(context))
      cookie.set({ ...attributes, value: answer.refresh.token, expires: answer.refresh.expires_at })
      return answer
    },
    {
      public: 'the refresh cookie is the credential',
      refuses: { 401: ['unauthenticated'], 403: ['forbidden_origin', 'tenant_pending', 'tenant_suspended'] },
      response: { 200: session },
      detail: { summary: 'A new access token for the refresh cookie' },
    },
  )
  .post(
    '/auth/logout',
    async (context) => {
      assertOrigin(context.request)
      const cookie = context.cookie[refreshCookie]!
      await signOut(cookie.value as string | undefined, leftBy(context.body), callOf(context))
      cookie.set({ ...attributes, value: '', maxAge: 0, expires: new Date(0) })
      context.set.status = 204
    },
    {
      public: 'the refresh cookie is the credential; without one there is nothing to do',
      refuses: { 403: ['forbidden_origin'] },
      body: leaving,
      detail: { summary: 'Sign out' },
    },
  )
  .get('/me', ({ run, known }) => run((scope) => describeMe(scope, { id: known.session!.sid, expires_at: new Date(known.endsAt) })), {
    signedIn: true,
    response: {
      200: t.Object({
        user: t.Object({ ...user.properties, verified_at: t.Nullable(instant) }),
        tenant: t.Object({
          ...named.properties,
          status: oneOf(tenantStates),
          grace_ends_at: t.Nullable(instant),
        }),
        permissions: t.Array(t.String()),
        org_units: t.Union([t.Literal('all'), t.Array(named)]),
        session: t.Object({ id: t.String(), expires_at: instant }),
        support: t.Nullable(oneOf(supportModes)),
      }),
    },
    detail: { summary: 'Who is signed in, where, and what that allows' },
  })
  .get('/me/features', ({ actor }) => featuresOf(actor.tenant_id), {
    signedIn: true,
    response: { 200: t.Record(oneOf(featureNames), t.Boolean()) },
    detail: { summary: 'The parts of the product that are switched on and licensed' },
  })
  .post('/ws/ticket', ({ run, known }) => run((scope) => issueTicket(scope, known.session!)), {
    signedIn: true,
    response: { 200: t.Object({ ticket: t.String(), expires_in: t.Integer() }) },
    detail: { summary: 'A one-use ticket that opens a WebSocket' },
  })
