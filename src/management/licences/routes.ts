import { Elysia, t } from 'elysia'
import { featureNames } from '../../core/feature-flags'
import { id, instant, list, name, oneOf, stamps } from '../../core/wire'
import { guard } from '../guard'
import { createPlan, giveLicence, listLicences, listPlans, updatePlan } from './service'

const most = t.Nullable(t.Integer({ minimum: 0, maximum: 10_000_000 }))
const features = t.Array(oneOf(featureNames), { maxItems: 50, uniqueItems: true })
const grace_days = t.Integer({ minimum: 0, maximum: 365 })
const terms = { features: t.Array(t.String()), max_users: most, max_devices: most, grace_days }
const plan = t.Object({ id: t.String(), name, ...terms, archived: t.Boolean(), version: t.Integer(), ...stamps })
const licence = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  plan: t.String(),
  ...terms,
  expires_at: t.Nullable(instant),
  ended_at: t.Nullable(instant),
  given_by: t.String(),
  reason: t.String(),
  ...stamps,
})

export const licenceRoutes = new Elysia({ tags: ['licences'] })
  .use(guard)
  .get('/features', () => ({ items: [...featureNames] }), {
    permission: 'plans.read',
    response: { 200: list(oneOf(featureNames)) },
    detail: { summary: 'The parts of the product that a plan can include' },
  })
  .get('/plans', ({ run }) => run(listPlans), {
    permission: 'plans.read',
    response: { 200: list(plan) },
    detail: { summary: 'The catalogue of plans' },
  })
  .post(
    '/plans',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createPlan(scope, body))
    },
    {
      permission: 'plans.update',
      body: t.Object({ name, features, max_users: most, max_devices: most, grace_days }),
      response: { 201: plan },
      detail: { summary: 'Add a plan' },
    },
  )
  .patch('/plans/:id', ({ run, params, body }) => run((scope) => updatePlan(scope, params.id, body)), {
    permission: 'plans.update',
    refuses: { 412: ['stale'] },
    params: id,
    body: t.Partial(t.Object({ name, features, max_users: most, max_devices: most, grace_days, archived: t.Boolean() })),
    response: { 200: plan },
    detail: { summary: 'Change a plan; licences that were given stay as they are' },
  })
  .get('/tenants/:id/licences', ({ run, params }) => run((scope) => listLicences(scope, params.id)), {
    permission: 'tenants.read',
    params: id,
    response: { 200: list(licence) },
    detail: { summary: 'The licences of a tenant, newest first; the one that has not ended holds' },
  })
  .post(
    '/tenants/:id/licences',
    ({ run, params, body, set }) => {
      set.status = 201
      return run((scope) => giveLicence(scope, params.id, body))
    },
    {
      permission: 'licences.give',
      refuses: { 409: ['refused_in_state'], 412: ['stale'] },
      params: id,
      body: t.Object({
        plan_id: t.String({ format: 'uuid' }),
        expires_at: t.Nullable(instant),
        reason: t.String({ minLength: 3, maxLength: 500, pattern: '\\S' }),
        features: t.Optional(features),
        max_users: t.Optional(most),
        max_devices: t.Optional(most),
        grace_days: t.Optional(grace_days),
      }),
      response: { 201: licence },
      detail: { summary: 'Give a tenant a licence in place of the one before; the Cloud is told' },
    },
  )
