import { columnVisibilityFeature, metaHelper, rowSelectionFeature, tableFeatures, useTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp, LoaderCircle } from 'lucide-react'
import { type CSSProperties, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { classNames } from '@/lib/class-names'
import type { List } from '@/lib/list'
import { Checkbox } from '@/ui/checkbox'
import { ErrorState } from '../error-state'
import { useColumnChoice, useDensity } from './column-chooser'
import { NoneMatch, TableSkeleton } from './states'
import { fromClasses, type Selection, type TableColumn } from './types'
import { useRowKeys } from './use-row-keys'

const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature, columnMeta: metaHelper<{ column: unknown }>() })

type DataTableProps<Row extends { id: string }> = {
  label: string
  /** What a row is called when it is selected. */
  rowLabel: (row: Row) => string
  query: List<Row>['query']
  rows: readonly Row[]
  columns: readonly TableColumn<Row>[]
  onOpen?: (row: Row) => void
  /** What is shown when there is nothing at all. */
  empty: ReactNode
  filtered?: boolean
  onClearFilters?: () => void
  sort?: { value: string; onChange: (value: string) => void }
  selection?: { value: Selection; onChange: (value: Selection) => void }
  /** Further keys that act on the row with the focus. */
  keys?: Record<string, (row: Row) => void>
  /** The row whose drawer is open. */
  openId?: string | null
  onScrolledChange?: (scrolled: boolean) => void
  rowClassName?: (row: Row) => string | undefined
}

const overscan = 10

