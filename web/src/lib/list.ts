import {
  hashKey,
  infiniteQueryOptions,
  type InfiniteData,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useCallback, useMemo, useRef } from 'react'
import { readRows, takeArrived } from './live-lists'
import type { Page, Watch } from './page'

/** Of which nobody has read more than the beginning: it may be fetched anew as a whole. */
export const isShort = ({ state }: { state: { data?: { pages: unknown[] } } }): boolean => (state.data?.pages.length ?? 0) < 2

/** A list read page by page with the server's cursors. */
export function listOptions<Item extends { id: string }>(
  queryKey: readonly unknown[],
  fetchPage: (cursor: string | undefined) => Promise<Page<Item>>,
  watch?: Watch,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam }) => fetchPage(pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page<Item>) => last.next_cursor,
    meta: { fetchPage, watch },
    refetchInterval: watch && ((query) => !watch.inPlace && isShort(query) && watch.everyMs),
    // What is shown of a long list is kept fresh by live frames; all its pages are not fetched for a glance at another window.
    refetchOnWindowFocus: isShort,
    refetchOnReconnect: isShort,
  })
}

export type List<Item> = {
  /** Of what is listed: another filter or order is another list. */
  key: string
  rows: Item[]
  query: UseInfiniteQueryResult<InfiniteData<Page<Item>>>
  /** Rows that came and are shown nowhere yet, up to `mostCounted`; `takeIn` puts them among the others. */
  arrived: number
  takeIn: () => Promise<void>
  /** Told which rows are in sight. */
  onSight: (ids: readonly string[]) => void
}

export function useList<Item extends { id: string }>(options: ReturnType<typeof listOptions<Item>>): List<Item> {
  const client = useQueryClient()
  const query = useInfiniteQuery(options)
  const inSight = useRef<readonly string[]>([])
  const watch = options.meta?.watch
  useQuery({
    queryKey: ['in sight', ...options.queryKey],
    queryFn: () => readRows(client, options.queryKey, inSight.current),
    enabled: watch !== undefined && query.data !== undefined && (watch.inPlace || !isShort({ state: query })),
    refetchInterval: watch?.everyMs,
  })
  const rows = useMemo(() => {
    // A row that arrives between two pages moves one entry across the border: it must not appear twice.
    const byId = new Map<string, Item>()
    for (const page of query.data?.pages ?? []) for (const item of page.items) if (!byId.has(item.id)) byId.set(item.id, item)
    return [...byId.values()]
  }, [query.data])
  return {
    key: hashKey(options.queryKey),
    rows,
    query,
    arrived: query.data?.pages[0]?.arrived?.length ?? 0,
    takeIn: () => takeArrived(client, options.queryKey),
    onSight: useCallback((ids) => void (inSight.current = ids), []),
  }
}
