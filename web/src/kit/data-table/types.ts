import type { ReactNode } from 'react'

export type TableColumn<Row> = {
  id: string
  header: string
  cell: (row: Row) => ReactNode
  /** In pixels; the columns without one share what is left. */
  width?: number
  /** The width on a phone, where it differs. */
  narrowWidth?: number
  align?: 'end'
  /** The server's name for sorting by this column. */
  sort?: string
  /** `locked`: always there. `hidden`: only when chosen. */
  choice?: 'locked' | 'hidden'
  /** From which width of the screen on it is shown. */
  from?: 'sm' | 'md' | 'lg' | 'xl'
}

export const fromClasses = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden' }

/** `name` or `-name`, as the server has it. */
export type Sort = { value: string; onChange: (value: string) => void }
