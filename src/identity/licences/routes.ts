import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { id, instant, uuid } from '../../core/wire'
import { featuresFrom } from './management'
import { describeLicence, receiveLicence, usageOf } from './service'

const most = t.Optional(t.Nullable(t.Integer({ minimum: 0 })))
const name = t.String({ minLength: 1, maxLength: 100 })
const usage = t.Object({ users: t.Integer({ description: 'who can sign in' }), devices: t.Integer() })

/** Between the planes, not for browsers. */
export const internalRoutes = new Elysia({ prefix: '/internal', tags: ['internal'] })
  .use(guard)
  .post(
    '/license/refresh',
    async (context) => {
      const { tenant_id, plan, features, limits, expires_at } = context.body
      const licence = {
        plan,
        features: featuresFrom(features),
        limits: { users: limits?.users ?? null, devices: limits?.devices ?? null },
        expires_at: expires_at ?? null,
      }
      await receiveLicence(tenant_id, licence, context.message, callOf(context))
      return { status: 'ok' as const }
    },
    {
      webhook: true,
      parse: 'arrayBuffer',
      body: t.Object({
        tenant_id: uuid,
        plan: name,
        features: t.Union([t.Record(name, t.Boolean()), t.Array(name, { maxItems: 100 })]),
        limits: t.Optional(t.Nullable(t.Object({ users: most, devices: most }))),
        expires_at: t.Optional(t.Nullable(instant)),
      }),
      response: { 200: t.Object({ status: t.Literal('ok') }) },
      detail: { summary: "A tenant's licence has changed (Standard Webhooks); the same message again does nothing" },
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
            as_of: instant,
          }),
        ),
        usage,
      }),
    },
    detail: { summary: 'The licence of the organization, where there is one, and what is used of it' },
  })
