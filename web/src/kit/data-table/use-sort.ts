import { parseAsString, useQueryState } from 'nuqs'
import type { Sort, TableColumn } from './types'

/** The order of a list, kept in the address: one of those its columns offer, else the list's own. */
export function useSort<Row>(columns: readonly TableColumn<Row>[], own: string): Sort {
  const [asked, ask] = useQueryState('sort', parseAsString)
  const known = columns.some(({ sort }) => sort !== undefined && (asked === sort || asked === `-${sort}`))
  return { value: known && asked !== null ? asked : own, onChange: (value) => void ask(value === own ? null : value) }
}
