import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { id, instant, oneOf, uuid } from '../../core/wire'
import { languages } from '../mail/schema'
import { foundTenant } from '../registration/service'
import { tenantStates } from '../tenants/schema'
import { featuresFrom } from './management'
import { describeLicence, receiveLicence, receiveLinkRequest, usageOf } from './service'

const most = t.Optional(t.Nullable(t.Integer({ minimum: 0 })))
const name = t.String({ minLength: 1, maxLength: 100 })
const usage = t.Object({ users: t.Integer({ description: 'who can sign in' }), devices: t.Integer() })

/** Between the planes, not for browsers. */
export const internalRoutes = new Elysia({ prefix: '/internal', tags: ['internal'] })
  .use(guard)
  .post(
    '/license/refresh',
    async (context) => {
      const { tenant_id, plan, features, limits, expires_at, grace_ends_at, status, revision } = context.body
      const licence = {
        plan,
        features: featuresFrom(features),
        limits: { users: limits?.users ?? null, devices: limits?.devices ?? null },
        expires_at: expires_at ?? null,
        grace_ends_at: grace_ends_at ?? null,
      }
      await receiveLicence(tenant_id, licence, { status, revision }, context.message, callOf(context))
      return { status: 'ok' as const }
    },
    {
      webhook: true,
      refuses: { 404: ['not_found'] },
      parse: 'arrayBuffer',
      body: t.Object({
        tenant_id: uuid,
        plan: name,
        features: t.Union([t.Record(name, t.Boolean()), t.Array(name, { maxItems: 100 })]),
        limits: t.Optional(t.Nullable(t.Object({ users: most, devices: most }))),
        expires_at: t.Optional(t.Nullable(instant)),
        grace_ends_at: t.Optional(t.Nullable(instant)),
        status: t.Optional(oneOf(tenantStates)),
        revision: t.Optional(t.Integer({ minimum: 0, description: 'grows with each change: what is older is passed over' })),
      }),
      response: { 200: t.Object({ status: t.Literal('ok') }) },
      detail: { summary: "A tenant's licence has changed (Standard Webhooks); the same message again does nothing" },
    },
  )
  .post(
    '/v1/tenants',
    async (context) => {
      await foundTenant(context.body, callOf(context))
      return { status: 'ok' as const }
    },
    {
      webhook: true,
      parse: 'arrayBuffer',
      body: t.Object({
        tenant_id: uuid,
        name: t.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
        administrator: t.Object({ email: t.String({ format: 'email', maxLength: 254 }), language: oneOf(languages) }),
      }),
      response: { 200: t.Object({ status: t.Literal('ok') }) },
      detail: { summary: 'Make a tenant and invite its administrator (Standard Webhooks); one that is there is left as it is' },
    },
  )
  .post(
    '/v1/tenants/archive-links',
    async (context) => {
      await receiveLinkRequest(context.body.tenant_id, context.message, callOf(context))
      return { status: 'ok' as const }
    },
    {
      webhook: true,
      parse: 'arrayBuffer',
      body: t.Object({ tenant_id: uuid }),
      response: { 200: t.Object({ status: t.Literal('ok') }) },
      detail: { summary: 'Mail new links to the archive of a tenant that is leaving (Standard Webhooks)' },
    },
  )
  .get('/v1/tenants/:id/usage', (context) => usageOf(context.params.id, callOf(context)), {
    internal: true,
    params: id,
    response: { 200: usage },
    detail: { summary: 'What of its limits a tenant uses' },
  })

export const licenceRoutes = new Elysia({ prefix: '/tenant/license', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run }) => run(describeLicence), {
    permission: 'settings.tenant.read',
    response: {
      200: t.Object({
        license: t.Nullable(
          t.Object({
            plan: t.String(),
            features: t.Array(t.String()),
            limits: t.Object({ users: t.Optional(t.Nullable(t.Integer())), devices: t.Optional(t.Nullable(t.Integer())) }),
            expires_at: t.Nullable(instant),
            grace_ends_at: t.Nullable(instant),
            as_of: instant,
          }),
        ),
        usage,
      }),
    },
    detail: { summary: 'The licence of the organization, where there is one, and what is used of it' },
  })
