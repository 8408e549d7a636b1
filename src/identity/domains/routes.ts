import { Elysia, t } from 'elysia'
import { callOf, guard } from '../../core/guard'
import { id, instant, page, paging, stamps } from '../../core/wire'
import { addDomain, listDomains, removeDomain, verifyDomain } from './service'

const domain = t.Object({
  id: t.String(),
  domain: t.String(),
  record_name: t.String({ description: 'where the TXT record belongs' }),
  record_value: t.String({ description: 'what it says; it must stay' }),
  verified_at: t.Nullable(instant),
  checked_at: t.Nullable(instant),
  missing_since: t.Nullable(instant),
  ...stamps,
})

export const domainRoutes = new Elysia({ prefix: '/settings/domains', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listDomains(scope, query)), {
    permission: 'settings.sso.read',
    query: t.Object(paging),
    response: { 200: page(domain) },
    detail: { summary: 'The organization’s domains and whether they are proven' },
  })
  .post(
    '/',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => addDomain(scope, body.domain))
    },
    {
      permission: 'settings.sso.update',
      refuses: { 409: ['already_exists', 'limit_reached'] },
      body: t.Object({ domain: t.String({ minLength: 3, maxLength: 253 }) }),
      response: { 201: domain },
      detail: { summary: 'Add a domain; it counts once its TXT record was found' },
    },
  )
  .post('/:id/verify', (context) => verifyDomain(context.actor, context.params.id, callOf(context)), {
    permission: 'settings.sso.update',
    refuses: { 409: ['domain_not_proven', 'domain_taken'], 503: ['dns_unavailable'] },
    params: id,
    response: { 200: domain },
    detail: { summary: 'Look for the TXT record now' },
  })
  .delete(
    '/:id',
    async ({ run, params, set }) => {
      await run((scope) => removeDomain(scope, params.id))
      set.status = 204
    },
    { permission: 'settings.sso.update', params: id, detail: { summary: 'Remove a domain' } },
  )
