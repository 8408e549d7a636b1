import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { degrees, id, list, name, stamps, uuid } from '../../core/wire'
import { createOrgUnit, deleteOrgUnit, getOrgUnit, listOrgUnits, updateOrgUnit } from './service'

const input = t.Object({
  name,
  parent_id: t.Optional(t.Nullable(uuid)),
  address: t.Optional(t.Nullable(t.String({ maxLength: 300 }))),
  latitude: degrees(90),
  longitude: degrees(180),
})
const unit = t.Object({
  id: t.String(),
  name: t.String(),
  parent_id: t.Nullable(t.String()),
  address: t.Nullable(t.String()),
  latitude: t.Nullable(t.Number()),
  longitude: t.Nullable(t.Number()),
  device_count: t.Integer(),
  ...stamps,
})

export const orgUnitRoutes = new Elysia({ prefix: '/org-units', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run }) => run((scope) => listOrgUnits(scope)), {
    permission: 'org_units.read',
    response: { 200: list(unit) },
    detail: { summary: 'The tree of organization units that one sees' },
  })
  .post(
    '/',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createOrgUnit(scope, body))
    },
    {
      permission: 'org_units.create',
      refuses: { 409: ['limit_reached'] },
      body: input,
      response: { 201: unit },
      detail: { summary: 'Add a unit' },
    },
  )
  .get('/:id', ({ run, params }) => run((scope) => getOrgUnit(scope, params.id)), {
    permission: 'org_units.read',
    params: id,
    response: { 200: unit },
    detail: { summary: 'One unit' },
  })
  .patch('/:id', ({ run, params, body }) => run((scope) => updateOrgUnit(scope, params.id, body)), {
    permission: 'org_units.update',
    refuses: { 409: ['cycle'], 412: ['stale'] },
    params: id,
    body: t.Partial(input),
    response: { 200: unit },
    detail: { summary: 'Rename a unit, say where it is, or move it with all that is below it' },
  })
  .delete(
    '/:id',
    async ({ run, params, set }) => {
      await run((scope) => deleteOrgUnit(scope, params.id))
      set.status = 204
    },
    {
      permission: 'org_units.delete',
      refuses: { 409: ['not_empty'], 412: ['stale'] },
      params: id,
      detail: { summary: 'Remove an empty unit' },
    },
  )
