import { and, asc, eq, isNull, or, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { now } from '../../core/clock'
import { Problem, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { type Scope, expectVersion } from '../../core/scope'
import { naturally } from '../../core/table'
import { type ViewedList, readingOf, savedViews, viewedLists } from './schema'

export interface ViewInput {
  list: ViewedList
  name: string
  query: string
  shared: boolean
}

/** The caller's membership, as a piece of a statement. */
const ofCaller = ({ actor }: Scope) =>
  sql<string>`(select m.id from membership m where m.tenant_id = ${actor.tenant_id} and m.user_id = ${actor.id})`

const shown = ({ tenant_id: _, membership_id, ...rest }: typeof savedViews.$inferSelect) => ({ ...rest, shared: membership_id === null })

/** The own ones and those everybody has, of lists that the caller may read. */
function visible(scope: Scope) {
  const readable = viewedLists.filter((list) => scope.actor.permissions.has(readingOf[list]))
  return and(
    scope.own(savedViews),
    or(isNull(savedViews.membership_id), eq(savedViews.membership_id, ofCaller(scope))),
    sql`${savedViews.list} = any(${`{${readable.join(',')}}`}::text[])`,
  )
}

export async function listViews(scope: Scope, { list }: { list?: ViewedList }) {
  const found = await scope.tx
    .select()
    .from(savedViews)
    .where(and(visible(scope), list ? eq(savedViews.list, list) : undefined))
    .orderBy(naturally(savedViews.name), asc(savedViews.id))
    .limit(2 * viewedLists.length * limits.savedViews)
  return { items: found.map(shown) }
}

async function getViewToChange(scope: Scope, id: string) {
  const [found] = await scope.tx
    .select()
    .from(savedViews)
    .where(and(visible(scope), eq(savedViews.id, id)))
    .for('update')
  if (!found) throw notFound('view')
  expectVersion(scope, found)
  return found
}

/** What everybody sees is made by who sees everything: the name of a view may tell of a customer. */
function assertMayShare({ actor }: Scope) {
  if (!actor.permissions.has('views.share')) throw new Problem(403, 'forbidden', 'This needs the permission views.share')
  if (actor.units !== 'all')
    throw new Problem(403, 'beyond_own_scope', 'Views are shared with everybody by who sees the whole organization')
}

async function assertRoom({ tx, own }: Scope, list: ViewedList, owner: ReturnType<typeof sql> | null) {
  const theirs = owner ? sql`${savedViews.membership_id} = ${owner}` : isNull(savedViews.membership_id)
  const count = await tx.$count(savedViews, and(own(savedViews), eq(savedViews.list, list), theirs))
  if (count >= limits.savedViews) throw new Problem(409, 'limit_reached', `There can be ${limits.savedViews} views of a list`)
}

export async function createView(scope: Scope, { shared, ...input }: ViewInput) {
  const { tx, owned, actor } = scope
  if (!actor.permissions.has(readingOf[input.list]))
    throw new Problem(403, 'forbidden', `This needs the permission ${readingOf[input.list]}`)
  if (shared) assertMayShare(scope)
  const membership_id = shared ? null : ofCaller(scope)
  await assertRoom(scope, input.list, membership_id)
  const [made] = await tx
    .insert(savedViews)
    .values(owned({ ...input, membership_id }))
    .returning()
  await audit(scope, 'views.create', made!.id, { after: made })
  return shown(made!)
}

/** `shared` gives a view to everybody, or takes it back for the caller alone. */
export async function updateView(scope: Scope, id: string, { shared, ...change }: Partial<Omit<ViewInput, 'list'>>) {
  const before = await getViewToChange(scope, id)
  const wasShared = before.membership_id === null
  if (wasShared || shared) assertMayShare(scope)
  const moves = shared !== undefined && shared !== wasShared
  const membership_id = shared ? null : ofCaller(scope)
  if (moves) await assertRoom(scope, before.list, membership_id)
  const [after] = await scope.tx
    .update(savedViews)
    .set({ ...change, ...(moves && { membership_id }), updated_at: now() })
    .where(and(scope.own(savedViews), eq(savedViews.id, id)))
    .returning()
  await audit(scope, 'views.update', id, { before, after })
  return shown(after!)
}

export async function deleteView(scope: Scope, id: string) {
  const before = await getViewToChange(scope, id)
  if (before.membership_id === null) assertMayShare(scope)
  await scope.tx.delete(savedViews).where(and(scope.own(savedViews), eq(savedViews.id, id)))
  await audit(scope, 'views.delete', id, { before })
}
