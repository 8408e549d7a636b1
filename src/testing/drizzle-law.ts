import type { SQL } from 'drizzle-orm'
import { PgDialect, type SelectedFieldsOrdered } from 'drizzle-orm/pg-core'
import * as utils from 'drizzle-orm/utils'
import { Session } from '../core/drizzle'
import type { Joined } from '../core/row-reader'
import { Dialect } from '../core/statement-text'

// Statements and rows are made by code of our own, which has to make what drizzle makes: of every statement that any test has, the first times that it
// occurs, and of the first rows and the last of every answer that one reads. All of them would be a tenth of what the tests take.

type Write = (this: Dialect, query: SQL, source?: 'indexes') => { sql: string; params: unknown[] }
type ReadRows = (this: Session, rows: unknown[][], fields: SelectedFieldsOrdered, joined: Joined) => unknown[]
const write: Write = Reflect.get(Dialect.prototype, 'sqlToQuery')
const readRows: ReadRows = Reflect.get(Session.prototype, 'readRows')

const library = new PgDialect()
const { mapResultRow } = utils as unknown as { mapResultRow: (fields: SelectedFieldsOrdered, row: unknown[], joined: Joined) => unknown }

const often = 10
const met = new Map<string, number>()

function assertSame(ours: unknown, theirs: unknown, of: string) {
  if (!Bun.deepEquals(ours, theirs, true))
    throw new Error(`drizzle makes another ${of}: ${JSON.stringify(theirs)}, not ${JSON.stringify(ours)}`)
}

Object.assign(Dialect.prototype, {
  sqlToQuery(this: Dialect, query: SQL, source?: 'indexes') {
    const ours = write.call(this, query, source)
    const times = met.get(ours.sql) ?? 0
    if (times >= often) return ours
    met.set(ours.sql, times + 1)
    const theirs = library.sqlToQuery(query, source)
    assertSame([ours.sql, ours.params], [theirs.sql, theirs.params], 'statement')
    return ours
  },
})

Object.assign(Session.prototype, {
  readRows(this: Session, rows: unknown[][], fields: SelectedFieldsOrdered, joined: Joined) {
    const ours = readRows.call(this, rows, fields, joined)
    for (const [index, row] of rows.entries())
      if (index < often || index === rows.length - 1) assertSame(ours[index], mapResultRow(fields, row, joined), 'row')
    return ours
  },
})
