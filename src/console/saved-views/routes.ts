import { Elysia, t } from 'elysia'
import { guard } from '../../core/guard'
import { id, list, name, oneOf, stamps } from '../../core/wire'
import { viewedLists } from './schema'
import { createView, deleteView, listViews, updateView } from './service'

const input = {
  name,
  query: t.String({ maxLength: 4000, description: 'filters, order and columns, as the query of the address' }),
  shared: t.Boolean({ description: 'everybody sees it; needs the permission views.share' }),
}
const view = t.Object({ id: t.String(), list: oneOf(viewedLists), ...input, ...stamps, version: t.Integer() })

/** Private ones are everybody's own business: who may read a list may keep views of it. */
export const savedViewRoutes = new Elysia({ prefix: '/saved-views', tags: ['settings'] })
  .use(guard)
  .get('/', ({ run, query }) => run((scope) => listViews(scope, query)), {
    signedIn: true,
    query: t.Object({ list: t.Optional(oneOf(viewedLists)) }),
    response: { 200: list(view) },
    detail: { summary: 'Saved views of lists: the own ones and those shared with everybody' },
  })
  .post(
    '/',
    ({ run, body, set }) => {
      set.status = 201
      return run((scope) => createView(scope, body))
    },
    {
      signedIn: true,
      refuses: { 403: ['beyond_own_scope', 'forbidden'], 409: ['already_exists', 'limit_reached'] },
      body: t.Object({ list: oneOf(viewedLists), ...input }),
      response: { 201: view },
      detail: { summary: 'Keep a view of a list' },
    },
  )
  .patch('/:id', ({ run, params, body }) => run((scope) => updateView(scope, params.id, body)), {
    signedIn: true,
    refuses: { 403: ['forbidden'], 412: ['stale'] },
    params: id,
    body: t.Partial(t.Object(input)),
    response: { 200: view },
    detail: { summary: 'Rename, renew or share a view' },
  })
  .delete(
    '/:id',
    async ({ run, params, set }) => {
      await run((scope) => deleteView(scope, params.id))
      set.status = 204
    },
    { signedIn: true, refuses: { 403: ['forbidden'], 412: ['stale'] }, params: id, detail: { summary: 'Remove a view' } },
  )
