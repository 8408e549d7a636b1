import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { id, instant, list, oneOf, totpCode } from '../../core/wire'
import { begun, ssoCookie } from '../sso/cookie'
import { beginLink, beginProof } from '../sso/service'
import { listIdentities, listLinkable, providers, unlinkIdentity } from './service'

const way = t.Object({
  id: t.String(),
  kind: oneOf(['password', 'oidc']),
  issuer: t.Nullable(t.String()),
  directory: t.Nullable(t.String({ description: 'in Microsoft Entra ID' })),
  tenant: t.Nullable(
    t.Object({ id: t.String(), name: t.String() }, { description: 'whose own provider it is: it opens this organization alone' }),
  ),
  created_at: instant,
  last_used_at: t.Nullable(instant),
})
/** One of the four. */
const proof = {
  password: t.Optional(t.String({ minLength: 1, maxLength: 1000 })),
  totp_code: t.Optional(totpCode),
  recovery_code: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
  provider_code: t.Optional(t.String({ minLength: 1, maxLength: 200, description: 'what the browser came back with from /prove' })),
}
type Cookies = Record<string, { value?: unknown }>
/** A provider's word is good in the browser that asked for it. */
const shownIn = <T extends object>(body: T, cookie: Cookies) => ({ ...body, cookie: cookie[ssoCookie]?.value as string | undefined })

export const identityRoutes = new Elysia({ prefix: '/me/identities', tags: ['account'] })
  .use(guard)
  .get('/', ({ run, known }) => run((scope) => listIdentities(scope, known)), {
    signedIn: true,
    response: { 200: list(way) },
    detail: { summary: 'The ways the caller signs in' },
  })
  .get('/linkable', ({ known }) => listLinkable(known), {
    signedIn: true,
    response: { 200: list(oneOf(providers)) },
    detail: { summary: 'The providers that the caller can link: the platform’s, the organization’s own' },
  })
  .post(
    '/prove',
    async (context) => {
      const { url, cookie } = await beginProof(context.known, context.body.next, callOf(context))
      context.cookie[ssoCookie]!.set(begun(cookie))
      return { url }
    },
    {
      signedIn: true,
      refuses: { 404: ['sso_not_configured'] },
      body: t.Object({
        next: t.String({ pattern: '^[a-z:0-9-]{1,100}$', description: 'what the account page is told when the browser comes back' }),
      }),
      response: {
        200: t.Object({ url: t.String({ description: 'where the browser goes on; it comes back with a code of 60 seconds, good once' }) }),
      },
      detail: { summary: 'Show once more who one is by signing in anew at the platform’s provider' },
    },
  )
  .post(
    '/link',
    async (context) => {
      const { url, cookie } = await beginLink(context.known, shownIn(context.body, context.cookie), callOf(context))
      context.cookie[ssoCookie]!.set(begun(cookie))
      return { url }
    },
    {
      signedIn: true,
      refuses: {
        403: ['auth_restricted', 'bound_to_provider'],
        404: ['sso_not_configured'],
        409: ['mfa_not_enabled'],
        422: ['wrong_code', 'wrong_password'],
      },
      body: t.Object({ provider: oneOf(providers), ...proof }),
      response: { 200: t.Object({ url: t.String({ description: 'where the browser goes on; it comes back to the account page' }) }) },
      detail: { summary: 'Begin to link a provider; needs the password, a code of the second factor, or the provider’s word' },
    },
  )
  .post(
    '/:id/unlink',
    async (context) => {
      await unlinkIdentity(context.known, context.params.id, shownIn(context.body, context.cookie), callOf(context))
      context.set.status = 204
    },
    {
      signedIn: true,
      refuses: { 403: ['bound_to_provider'], 409: ['last_way_in'], 422: ['wrong_password'] },
      params: id,
      body: t.Object(proof),
      detail: { summary: 'Give up signing in through a provider; needs proof as for linking. Sessions opened through it end' },
    },
  )
