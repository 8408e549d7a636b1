import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { id, leading, oneOf } from '../../core/wire'
import { remember } from '../auth/cookies'
import { redirectUri } from '../../core/provider'
import { begun, ssoCookie } from './cookie'
import { beginSignIn, checkMethod, describeSignIn, finishAtProvider } from './service'

/** What leads on may hold a code or a token: no cache keeps it. */
const lead = (context: { set: { headers: Record<string, unknown> }; redirect: (to: string) => Response }, to: string) => {
  context.set.headers['cache-control'] = 'no-store'
  return context.redirect(to)
}

type Back = Parameters<typeof callOf>[0] &
  Parameters<typeof lead>[0] & { cookie: Parameters<typeof remember>[0] & Record<string, { value?: unknown }> }

async function comeBack(context: Back, came_to: string) {
  const cookie = context.cookie[ssoCookie]?.value as string | undefined
  const back = { search: new URL(context.request.url).search, came_to, cookie }
  const { to, session } = await finishAtProvider(back, callOf(context), context.request.headers.get('user-agent') ?? undefined)
  if (session) remember(context.cookie, session)
  return lead(context, to)
}

const returning = {
  public: 'the cookie and state of a sign-in that was begun are the credential',
  response: leading,
  detail: { summary: 'Where a provider sends the browser back to' },
} as const

export const ssoRoutes = new Elysia({ prefix: '/auth', tags: ['auth'] })
  .use(guard)
  .get('/methods', () => describeSignIn(), {
    public: 'the sign-in page shows what there is',
    response: { 200: t.Object({ microsoft: t.Boolean() }) },
    detail: { summary: 'The ways of signing in besides a password' },
  })
  .post('/check-method', ({ body }) => checkMethod(body.email), {
    public: 'the sign-in page asks where to send somebody; the domain alone decides',
    refuses: { 403: ['auth_restricted'] },
    body: t.Object({ email: t.String({ minLength: 3, maxLength: 254 }) }),
    response: { 200: t.Object({ method: oneOf(['password', 'sso']), sso_url: t.Optional(t.String()) }) },
    detail: { summary: 'Whether an address signs in with a password or with its organization’s provider' },
  })
  .get(
    '/microsoft/login',
    async (context) => {
      const { url, cookie } = await beginSignIn(context.query)
      context.cookie[ssoCookie]!.set(begun(cookie))
      return lead(context, url)
    },
    {
      public: 'this is how one stops being a stranger',
      refuses: { 404: ['sso_not_configured'], 503: ['sso_unavailable'] },
      query: t.Object({
        email: t.Optional(
          t.String({ maxLength: 254, description: 'its domain picks an organization’s own app; shown to Microsoft as a hint' }),
        ),
        return_to: t.Optional(t.String({ maxLength: 1000, description: 'a path of the console' })),
      }),
      response: leading,
      detail: { summary: 'Begin to sign in with Microsoft: a redirect' },
    },
  )
  .get('/microsoft/callback', (context) => comeBack(context, redirectUri({ directory: 'any', tenant_id: null })), returning)
  .get('/oidc/:id/callback', (context) => comeBack(context, redirectUri({ directory: null, tenant_id: context.params.id })), {
    ...returning,
    params: id,
  })
