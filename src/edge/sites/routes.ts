import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { limits } from '../../core/limits'
import { degrees, id, name, page, paging, several, stamps, unitAndBelow, uuid } from '../../core/wire'
import { createSite, deleteSite, getSite, listPlaces, listSites, updateSite } from './service'

const change = {
  name,
  address: t.Optional(t.Nullable(t.String({ maxLength: 300 }))),
  latitude: degrees(90),
  longitude: degrees(180),
  time_zone: t.Optional(t.Nullable(t.String({ minLength: 1, maxLength: 60, examples: ['Europe/Rome'] }))),
}
const place = {
  id: t.String(),
  name: t.String(),
  org_unit_id: t.String(),
  latitude: t.Nullable(t.Number()),
  longitude: t.Nullable(t.Number()),
}
const site = t.Object({
  ...place,
  address: t.Nullable(t.String()),
  time_zone: t.Nullable(t.String()),
  device_count: t.Integer(),
  ...stamps,
})

export const siteRoutes = new Elysia({ prefix: '/sites', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listSites(scope, query)), {
    permission: 'sites.read',
    query: t.Object({
      id: several(uuid, limits.pageRows),
      search: t.Optional(t.String({ maxLength: 200 })),
      org_unit_id: unitAndBelow,
      below: t.Optional(t.Boolean({ description: 'false: of the unit itself alone' })),
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
  .get('/places', ({ run, query }) => run((scope) => listPlaces(scope, query)), {
    permission: 'sites.read',
    query: t.Object({ cursor: paging.cursor }),
    response: { 200: page(t.Object(place)) },
    detail: { summary: 'Where all sites are that one sees, thousands a page' },
  })
  .get('/:id', ({ run, params }) => run((scope) => getSite(scope, params.id)), {
    permission: 'sites.read',
    params: id,
    response: { 200: site },
    detail: { summary: 'One site' },
  })
  .patch('/:id', ({ run, params, body }) => run((scope) => updateSite(scope, params.id, body)), {
    permission: 'sites.update',
    refuses: { 412: ['stale'] },
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
    {
      permission: 'sites.delete',
      refuses: { 409: ['not_empty'], 412: ['stale'] },
      params: id,
      detail: { summary: 'Remove a site where no devices stand' },
    },
  )
