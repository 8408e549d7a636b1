import type { InfiniteData, Query, QueryClient } from '@tanstack/react-query'
import { type Page, rowsAtOnce } from './list'

type Row = { id: string }
type Pages = InfiniteData<Page<Row>, string | null>
type Filter = Record<string, unknown>

/** What a frame tells of one row. `moved`: it left the units one sees. A row without `row` changed in something that lists do not show. */
export type News = { id: string; event: 'created' | 'updated' | 'moved' | 'deleted'; row: Row | undefined }

/** How far the newest rows are followed when many came at once, and how long a list grows by what comes. */
const headPages = 4
const grownPages = 25

/** Lets news into what is loaded of a context: rows of lists are changed in place, everything else of it becomes stale. */
export async function takeNews(client: QueryClient, context: string, news: readonly News[]): Promise<void> {
  const byId = new Map<string, News>()
  for (const each of news) byId.set(each.id, { ...each, row: each.row ?? (isGone(each) ? undefined : byId.get(each.id)?.row) })
  const lists = client.getQueryCache().findAll({ queryKey: [context, 'list'] })
  const one = (query: Query) => byId.has(String(query.queryKey[2]))
  await Promise.all([
    ...lists.map((query) => (query.isActive() ? takeInto(client, query, byId) : shorten(client, query))),
    client.invalidateQueries({
      queryKey: [context],
      predicate: (query) => query.queryKey[1] !== 'list' && (query.queryKey[1] !== 'one' || one(query)),
    }),
  ])
}

const isGone = ({ event }: News) => event === 'deleted' || event === 'moved'

async function takeInto(client: QueryClient, query: Query, news: ReadonlyMap<string, News>): Promise<void> {
  const filter = (query.queryKey[2] ?? {}) as Filter
  const patched = await change(client, query, (data) => withPatches(data, filter, news))
  if (!patched) return
  const loaded = new Set(patched.pages.flatMap(({ items }) => items.map(({ id }) => id)))
  const strange = [...news.values()].filter(
    ({ id, event, row }) => row && !loaded.has(id) && fits(row, filter) && (event === 'created' || isNewestFirst(filter)),
  )
  if (strange.length === 0) return
  const { fetchPage } = query.meta ?? {}
  if (isNewestFirst(filter) && fetchPage) return takeHead(client, query, fetchPage, news)
  // Where a new row belongs only the server knows: a short list is fetched anew, a long one says that there is more.
  if (patched.pages.length < 2) return client.refetchQueries({ queryKey: query.queryKey, exact: true })
  await change(client, query, ({ pages: [first, ...rest], pageParams }) => ({
    pages: [{ ...first!, arrived: (first!.arrived ?? 0) + strange.length }, ...rest],
    pageParams,
  }))
}

const isNewestFirst = ({ sort }: Filter) => typeof sort === 'string' && /^-.*_at$/.test(sort)

/** Whether a row belongs to a filter, as far as its own fields say so; in doubt it does. */
function fits(row: Row, filter: Filter): boolean {
  const fields = row as Record<string, unknown>
  return Object.entries(filter).every(([name, wanted]) => {
    if (name === 'device_id') return fields['device_id'] === wanted
    const field = name.replace(/_not$/, '')
    if (!Array.isArray(wanted) || !(field in fields)) return true
    return wanted.includes(fields[field]) === (field === name)
  })
}

function withPatches(data: Pages, filter: Filter, news: ReadonlyMap<string, News>): Pages {
  const pages = data.pages.map((page) => {
    if (!page.items.some(({ id }) => news.has(id))) return page
    const items = page.items.flatMap((item) => {
      const told = news.get(item.id)
      if (!told) return [item]
      if (isGone(told)) return []
      const changed = { ...item, ...told.row }
      return fits(changed, filter) ? [changed] : []
    })
    return { ...page, items }
  })
  return { ...data, pages }
}

/** Fetches the newest rows until they meet what is known, and puts them before it. */
async function takeHead(
  client: QueryClient,
  query: Query,
  fetchPage: (cursor: string | undefined) => Promise<Page<Row>>,
  news: ReadonlyMap<string, News>,
): Promise<void> {
  const isKnown = (data: Pages) => {
    const ids = new Set(data.pages.flatMap(({ items }) => items.map(({ id }) => id)))
    // A row that changed may have come from anywhere below.
    return ({ id }: Row) => ids.has(id) && !news.has(id)
  }
  const head: Page<Row>[] = []
  const before = isKnown(query.state.data as Pages)
  do head.push(await fetchPage(head.at(-1)?.next_cursor ?? undefined))
  while (head.length < headPages && head.at(-1)!.next_cursor && !head.at(-1)!.items.some(before))
  await change(client, query, (data) => {
    const known = isKnown(data)
    const items = head.flatMap((page) => page.items)
    const joint = items.findLast(known)
    const rest = joint ? after(joint, items, data.pages) : []
    // Its end is left for later where the list grew long: whoever scrolls there fetches it again.
    const pages = [...head, ...rest].slice(0, Math.max(grownPages, data.pages.length))
    return { pages, pageParams: [null, ...pages.slice(0, -1).map(({ next_cursor }) => next_cursor)] }
  })
}

/** What follows the row where old and new pages meet, without what stands before it now. */
function after(joint: Row, head: readonly Row[], pages: readonly Page<Row>[]): Page<Row>[] {
  const ids = new Set(head.map(({ id }) => id))
  const at = pages.findIndex(({ items }) => items.some(({ id }) => id === joint.id))
  const [first, second, ...others] = pages.slice(at).map((page, index) => {
    const from = index === 0 ? page.items.findIndex(({ id }) => id === joint.id) + 1 : 0
    return { next_cursor: page.next_cursor, items: page.items.slice(from).filter(({ id }) => !ids.has(id)) }
  })
  if (!first || !second) return first && (first.items.length > 0 || first.next_cursor !== null) ? [first] : []
  // What is left of a page joins the next one: however often rows arrive, pages stay few.
  if (first.items.length + second.items.length > rowsAtOnce) return [first, second, ...others]
  return [{ ...second, items: [...first.items, ...second.items] }, ...others]
}

/** Changes what a query holds once no request of its own is under way, which would write over it. */
async function change(client: QueryClient, query: Query, work: (data: Pages) => Pages): Promise<Pages | undefined> {
  while (query.state.fetchStatus === 'fetching' && query.promise) await query.promise.catch(() => undefined)
  const data = query.state.data as Pages | undefined
  return data && client.setQueryData<Pages>(query.queryKey, work(data))
}

/** A list that nobody looks at keeps its first page, and is fetched when somebody returns. */
async function shorten(client: QueryClient, query: Query): Promise<void> {
  await change(client, query, ({ pages, pageParams }) => ({ pages: pages.slice(0, 1), pageParams: pageParams.slice(0, 1) }))
  await client.invalidateQueries({ queryKey: query.queryKey, exact: true, refetchType: 'none' })
}
