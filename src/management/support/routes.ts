import { Elysia, t } from 'elysia'
import { limits } from '../../core/limits'
import { supportModes, toldSupportStates } from '../../core/support'
import { id, instant, oneOf, stamps } from '../../core/wire'
import { guard } from '../guard'
import { askForSupport, endSupport, enterTenant, listRequests } from './service'

const request = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  staff_id: t.String(),
  staff_name: t.String(),
  reason: t.String(),
  mode: oneOf(supportModes),
  hours: t.Integer(),
  state: oneOf(toldSupportStates),
  expires_at: t.Nullable(instant),
  ended_at: t.Nullable(instant),
  ...stamps,
})

export const supportRoutes = new Elysia({ tags: ['support'] })
  .use(guard)
  .get('/tenants/:id/support', ({ run, params }) => run((scope) => listRequests(scope, params.id)), {
    permission: 'support.read',
    params: id,
    response: { 200: t.Object({ items: t.Array(request), most_hours: t.Integer() }) },
    detail: { summary: 'Who asked for access to a tenant, newest first' },
  })
  .post(
    '/tenants/:id/support',
    ({ run, params, body, set }) => {
      set.status = 201
      return run((scope) => askForSupport(scope, params.id, body))
    },
    {
      permission: 'support.ask',
      refuses: { 409: ['refused_in_state'] },
      params: id,
      body: t.Object({
        reason: t.String({ minLength: 3, maxLength: 500, pattern: '\\S' }),
        mode: oneOf(supportModes),
        hours: t.Integer({ minimum: 1, maximum: limits.supportHours }),
      }),
      response: { 201: request },
      detail: { summary: 'Ask for access to a tenant, for a while; it decides, or its policy' },
    },
  )
  .post('/support/:id/enter', ({ run, params }) => run((scope) => enterTenant(scope, params.id)), {
    permission: 'support.ask',
    refuses: { 409: ['not_active'] },
    params: id,
    response: { 200: t.Object({ url: t.String({ description: 'of the console of the Cloud: holds for a minute, once' }) }) },
    detail: { summary: 'Go into the console of a tenant that lets one in' },
  })
  .post('/support/:id/end', ({ run, params }) => run((scope) => endSupport(scope, params.id)), {
    permission: 'support.ask',
    refuses: { 409: ['already_decided'] },
    params: id,
    response: { 200: request },
    detail: { summary: 'End access to a tenant at once' },
  })
