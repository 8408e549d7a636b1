import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { id, instant, list, oneOf } from '../../core/wire'
import { begun, ssoCookie } from '../sso/cookie'
import { beginLink } from '../sso/service'
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
/** One of the three. */
const proof = {
  password: t.Optional(t.String({ minLength: 1, maxLength: 1000 })),
  totp_code: t.Optional(t.String({ pattern: '^\\d{6}$' })),
  recovery_code: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
}

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
    '/link',
    async (context) => {
      const { url, cookie } = await beginLink(context.known, context.body, callOf(context))
      context.cookie[ssoCookie]!.set(begun(cookie))
      return { url }
    },
    {
      signedIn: true,
      body: t.Object({ provider: oneOf(providers), ...proof }),
      response: { 200: t.Object({ url: t.String({ description: 'where the browser goes on; it comes back to the account page' }) }) },
      detail: { summary: 'Begin to link a provider; needs the password or a code of the second factor' },
    },
  )
  .post(
    '/:id/unlink',
    async (context) => {
      await unlinkIdentity(context.known, context.params.id, context.body, callOf(context))
      context.set.status = 204
    },
    {
      signedIn: true,
      params: id,
      body: t.Object(proof),
      detail: { summary: 'Give up signing in through a provider; needs the password or a code. Sessions opened through it end' },
    },
  )
