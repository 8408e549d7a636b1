export type Cell = string | number | boolean | Date | object | null | undefined

/** A spreadsheet runs a cell that begins like this, also behind the wide forms of the signs (OWASP, CSV injection). */
const formula = /^\s*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/

/** Text is always quoted, so that no other separator a spreadsheet may look for begins a cell; numbers stay numbers. */
function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell)
  if (cell instanceof Date) return cell.toISOString()
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell)
  return `"${formula.test(text) ? "'" : ''}${text.replaceAll('"', '""')}"`
}

/** One line of a CSV file (RFC 4180) that a spreadsheet shows and never runs. */
export const csvLine = (cells: readonly Cell[]) => `${cells.map(cellText).join(',')}\r\n`

/** Without it spreadsheets take UTF-8 for something else. */
export const byteOrderMark = '\uFEFF'