export function DataTable<Row extends { id: string }>(props: DataTableProps<Row>) {
  const { rows, query, columns, selection, onOpen } = props
  const { t } = useTranslation()
  const rowHeight = useDensity().density === 'dense' ? 32 : 42
  const { shown } = useColumnChoice(columns)
  const container = useRef<HTMLDivElement>(null)
  const [activeId, setActiveId] = useState<string | null>(null)

  const table = useTable({
    features,
    data: rows,
    columns: useMemo(() => columns.map((column) => ({ id: column.id, header: column.header, meta: { column } })), [columns]),
    getRowId: (row) => row.id,
    state: {
      columnVisibility: Object.fromEntries(columns.map((column) => [column.id, shown.has(column.id)])),
      rowSelection: selection?.value ?? {},
    },
    onRowSelectionChange: (update) => selection?.onChange(typeof update === 'function' ? update(selection.value) : update),
  })
  const tableRows = table.getRowModel().rows
  const visible = table.getVisibleLeafColumns().flatMap(({ id }) => columns.find((column) => column.id === id) ?? [])

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => container.current,
    estimateSize: () => rowHeight,
    overscan,
  })
  const virtual = virtualizer.getVirtualItems()
  const last = virtual.at(-1)
  const before = virtual[0]?.start ?? 0
  const after = last ? virtualizer.getTotalSize() - last.end : 0

  const nearEnd = last !== undefined && last.index >= rows.length - overscan - 5
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = query
  useEffect(() => {
    if (nearEnd && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }, [nearEnd, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage])
  // The virtualizer keeps sizes it has measured; another density makes them all wrong.
  useEffect(() => virtualizer.measure(), [rowHeight, virtualizer])

  const rowOf = (id: string) => rows.find((row) => row.id === id)
  const act = (work: ((row: Row) => void) | undefined) => (id: string) => {
    const row = rowOf(id)
    if (row) work?.(row)
  }
  useRowKeys(container, {
    rowIds: rows.map((row) => row.id),
    activeId,
    setActiveId,
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
    open: act(onOpen),
    toggle: (id) => {
      if (selection) tableRows.find((row) => row.id === id)?.toggleSelected()
    },
    escape: () => selection?.onChange({}),
    others: Object.fromEntries(Object.entries(props.keys ?? {}).map(([name, work]) => [name, act(work)])),
  })

  if (query.error && rows.length === 0) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (query.isPending) return <TableSkeleton columns={visible.length} rowHeight={rowHeight} />
  if (rows.length === 0) return props.filtered ? <NoneMatch onClear={props.onClearFilters} /> : props.empty

  return (
    <div
      ref={container}
      className={classNames(
        'thin-scrollbar relative min-h-0 flex-1 overflow-auto transition-opacity',
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
              style={widths(column)}
              className={classNames('w-(--wide) max-sm:w-(--narrow)', column.from && fromClasses[column.from])}
            />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {selection && (
              <th scope="col" className="bg-sunken border-border sticky top-0 z-10 border-b pl-3 text-left">
                <Checkbox
                  aria-label={t('table.select_all', { count: rows.length })}
                  checked={table.getIsAllRowsSelected() ? true : table.getIsSomeRowsSelected() ? 'indeterminate' : false}
                  onCheckedChange={(checked) => table.toggleAllRowsSelected(checked === true)}
                />
              </th>
            )}
            {visible.map((column) => (
              <HeaderCell key={column.id} column={column} sort={props.sort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Spacer height={before} />}
          {virtual.map((item) => {
            const row = tableRows[item.index]
            if (!row) return null
            const selected = row.getIsSelected()
            return (
              <tr
                key={row.id}
                data-row-id={row.id}
                aria-rowindex={item.index + 2}
                aria-selected={selection ? selected : undefined}
                tabIndex={row.id === activeId || (item.index === 0 && (activeId === null || !rowOf(activeId))) ? 0 : -1}
                style={{ height: rowHeight }}
                onFocus={() => setActiveId(row.id)}
                onClick={(event) => {
                  // Links and buttons inside act for themselves, and marking text is not a click.
                  if ((event.target as HTMLElement).closest('a, button, input') || getSelection()?.toString()) return
                  onOpen?.(row.original)
                }}
                className={classNames(
                  'group hover:bg-hover -outline-offset-2!',
                  onOpen && 'cursor-pointer',
                  (selected || props.openId === row.id) && 'bg-accent-soft hover:bg-accent-soft',
                  props.rowClassName?.(row.original),
                )}
              >
                {selection && (
                  <td className="border-border/70 border-b pl-3">
                    <Checkbox
                      tabIndex={-1}
                      aria-label={t('table.select_row', { name: props.rowLabel(row.original) })}
                      checked={selected}
                      onCheckedChange={(checked) => row.toggleSelected(checked === true)}
                    />
                  </td>
                )}
                {visible.map((column) => (
                  <td
                    key={column.id}
                    className={classNames(
                      'border-border/70 truncate border-b px-3',
                      column.align === 'end' && 'text-right tabular-nums',
                      column.from && fromClasses[column.from],
                    )}
                  >
                    {column.cell(row.original)}
                  </td>
                ))}
              </tr>
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

function widths<Row>({ width, narrowWidth = width }: TableColumn<Row>): CSSProperties {
  const pixels = (value: number | undefined) => (value === undefined ? 'auto' : `${value}px`)
  return { '--wide': pixels(width), '--narrow': pixels(narrowWidth) } as CSSProperties
}

function Spacer({ height }: { height: number }) {
  return (
    <tr aria-hidden>
      <td style={{ height }} className="p-0" />
    </tr>
  )
}

function HeaderCell<Row>({ column, sort }: { column: TableColumn<Row>; sort: DataTableProps<{ id: string }>['sort'] }) {
  const key = column.sort
  const direction = key && sort ? (sort.value === key ? 'ascending' : sort.value === `-${key}` ? 'descending' : 'none') : undefined
  const classes = classNames(
    'bg-sunken border-border text-muted sticky top-0 z-10 h-8 truncate border-b px-3 text-xs font-medium',
    column.align === 'end' ? 'text-right' : 'text-left',
    column.from && fromClasses[column.from],
  )
  if (!key || !sort || direction === undefined) {
    return (
      <th scope="col" className={classes}>
        {column.header}
      </th>
    )
  }
  const Icon = direction === 'descending' ? ArrowDown : ArrowUp
  return (
    <th scope="col" aria-sort={direction} className={classes}>
      <button
        type="button"
        className="hover:text-text group/sort inline-flex items-center gap-1 rounded-sm"
        onClick={() =>
          sort.onChange(
            direction === 'ascending' ? `-${key}` : direction === 'descending' ? key : column.sort?.endsWith('_at') ? `-${key}` : key,
          )
        }
      >
        {column.header}
        <Icon className={classNames('size-3', direction === 'none' && 'opacity-0 group-hover/sort:opacity-60')} aria-hidden />
      </button>
    </th>
  )
}
