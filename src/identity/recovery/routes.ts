import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { oneOf } from '../../core/wire'
import { languages } from '../mail/schema'
import { languageOf } from '../mail/letters'
import { askReset, resetPassword } from './service'

export const recoveryRoutes = new Elysia({ prefix: '/auth/password', tags: ['auth'] })
  .use(guard)
  .post(
    '/forgot',
    async (context) => {
      const { email, language } = context.body
      await askReset(email, language ?? languageOf(context.headers['accept-language']), callOf(context))
      context.set.status = 204
    },
    {
      public: 'who forgot the password has nothing to show; the answer is the same for any address',
      refuses: { 403: ['auth_restricted'], 429: ['rate_limited'] },
      body: t.Object({ email: t.String({ minLength: 3, maxLength: 254 }), language: t.Optional(oneOf(languages)) }),
      detail: { summary: 'Mail a link to a new password, where the address has an account' },
    },
  )
  .post(
    '/reset',
    async (context) => {
      await resetPassword(context.body.token, context.body.new_password, callOf(context))
      context.set.status = 204
    },
    {
      public: 'the mailed link is the credential',
      refuses: { 403: ['auth_restricted'], 422: ['link_ended'] },
      body: t.Object({ token: t.String({ minLength: 1, maxLength: 200 }), new_password: t.String({ minLength: 1, maxLength: 1000 }) }),
      detail: { summary: 'Choose a new password with a mailed link; all sessions of the user end' },
    },
  )
