import { Elysia, t } from 'elysia'
import { bearerOf, knownByToken } from '../../core/authenticate'
import { callOf, guard } from '../../core/guard'
import { id, instant, name, oneOf, page, paging, stamps, uuid } from '../../core/wire'
import { languages } from '../mail/schema'
import { acceptInvitation, createInvitation, inspectInvitation, listInvitations, resendInvitation, revokeInvitation } from './service'

const orgUnitScope = t.Union([t.Literal('all'), t.Array(t.Object({ org_unit_id: uuid, subtree: t.Boolean() }), { maxItems: 200 })])
const groupIds = t.Array(uuid, { maxItems: 50 })
const language = oneOf(languages)
const invitation = t.Object({
  id: t.String(),
  email: t.String(),
  language,
  group_ids: t.Array(t.String()),
  org_unit_scope: orgUnitScope,
  invited_by: t.String(),
  expires_at: instant,
  ...stamps,
})
const token = t.String({ minLength: 1, maxLength: 200 })
const tenant = t.Object({ id: t.String(), name: t.String() })

export const invitationRoutes = new Elysia({ tags: ['settings'] })
  .use(guard)
  .get('/invitations', ({ run, query }) => run((scope) => listInvitations(scope, query)), {
    permission: 'settings.users.read',
    query: t.Object(paging),
    response: { 200: page(invitation) },
    detail: { summary: 'Invitations that were not accepted yet, newest first' },
  })
  .post(
    '/invitations',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createInvitation(scope, body))
    },
    {
      permission: 'settings.users.invite',
      refuses: { 403: ['beyond_own_permissions', 'beyond_own_scope'], 409: ['already_exists', 'already_member'] },
      body: t.Object({
        email: t.String({ format: 'email', maxLength: 254 }),
        group_ids: groupIds,
        org_unit_scope: orgUnitScope,
        language: t.Optional(language),
      }),
      response: { 201: invitation },
      detail: { summary: 'Invite somebody by mail; the link works once, within 7 days' },
    },
  )
  .delete(
    '/invitations/:id',
    async ({ run, params, set }) => {
      await run((scope) => revokeInvitation(scope, params.id))
      set.status = 204
    },
    { permission: 'settings.users.invite', params: id, detail: { summary: 'Take an invitation back' } },
  )
  .post('/invitations/:id/resend', ({ run, params }) => run((scope) => resendInvitation(scope, params.id)), {
    permission: 'settings.users.invite',
    refuses: { 403: ['beyond_own_permissions'] },
    params: id,
    response: { 200: invitation },
    detail: { summary: 'Mail a new link, which replaces the one before' },
  })
  .post('/auth/invitations/inspect', ({ body }) => inspectInvitation(body.token), {
    public: 'the mailed link is the credential',
    refuses: { 403: ['tenant_suspended'], 422: ['invitation_ended'] },
    body: t.Object({ token }),
    response: { 200: t.Object({ email: t.String(), tenant, has_account: t.Boolean(), expires_at: instant }) },
    detail: { summary: 'What a mailed invitation offers, and whether its address has an account' },
  })
  .post(
    '/auth/invitations/accept',
    async (context) => {
      const access = bearerOf(context.request.headers.get('authorization'))
      return acceptInvitation(context.body, access ? await knownByToken(access) : undefined, callOf(context))
    },
    {
      public: 'the mailed link is the credential, with the account’s password or its session where there is one',
      refuses: {
        403: ['auth_restricted', 'limit_reached', 'tenant_suspended'],
        409: ['already_member'],
        422: ['invitation_ended', 'wrong_password'],
        429: ['rate_limited'],
      },
      body: t.Object({ token, name: t.Optional(name), password: t.Optional(t.String({ minLength: 1, maxLength: 1000 })) }),
      response: { 200: t.Object({ email: t.String(), tenant }) },
      detail: { summary: 'Accept an invitation; then sign in' },
    },
  )
