import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { classNames } from '@/lib/class-names'
import { RowCheckbox } from '@/ui/row-checkbox'
import { fromClasses, type TableColumn } from './types'

type DataRowProps<Row extends { id: string }> = {
  row: Row
  index: number
  columns: readonly TableColumn<Row>[]
  height: number
  selectable: boolean
  selected: boolean
  /** What it is called when it is selected. */
  name: string
  inTabOrder: boolean
  opens: boolean
  isOpen: boolean
  className: string | undefined
}

/** Presses are heard by the table: a row holds nothing that changes while one scrolls, so it is drawn once. */
function Row<Row extends { id: string }>(props: DataRowProps<Row>) {
  const { row, selected } = props
  const { t } = useTranslation()
  return (
    <tr
      data-row-id={row.id}
      aria-rowindex={props.index + 2}
      aria-selected={props.selectable ? selected : undefined}
      tabIndex={props.inTabOrder ? 0 : -1}
      style={{ height: props.height }}
      className={classNames(
        'group hover:bg-hover -outline-offset-2!',
        props.opens && 'cursor-pointer',
        (selected || props.isOpen) && 'bg-accent-soft hover:bg-accent-soft',
        props.className,
      )}
    >
      {props.selectable && (
        <td className="border-border/70 border-b pl-3">
          <RowCheckbox label={t('table.select_row', { name: props.name })} checked={selected} />
        </td>
      )}
      {props.columns.map((column) => (
        <td
          key={column.id}
          className={classNames(
            'border-border/70 truncate border-b px-3',
            column.align === 'end' && 'text-right tabular-nums',
            column.from && fromClasses[column.from],
          )}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  )
}

export const DataRow = memo(Row) as typeof Row
