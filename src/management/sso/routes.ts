import { Elysia, t } from 'elysia'
import { callOf } from '../../core/guard'
import { limits } from '../../core/limits'
import { leading } from '../../core/wire'
import { config } from '../config'
import { guard } from '../guard'
import { attributes, cookieName, gone, remember } from '../sign-in/cookies'
import { beginSignIn, finishSignIn, staffApp } from './service'

const ssoCookie = cookieName('sso')
/** Lax: the provider sends the browser back from its own site. */
const onTheWay = { ...attributes, sameSite: 'lax', maxAge: limits.ssoTransactionMs / 1000 } as const

export const ssoRoutes = new Elysia({ prefix: '/auth', tags: ['auth'] })
  .use(guard)
  .get('/methods', () => ({ password: config.AUTH_POLICY !== 'restricted', microsoft: staffApp() !== undefined }), {
    public: 'the sign-in page shows what there is',
    response: { 200: t.Object({ password: t.Boolean(), microsoft: t.Boolean() }) },
    detail: { summary: 'The ways of signing in' },
  })
  .get(
    '/microsoft/login',
    async (context) => {
      const { url, cookie } = await beginSignIn(context.query.email)
      context.cookie[ssoCookie]!.set({ ...onTheWay, value: cookie })
      return context.redirect(url)
    },
    {
      public: 'this is how one stops being a stranger',
      refuses: { 404: ['sso_not_configured'], 503: ['sso_unavailable'] },
      query: t.Object({ email: t.Optional(t.String({ maxLength: 254, description: 'shown to Microsoft as a hint' })) }),
      response: leading,
      detail: { summary: 'Begin to sign in with Microsoft: a redirect' },
    },
  )
  .get(
    '/microsoft/callback',
    async (context) => {
      const { search } = new URL(context.request.url)
      const cookie = context.cookie[ssoCookie]?.value as string | undefined
      const { url, refresh } = await finishSignIn(search, cookie, callOf(context), context.headers['user-agent'])
      context.cookie[ssoCookie]!.set({ ...onTheWay, ...gone })
      if (refresh) remember(context.cookie, refresh)
      return context.redirect(url)
    },
    {
      public: 'the cookie and state of a sign-in that was begun are the credential',
      response: leading,
      detail: { summary: 'Where Microsoft sends the browser back to' },
    },
  )
