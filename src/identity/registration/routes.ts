import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { name, oneOf } from '../../core/wire'
import { languageOf } from '../mail/letters'
import { languages } from '../mail/schema'
import { mailCheckAgain, register, verifyAddress } from './service'

export const registrationRoutes = new Elysia({ prefix: '/auth', tags: ['auth'] })
  .use(guard)
  .post(
    '/register',
    (context) => {
      const { language, ...registration } = context.body
      context.set.status = 201
      return register(registration, language ?? languageOf(context.headers['accept-language']), callOf(context))
    },
    {
      public: 'who registers is a stranger; the answer is the same for an address that has an account',
      refuses: { 403: ['auth_restricted', 'registration_closed'] },
      body: t.Object({
        email: t.String({ format: 'email', maxLength: 254 }),
        password: t.String({ minLength: 1, maxLength: 1000 }),
        name,
        tenant_name: name,
        language: t.Optional(oneOf(languages)),
      }),
      response: { 201: t.Object({ email: t.String(), tenant_name: t.String(), verification: t.Literal('sent') }) },
      detail: { summary: 'Register an organization with its first administrator; the address is confirmed by mail' },
    },
  )
  .post(
    '/verify-email',
    async (context) => {
      await verifyAddress(context.body.token, callOf(context))
      context.set.status = 204
    },
    {
      public: 'the mailed link is the credential',
      refuses: { 422: ['link_ended'] },
      body: t.Object({ token: t.String({ minLength: 1, maxLength: 200 }) }),
      detail: { summary: 'Confirm an e-mail address with a mailed link' },
    },
  )
  .post(
    '/verify-email/resend',
    async (context) => {
      await mailCheckAgain(context.known, languageOf(context.headers['accept-language']), callOf(context))
      context.set.status = 204
    },
    {
      signedIn: true,
      refuses: { 409: ['already_verified'], 429: ['rate_limited'] },
      detail: { summary: 'Mail the caller a new link to confirm the own address' },
    },
  )
