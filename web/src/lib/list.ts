import { infiniteQueryOptions, type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

/** As many as the server gives at once: less waiting while one scrolls. */
export const rowsAtOnce = 200

type Page<Item> = { items: Item[]; next_cursor: string | null }

/** A list read page by page with the server's cursors. */
export function listOptions<Item>(queryKey: readonly unknown[], fetchPage: (cursor: string | undefined) => Promise<Page<Item>>) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam }) => fetchPage(pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page<Item>) => last.next_cursor,
  })
}

export type List<Item> = { rows: Item[]; query: UseInfiniteQueryResult<InfiniteData<Page<Item>>> }

export function useList<Item extends { id: string }>(options: ReturnType<typeof listOptions<Item>>): List<Item> {
  const query = useInfiniteQuery(options)
  const rows = useMemo(() => {
    // A row that arrives between two pages moves one entry across the border: it must not appear twice.
    const byId = new Map<string, Item>()
    for (const page of query.data?.pages ?? []) for (const item of page.items) if (!byId.has(item.id)) byId.set(item.id, item)
    return [...byId.values()]
  }, [query.data])
  return { rows, query }
}
