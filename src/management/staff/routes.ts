import { Elysia, t } from 'elysia'
import { callOf } from '../../core/guard'
import { id, instant, list, name, oneOf, stamps } from '../../core/wire'
import { guard } from '../guard'
import { roles } from '../permissions'
import {
  acceptInvitation,
  inviteStaff,
  listInvitations,
  listStaff,
  mailInvitation,
  resetFactor,
  revokeInvitation,
  updateStaff,
} from './service'

const role = oneOf(roles)
const email = t.String({ format: 'email', maxLength: 254 })
const member = t.Object({
  id: t.String(),
  email: t.String(),
  name: t.String(),
  role,
  disabled: t.Boolean(),
  mfa: t.Boolean({ description: 'has set up a second factor' }),
  microsoft: t.Boolean({ description: 'has signed in with Microsoft' }),
  last_sign_in_at: t.Nullable(instant),
  version: t.Integer(),
  ...stamps,
})
const invitation = t.Object({ id: t.String(), email: t.String(), role, invited_by: t.String(), expires_at: instant, ...stamps })

export const staffRoutes = new Elysia({ tags: ['staff'] })
  .use(guard)
  .get('/staff', ({ run }) => run(listStaff), {
    permission: 'staff.read',
    response: { 200: list(member) },
    detail: { summary: 'The platform staff' },
  })
  .patch('/staff/:id', ({ run, params, body }) => run((scope) => updateStaff(scope, params.id, body)), {
    permission: 'staff.update',
    refuses: { 409: ['last_owner', 'yourself'], 412: ['stale'] },
    params: id,
    body: t.Object({ name: t.Optional(name), role: t.Optional(role), disabled: t.Optional(t.Boolean()) }),
    response: { 200: member },
    detail: { summary: 'Change the role of a member of staff, or whether he may sign in' },
  })
  .post(
    '/staff/:id/factor/reset',
    async ({ run, params, set }) => {
      await run((scope) => resetFactor(scope, params.id))
      set.status = 204
    },
    {
      permission: 'staff.update',
      params: id,
      detail: { summary: 'Take away the second factor of who lost it; the next sign-in sets one up' },
    },
  )
  .get('/staff-invitations', ({ run }) => run(listInvitations), {
    permission: 'staff.read',
    response: { 200: list(invitation) },
    detail: { summary: 'Invitations to the staff that can be accepted' },
  })
  .post(
    '/staff-invitations',
    async ({ run, body, set }) => {
      const made = await run((scope) => inviteStaff(scope, body))
      set.status = 201
      return mailInvitation(made)
    },
    {
      permission: 'staff.invite',
      refuses: { 409: ['already_exists'] },
      body: t.Object({ email, role }),
      response: { 201: t.Object({ ...invitation.properties, link: t.String({ description: 'shown this once' }), mailed: t.Boolean() }) },
      detail: { summary: 'Invite somebody to the staff' },
    },
  )
  .delete(
    '/staff-invitations/:id',
    async ({ run, params, set }) => {
      await run((scope) => revokeInvitation(scope, params.id))
      set.status = 204
    },
    { permission: 'staff.invite', params: id, detail: { summary: 'Take an invitation back' } },
  )
  .post('/auth/invitations/accept', (context) => acceptInvitation(context.body, callOf(context)), {
    public: 'the token of the invitation is the credential',
    refuses: { 422: ['invitation_ended', 'wrong_password'], 429: ['rate_limited'] },
    body: t.Object({ token: t.String({ minLength: 1, maxLength: 200 }), name, password: t.String({ minLength: 1, maxLength: 1000 }) }),
    response: { 200: t.Object({ email: t.String() }) },
    detail: { summary: 'Join the staff with a password' },
  })
