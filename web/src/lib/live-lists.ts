import type { InfiniteData, Query, QueryClient, QueryFilters } from '@tanstack/react-query'
import { mostCounted, type Page, rowsAtOnce } from './page'

type Row = { id: string }
type Pages = InfiniteData<Page<Row>, string | null>
type Filter = Record<string, unknown>

/** What a frame tells of one row. `moved`: it left the units one sees. A row without `row` changed in something that lists do not show. */
export type News = { id: string; event: 'created' | 'updated' | 'moved' | 'deleted'; row: Row | undefined }

/** How far the newest rows are followed when many came at once, and how long a list grows by what comes. */
const headPages = 4
const grownPages = 25
/** More rows than these at once nobody reads as they pass: they are counted, and come when it has calmed or somebody asks for them. */
export const readable = 20

/**
 * Lets news into what is loaded of a context: rows of lists are changed in place, everything else of it becomes stale.
 * True where a list is behind: to be called again, with what has come since or with nothing.
 */
export async function takeNews(client: QueryClient, context: string, news: readonly News[]): Promise<boolean> {
  const byId = new Map<string, News>()
  for (const each of news) byId.set(each.id, { ...each, row: each.row ?? (isGone(each) ? undefined : byId.get(each.id)?.row) })
  const lists = client.getQueryCache().findAll({ queryKey: [context, 'list'] })
  const one = (query: Query) => byId.has(String(query.queryKey[2]))
  const [behind] = await Promise.all([
    Promise.all(lists.map((query) => (query.isActive() ? takeInto(client, query, byId) : shorten(client, query)))),
    byId.size > 0 &&
      askAnew(client, {
        queryKey: [context],
        predicate: (query) => query.queryKey[1] !== 'list' && (query.queryKey[1] !== 'one' || one(query)),
      }),
  ])
  return behind.includes(true)
}

/** Makes what is loaded stale. A first answer that is on its way may be older than what one knows now: it is asked for again once it is there. */
export async function askAnew(client: QueryClient, filters: QueryFilters): Promise<void> {
  const onTheirWay = client.getQueryCache().findAll({ ...filters, fetchStatus: 'fetching' })
  const first = onTheirWay.filter(({ state }) => state.data === undefined)
  await Promise.all([
    client.invalidateQueries(filters),
    ...first.map(async ({ promise, queryKey }) => {
      const isThere = await promise?.then(
        () => true,
        () => false,
      )
      if (isThere) await client.invalidateQueries({ queryKey, exact: true })
    }),
  ])
}

/** Shows what a list has only counted. */
export async function takeArrived(client: QueryClient, queryKey: readonly unknown[]): Promise<void> {
  const query = client.getQueryCache().find({ queryKey, exact: true })
  if (query && !(await takeHead(client, query))) await client.refetchQueries({ queryKey, exact: true })
}

/** Reads rows of a list anew and shows them where they stand, without those that are gone or belong to its filter no more. Their number. */
export async function readRows(client: QueryClient, queryKey: readonly unknown[], ids: readonly string[]): Promise<number> {
  const query = client.getQueryCache().find({ queryKey, exact: true })
  const read = query?.meta?.watch?.read
  if (!query || !read || ids.length === 0) return 0
  const { items } = await read(ids)
  const byId = new Map(items.map((row) => [row.id, row]))
  const news = ids.map((id): [string, News] => [id, { id, event: byId.has(id) ? 'updated' : 'deleted', row: byId.get(id) }])
  await change(client, query, (data) => withPatches(data, filterOf(query), new Map(news)))
  return items.length
}

const isGone = ({ event }: News) => event === 'deleted' || event === 'moved'

