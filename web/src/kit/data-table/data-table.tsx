import { type Range, useVirtualizer } from '@tanstack/react-virtual'
import { LoaderCircle } from 'lucide-react'
import { type FocusEvent, type MouseEvent, type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { classNames } from '@/lib/class-names'
import type { List } from '@/lib/list'
import { Checkbox } from '@/ui/checkbox'
import { Arrivals } from '../arrivals'
import { ErrorState } from '../error-state'
import { isWithdrawn } from '../loaded'
import { Waiting } from '../waiting'
import { useColumnChoice, useDensity } from './column-chooser'
import { HeaderCell, widthsOf } from './header-cell'
import { DataRow } from './data-row'
import { isSelected, nothingSelected, type Selection, toggled, toggledAll } from './selection'
import { NoneMatch, TableSkeleton } from './states'
import { fromClasses, type Sort, type TableColumn } from './types'
import { useRowKeys } from './use-row-keys'

type DataTableProps<Row extends { id: string }> = {
  label: string
  /** What a row is called when it is selected. */
  rowLabel: (row: Row) => string
  list: Pick<List<Row>, 'key' | 'query' | 'onSight'> & { rows: readonly Row[] }
  columns: readonly TableColumn<Row>[]
  onOpen?: (row: Row) => void
  /** What is shown when there is nothing at all. */
  empty: ReactNode
  filtered?: boolean
  onClearFilters?: () => void
  sort?: Sort
  selection?: { value: Selection; onChange: (value: Selection) => void }
  /** Further keys that act on the row with the focus. */
  keys?: Record<string, (row: Row) => void>
  /** The row whose drawer is open. */
  openId?: string | null
  onScrolledChange?: (scrolled: boolean) => void
  rowClassName?: (row: Row) => string | undefined
  /** Rows that came and are not shown yet. */
  arrivals?: { count: number; show: () => void }
}

/** Rows come and go by so many: most frames of a scroll then change nothing in the document. */
const block = 16
const overscan = 8

/** The rows in sight with those around them, from the begin of a block to the end of one. */
function inBlocks({ startIndex, endIndex, overscan: around, count }: Range): number[] {
  const from = Math.max(0, Math.floor((startIndex - around) / block) * block)
  const to = Math.min(count, Math.ceil((endIndex + around + 1) / block) * block)
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
}

const headHeight = 32

/** The next page is asked for this many rows before the end, so that scrolling does not wait for it. */
const rowsAhead = 80

export function DataTable<Row extends { id: string }>(props: DataTableProps<Row>) {
  const container = useRef<HTMLDivElement>(null)
  const { arrivals } = props
  const show = () => {
    arrivals?.show()
    container.current?.scrollTo({ top: 0 })
  }
  return (
    <>
      {arrivals && <Arrivals count={arrivals.count} onShow={show} />}
      <Rows {...props} container={container} />
    </>
  )
}

function Rows<Row extends { id: string }>(props: DataTableProps<Row> & { container: RefObject<HTMLDivElement | null> }) {
  const { columns, selection, onOpen, container } = props
  const { key, rows, query, onSight } = props.list
  const { t } = useTranslation()
  const rowHeight = useDensity().density === 'dense' ? 32 : 42
  const { shown } = useColumnChoice(columns)
  const [activeId, setActiveId] = useState<string | null>(null)
  const shownIds = [...shown].join(' ')
  // One array as long as nothing changes: the rows compare it and draw nothing anew while one scrolls.
  const visible = useMemo(() => {
    const ids = new Set(shownIds.split(' '))
    return columns.filter((column) => ids.has(column.id))
  }, [columns, shownIds])
  const rowIds = useMemo(() => rows.map((row) => row.id), [rows])
  const byId = useMemo(() => new Map(rows.map((row) => [row.id, row])), [rows])

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => container.current,
    estimateSize: () => rowHeight,
    overscan,
    rangeExtractor: inBlocks,
    // The head stands above the rows and stays over them.
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    useFlushSync: false,
  })
  const virtual = virtualizer.getVirtualItems()
  const last = virtual.at(-1)
  const before = virtual[0] ? virtual[0].start - headHeight : 0
  const after = last ? virtualizer.getTotalSize() + headHeight - last.end : 0

  const firstIndex = virtual[0]?.index ?? 0
  const lastIndex = last?.index ?? -1
  useEffect(() => onSight(rowIds.slice(firstIndex, lastIndex + 1)), [onSight, rowIds, firstIndex, lastIndex])

  const nearEnd = last !== undefined && lastIndex >= rows.length - rowsAhead
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = query
  useEffect(() => {
    if (nearEnd && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }, [nearEnd, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage])
  // The virtualizer keeps sizes it has measured; another density makes them all wrong.
  useEffect(() => virtualizer.measure(), [rowHeight, virtualizer])
  // Another list is seen from its first row.
  useEffect(() => {
    container.current?.scrollTo({ top: 0 })
  }, [key, container])

  const toggle = (id: string) => selection?.onChange(toggled(selection.value, id, rowIds))
  const act = (work: ((row: Row) => void) | undefined) => (id: string) => {
    const row = byId.get(id)
    if (row) work?.(row)
  }
  useRowKeys(container, {
    rowIds,
    activeId,
    setActiveId,
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
    open: act(onOpen),
    toggle,
    escape: () => selection?.onChange(nothingSelected),
    others: Object.fromEntries(Object.entries(props.keys ?? {}).map(([name, work]) => [name, act(work)])),
  })

  if (query.error && (rows.length === 0 || isWithdrawn(query.error)))
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (query.isPending) {
    return (
      <Waiting query={query}>
        <TableSkeleton columns={visible.length} rowHeight={rowHeight} />
      </Waiting>
    )
  }
  if (rows.length === 0) return props.filtered ? <NoneMatch onClear={props.onClearFilters} /> : props.empty

  const rowOf = (event: MouseEvent | FocusEvent) =>
    event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row-id]')?.dataset['rowId'] : undefined
  const press = (event: MouseEvent) => {
    const id = rowOf(event)
    if (id === undefined || !(event.target instanceof Element)) return
    if (event.target.closest('[data-select]')) return toggle(id)
    // Links and buttons inside act for themselves, and marking text is not a click.
    if (event.target.closest('a, button, input') || getSelection()?.toString()) return
    act(onOpen)(id)
  }
  const some = selection && (selection.value.all || selection.value.ids.size > 0)
  const all = selection && (selection.value.all || rowIds.every((id) => selection.value.ids.has(id)))

  return (
    <div
      ref={container}
      className={classNames(
        'thin-scrollbar bg-surface relative min-h-0 flex-1 overflow-auto transition-opacity',
        query.isPlaceholderData && 'opacity-60',
      )}
      onScroll={(event) => props.onScrolledChange?.(event.currentTarget.scrollTop > 4)}
    >
      <table
        role="grid"
        aria-label={props.label}
        aria-rowcount={hasNextPage ? -1 : rows.length + 1}
        aria-busy={query.isPlaceholderData}
        className="w-full table-fixed border-separate border-spacing-0 text-sm"
      >
        <colgroup>
          {selection && <col className="w-10" />}
          {visible.map((column) => (
            <col
              key={column.id}
              style={widthsOf(column)}
              className={classNames('w-(--wide) max-sm:w-(--narrow)', column.from && fromClasses[column.from])}
            />
          ))}
        </colgroup>
        <thead className="sticky top-0 z-10">
          <tr aria-rowindex={1}>
            {selection && (
              <th scope="col" className="bg-sunken border-border border-b pl-3 text-left">
                <Checkbox
                  aria-label={t('table.select_all', { count: rows.length })}
                  checked={all ? true : some ? 'indeterminate' : false}
                  onCheckedChange={() => selection.onChange(toggledAll(selection.value, rowIds))}
                />
              </th>
            )}
            {visible.map((column) => (
              <HeaderCell key={column.id} column={column} sort={props.sort} />
            ))}
          </tr>
        </thead>
        <tbody onClick={press} onFocus={(event) => setActiveId(rowOf(event) ?? activeId)}>
          {before > 0 && <Spacer height={before} />}
          {virtual.map((item) => {
            const row = rows[item.index]
            if (!row) return null
            return (
              <DataRow
                key={row.id}
                row={row}
                index={item.index}
                columns={visible}
                height={rowHeight}
                selectable={selection !== undefined}
                selected={selection !== undefined && isSelected(selection.value, row.id)}
                name={props.rowLabel(row)}
                inTabOrder={row.id === activeId || (item.index === 0 && (activeId === null || !byId.has(activeId)))}
                opens={onOpen !== undefined}
                isOpen={props.openId === row.id}
                className={props.rowClassName?.(row)}
              />
            )
          })}
          {after > 0 && <Spacer height={after} />}
        </tbody>
      </table>
      {isFetchNextPageError && <ErrorState error={query.error} onRetry={() => void fetchNextPage()} />}
      {isFetchingNextPage && (
        <p role="status" className="text-muted flex items-center justify-center gap-2 py-2 text-xs">
          <LoaderCircle className="size-3.5 animate-spin" aria-hidden />
          {t('table.loading_more')}
        </p>
      )}
    </div>
  )
}

function Spacer({ height }: { height: number }) {
  return (
    <tr aria-hidden>
      <td style={{ height }} className="p-0" />
    </tr>
  )
}
