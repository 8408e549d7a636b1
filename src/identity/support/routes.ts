import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { assertOrigin } from '../../core/origins'
import { limits } from '../../core/limits'
import { supportModes, toldSupportStates } from '../../core/support'
import { bearer, id, instant, list, oneOf, stamps, uuid } from '../../core/wire'
import { supportPolicies } from './schema'
import {
  approve,
  endGrant,
  enter,
  getPolicy,
  leave,
  listActive,
  listGrants,
  receiveSupportEnd,
  receiveSupportRequest,
  refuse,
  setPolicy,
} from './service'

const policy = t.Object({
  support_policy: oneOf(supportPolicies),
})
const grant = t.Object({
  id: t.String(),
  staff_id: t.String(),
  staff_name: t.String(),
  staff_email: t.String(),
  reason: t.String(),
  mode: oneOf(supportModes),
  hours: t.Integer(),
  state: oneOf(toldSupportStates),
  decided_by: t.Nullable(t.String()),
  decided_at: t.Nullable(instant),
  expires_at: t.Nullable(instant),
  ended_at: t.Nullable(instant),
  ended_by: t.Nullable(oneOf(['tenant', 'staff'])),
  ...stamps,
})
const active = t.Object({
  id: t.String(),
  staff_name: t.String(),
  mode: oneOf(supportModes),
  reason: t.String(),
  expires_at: instant,
  is_own: t.Boolean({ description: 'whether it is the one of this very session' }),
})

const done = t.Object({ status: t.Literal('ok') })
const short = t.String({ minLength: 1, maxLength: 254 })

/** Between the planes, not for browsers. */
export const supportInternalRoutes = new Elysia({ prefix: '/internal/v1/support', tags: ['internal'] })
  .use(guard)
  .post(
    '/requests',
    async (context) => {
      const { tenant_id, ...request } = context.body
      await receiveSupportRequest(tenant_id, request, context.message, callOf(context))
      return { status: 'ok' as const }
    },
    {
      webhook: true,
      parse: 'arrayBuffer',
      body: t.Object({
        tenant_id: uuid,
        id: uuid,
        staff: t.Object({ id: uuid, name: short, email: short }),
        reason: t.String({ minLength: 1, maxLength: 500 }),
        mode: oneOf(supportModes),
        hours: t.Integer({ minimum: 1, maximum: limits.supportHours }),
      }),
      response: { 200: done },
      detail: { summary: 'Staff ask for access to a tenant (Standard Webhooks); it decides, or its policy' },
    },
  )
  .post(
    '/ends',
    async (context) => {
      await receiveSupportEnd(context.body.tenant_id, context.body.id, context.message, callOf(context))
      return { status: 'ok' as const }
    },
    {
      webhook: true,
      parse: 'arrayBuffer',
      body: t.Object({ tenant_id: uuid, id: uuid }),
      response: { 200: done },
      detail: { summary: 'Staff end their access to a tenant (Standard Webhooks)' },
    },
  )

export const supportRoutes = new Elysia({ tags: ['support access'] })
  .use(guard)
  .get('/settings/support', ({ run }) => run(getPolicy), {
    permission: 'settings.security.read',
    response: { 200: policy },
    detail: { summary: 'Who decides whether staff of the platform may come in' },
  })
  .put('/settings/support', ({ run, body }) => run((scope) => setPolicy(scope, body.support_policy)), {
    permission: 'settings.security.update',
    body: policy,
    response: { 200: policy },
    detail: { summary: 'Decide whether support access is asked for each time, allowed at once, or never given' },
  })
  .get('/support-access', ({ run }) => run(listGrants), {
    permission: 'settings.security.read',
    response: { 200: list(grant) },
    detail: { summary: 'What staff of the platform asked for, newest first' },
  })
  .get('/support-access/active', ({ run }) => run(listActive), {
    signedIn: true,
    response: { 200: list(active) },
    detail: { summary: 'Who of the platform can see this organization just now' },
  })
  .post('/support-access/:id/approve', ({ run, params }) => run((scope) => approve(scope, params.id)), {
    permission: 'settings.security.update',
    refuses: { 409: ['already_decided'] },
    params: id,
    response: { 200: grant },
    detail: { summary: 'Let a member of staff in, for as long as was asked' },
  })
  .post('/support-access/:id/refuse', ({ run, params }) => run((scope) => refuse(scope, params.id)), {
    permission: 'settings.security.update',
    params: id,
    response: { 200: grant },
    detail: { summary: 'Refuse support access' },
  })
  .post('/support-access/:id/end', ({ run, params }) => run((scope) => endGrant(scope, params.id, 'tenant')), {
    permission: 'settings.security.update',
    params: id,
    response: { 200: grant },
    detail: { summary: 'End support access at once' },
  })
  .post(
    '/support-access/leave',
    async ({ run, known, set }) => {
      await run((scope) => leave(scope, known))
      set.status = 204
    },
    { signedIn: true, refuses: { 404: ['not_found'] }, detail: { summary: 'A member of staff leaves: this session ends' } },
  )
  .post(
    '/auth/support',
    (context) => {
      assertOrigin(context.request)
      return enter(context.body.code, callOf(context), context.headers['user-agent'])
    },
    {
      public: 'a hand-off that the Management plane has signed is the credential',
      refuses: { 403: ['forbidden_origin', 'tenant_pending', 'tenant_suspended'], 422: ['exchange_ended'] },
      body: t.Object({ code: t.String({ minLength: 1, maxLength: 2000 }) }),
      response: {
        200: t.Object({
          ...bearer,
          user: t.Object({ id: t.String(), email: t.String(), name: t.String() }),
          tenant: t.Object({ id: t.String(), name: t.String() }),
        }),
      },
      detail: { summary: 'A member of staff comes in, by a hand-off of the Management plane' },
    },
  )
