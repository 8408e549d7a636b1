import { ArrowDown, ArrowUp } from 'lucide-react'
import type { CSSProperties } from 'react'
import { classNames } from '@/lib/class-names'
import { fromClasses, type Sort, type TableColumn } from './types'

export function widthsOf<Row>({ width, narrowWidth = width }: TableColumn<Row>): CSSProperties {
  const pixels = (value: number | undefined) => (value === undefined ? 'auto' : `${value}px`)
  return { '--wide': pixels(width), '--narrow': pixels(narrowWidth) } as CSSProperties
}

export function HeaderCell<Row>({ column, sort }: { column: TableColumn<Row>; sort: Sort | undefined }) {
  const key = column.sort
  const direction = key && sort ? (sort.value === key ? 'ascending' : sort.value === `-${key}` ? 'descending' : 'none') : undefined
  const classes = classNames(
    'bg-sunken border-border text-muted h-8 truncate border-b px-3 text-xs font-medium',
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
