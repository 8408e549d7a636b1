import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { oneOf } from '../../core/wire'
import { checkProvider, getProvider, removeProvider, setProvider } from './service'

const settings = t.Object({
  directory: t.Nullable(t.String()),
  issuer: t.Nullable(t.String({ description: 'of a provider that is not Entra' })),
  client_id: t.Nullable(t.String()),
  redirect_uri: t.String({ description: 'what the app must list as its redirect URI (web)' }),
  issuer_redirect_uri: t.String({ description: 'the same for a client at another issuer' }),
  version: t.Integer(),
})

export const ssoSettingsRoutes = new Elysia({ prefix: '/settings/sso', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run }) => run(getProvider), {
    permission: 'settings.sso.read',
    response: { 200: settings },
    detail: { summary: 'The organization’s own identity provider; its secret is never given back' },
  })
  .put('/', ({ run, body }) => run((scope) => setProvider(scope, body)), {
    permission: 'settings.sso.update',
    refuses: { 404: ['feature_disabled'], 412: ['stale'] },
    body: t.Object({
      directory: t.Optional(
        t.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', description: 'the directory (tenant) id in Entra' }),
      ),
      issuer: t.Optional(
        t.String({ minLength: 1, maxLength: 255, description: 'instead: the address of another issuer (OpenID Connect)' }),
      ),
      client_id: t.String({ minLength: 1, maxLength: 200 }),
      client_secret: t.Optional(t.String({ minLength: 1, maxLength: 500, description: 'left out: it stays as it is' })),
    }),
    response: { 200: settings },
    detail: {
      summary:
        'Sign in with the organization’s own provider: addresses of its proven domains are sent there. Another one ends the sessions of the one before',
    },
  })
  .delete(
    '/',
    async ({ run, set }) => {
      await run(removeProvider)
      set.status = 204
    },
    {
      permission: 'settings.sso.update',
      refuses: { 404: ['not_found'] },
      detail: { summary: 'Remove the organization’s own provider; the sessions it opened end' },
    },
  )
  .post('/check', (context) => checkProvider(context.actor, callOf(context)), {
    permission: 'settings.sso.update',
    refuses: { 409: ['sso_not_configured'] },
    response: { 200: t.Object({ outcome: oneOf(['accepted', 'refused', 'unreachable', 'other_issuer']) }) },
    detail: { summary: 'Ask the provider whether it knows the app and its secret' },
  })
