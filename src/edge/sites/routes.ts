import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { degrees, id, name, page, paging, stamps, unitAndBelow, uuid } from '../../core/wire'
import { createSite, deleteSite, getSite, listSites, updateSite } from './service'

const change = {
  name,
  address: t.Optional(t.Nullable(t.String({ maxLength: 300 }))),
  latitude: degrees(90),
  longitude: degrees(180),
  time_zone: t.Optional(t.Nullable(t.String({ minLength: 1, maxLength: 60, examples: ['Europe/Rome'] }))),
}
const site = t.Object({
  id: t.String(),
  name: t.String(),
  org_unit_id: t.String(),
  address: t.Nullable(t.String()),
  latitude: t.Nullable(t.Number()),
  longitude: t.Nullable(t.Number()),
  time_zone: t.Nullable(t.String()),
  device_count: t.Integer(),
  ...stamps,
})

export const siteRoutes = new Elysia({ prefix: '/sites', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listSites(scope, query)), {
    permission: 'sites.read',
    query: t.Object({
      search: t.Optional(t.String({ maxLength: 200 })),
      org_unit_id: unitAndBelow,
      ...paging,
    }),
    response: { 200: page(site) },
    detail: { summary: 'Sites of the units that one sees, by name' },
  })
  .post(
    '/',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createSite(scope, body))
    },
    {
      permission: 'sites.create',
      body: t.Object({ ...change, org_unit_id: uuid }),
      response: { 201: site },
      detail: { summary: 'Add a site to a unit' },
    },
  )
  .get('/:id', ({ run, params }) => run((scope) => getSite(scope, params.id)), {
    permission: 'sites.read',
    params: id,
    response: { 200: site },
    detail: { summary: 'One site' },
  })
  .patch('/:id', ({ run, params, body }) => run((scope) => updateSite(scope, params.id, body)), {
    permission: 'sites.update',
    params: id,
    body: t.Partial(t.Object(change)),
    response: { 200: site },
    detail: { summary: 'Rename a site, or say where it is' },
  })
  .delete(
    '/:id',
    async ({ run, params, set }) => {
      await run((scope) => deleteSite(scope, params.id))
      set.status = 204
    },
    { permission: 'sites.delete', params: id, detail: { summary: 'Remove a site where no devices stand' } },
  )