async function takeInto(client: QueryClient, query: Query, news: ReadonlyMap<string, News>): Promise<boolean> {
  const filter = filterOf(query)
  const patched = await change(client, query, (data) => withPatches(data, filter, news))
  if (!patched) return false
  const loaded = new Set(patched.pages.flatMap(({ items }) => items.map(({ id }) => id)))
  const strange = [...news.values()].filter(
    ({ id, event, row }) => row && !loaded.has(id) && fits(row, filter) && (event === 'created' || isNewestFirst(filter)),
  )
  const held = patched.pages[0]?.arrived ?? []
  const isShort = patched.pages.length < 2
  const fewRows = strange.length <= readable || loaded.size < readable
  if (fewRows && strange.length + held.length > 0) {
    if (await takeHead(client, query, strange.length)) return false
    // Where a new row belongs only the server knows: a short list is fetched anew, a long one says that there is more.
    if (isShort) return (await client.refetchQueries({ queryKey: query.queryKey, exact: true }), false)
  }
  if (strange.length === 0) return false
  const arrived = [...new Set([...held, ...strange.map(({ id }) => id)])].slice(0, mostCounted)
  await change(client, query, ({ pages: [first, ...rest], pageParams }) => ({ pages: [{ ...first!, arrived }, ...rest], pageParams }))
  return isShort || isNewestFirst(filter)
}

const filterOf = (query: Query) => (query.queryKey[2] ?? {}) as Filter
const isNewestFirst = ({ sort }: Filter) => typeof sort === 'string' && /^-.*_at$/.test(sort)

/** Whether a row belongs to a filter, as far as its own fields say so; in doubt it does. */
function fits(row: Row, filter: Filter): boolean {
  const fields = row as Record<string, unknown>
  return Object.entries(filter).every(([name, wanted]) => {
    if (name === 'device_id') return fields['device_id'] === wanted
    const field = name.replace(/_not$/, '')
    if (!Array.isArray(wanted) || !(field in fields)) return true
    return wanted.includes(nameOf(fields[field])) === (field === name)
  })
}

/** As a filter names it: somebody by his id, and nobody. */
const nameOf = (value: unknown) => (value === null ? 'nobody' : typeof value === 'object' ? (value as Row).id : value)

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

/** Fetches the newest rows until they meet what is known, and puts them before it. False where the newest are not on top. */
async function takeHead(client: QueryClient, query: Query, coming = 0): Promise<boolean> {
  const filter = filterOf(query)
  const { fetchPage } = query.meta ?? {}
  if (!fetchPage || !isNewestFirst(filter)) return false
  const { pages } = query.state.data as Pages
  // Where too many came to meet what is known, the newest page is all there is to show.
  const most = (pages[0]?.arrived?.length ?? 0) + coming < headPages * rowsAtOnce ? headPages : 1
  const isKnown = standing(pages, filter)
  const head: Page<Row>[] = []
  do head.push(await fetchPage(head.at(-1)?.next_cursor ?? undefined))
  while (head.length < most && head.at(-1)!.next_cursor && !head.at(-1)!.items.some(isKnown))
  await change(client, query, (data) => {
    const items = head.flatMap((page) => page.items)
    const joint = items.findLast(standing(data.pages, filter))
    const rest = joint ? after(joint, items, data.pages) : []
    // Its end is left for later where the list grew long: whoever scrolls there fetches it again.
    const all = [...head, ...rest].slice(0, Math.max(grownPages, data.pages.length))
    return { pages: all, pageParams: [null, ...all.slice(0, -1).map(({ next_cursor }) => next_cursor)] }
  })
  return true
}

/** Whether a row is among those loaded, and stands there where it belongs: one that changed may have come from anywhere below. */
function standing(pages: readonly Page<Row>[], { sort }: Filter): (row: Row) => boolean {
  const timeOf = (row: Row) => new Date(((row as Record<string, unknown>)[String(sort).slice(1)] ?? 0) as string).getTime()
  const times = new Map<string, number>()
  let earliest = Number.POSITIVE_INFINITY
  for (const row of pages.flatMap(({ items }) => items)) {
    const time = timeOf(row)
    if (time > earliest) continue
    earliest = time
    times.set(row.id, time)
  }
  return (row) => times.get(row.id) === timeOf(row)
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
