import { Elysia, t } from 'elysia'
import { config } from '../../core/config'
import { callOf, guard } from '../../core/guard'
import { limits } from '../../core/limits'
import { oneOf } from '../../core/wire'
import { beginSignIn, checkMethod, describeSignIn, finishAtProvider } from './service'

const secure = config.API_PUBLIC_URL.startsWith('https:')
const cookieName = secure ? '__Host-monozu_sso' : 'monozu_sso'
/** Lax: the provider sends the browser back from its own site. */
const attributes = { httpOnly: true, secure, sameSite: 'lax', path: '/', maxAge: limits.ssoTransactionMs / 1000 } as const

export const ssoRoutes = new Elysia({ prefix: '/auth', tags: ['auth'] })
  .use(guard)
  .get('/methods', () => describeSignIn(), {
    public: 'the sign-in page shows what there is',
    response: { 200: t.Object({ microsoft: t.Boolean() }) },
    detail: { summary: 'The ways of signing in besides a password' },
  })
  .post('/check-method', ({ body }) => checkMethod(body.email), {
    public: 'the sign-in page asks where to send somebody; the domain alone decides',
    body: t.Object({ email: t.String({ minLength: 3, maxLength: 254 }) }),
    response: { 200: t.Object({ method: oneOf(['password', 'sso']), sso_url: t.Optional(t.String()) }) },
    detail: { summary: 'Whether an address signs in with a password or with its organization’s provider' },
  })
  .get(
    '/microsoft/login',
    async (context) => {
      const { url, cookie } = await beginSignIn(context.query)
      context.cookie[cookieName]!.set({ ...attributes, value: cookie })
      return context.redirect(url)
    },
    {
      public: 'this is how one stops being a stranger',
      query: t.Object({
        email: t.Optional(
          t.String({ maxLength: 254, description: 'its domain picks an organization’s own app; shown to Microsoft as a hint' }),
        ),
        return_to: t.Optional(t.String({ maxLength: 1000, description: 'a path of the console' })),
      }),
      detail: { summary: 'Begin to sign in with Microsoft: a redirect' },
    },
  )
  .get(
    '/microsoft/callback',
    async (context) => {
      const cookie = context.cookie[cookieName]?.value as string | undefined
      return context.redirect(await finishAtProvider(new URL(context.request.url).search, cookie, callOf(context)))
    },
    {
      public: 'the cookie and state of a sign-in that was begun are the credential',
      detail: { summary: 'Where Microsoft sends the browser back to' },
    },
  )
