import { Column, Name, Param, Placeholder, SQL, StringChunk, Subquery, Table } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'

const library = new PgDialect()

interface Statement {
  sql: string
  params: unknown[]
  /** Has something in it that only the library writes. */
  isRare: boolean
}

/** Of columns and tables, as they stand in a statement. */
const names = new WeakMap<Column | Table, string>()

function nameOf(named: Column | Table): string {
  const known = names.get(named)
  if (known !== undefined) return known
  const { sql } = library.sqlToQuery(new SQL([named]))
  names.set(named, sql)
  return sql
}

function bind(value: unknown, statement: Statement) {
  statement.params.push(value)
  statement.sql += library.escapeParam(statement.params.length - 1)
}

function write(chunk: unknown, statement: Statement): void {
  if (chunk instanceof StringChunk) for (const text of chunk.value) statement.sql += text
  else if (chunk instanceof SQL) writeAll(chunk, statement)
  else if (chunk instanceof Column || chunk instanceof Table) statement.sql += nameOf(chunk)
  else if (chunk instanceof Name) statement.sql += library.escapeName(chunk.value)
  else if (chunk instanceof Param) writeParam(chunk, statement)
  else if (chunk instanceof Subquery && !chunk._.isWith) {
    statement.sql += '('
    writeAll(chunk._.sql, statement)
    statement.sql += `) ${library.escapeName(chunk._.alias)}`
  } else if (Array.isArray(chunk)) writeList(chunk, statement)
  else if (chunk !== null && (typeof chunk === 'object' || typeof chunk === 'function')) statement.isRare = true
  else if (chunk !== undefined) bind(chunk, statement)
}

function writeAll(query: SQL, statement: Statement) {
  if (query['shouldInlineParams']) statement.isRare = true
  for (const chunk of query.queryChunks) write(chunk, statement)
}

function writeList(chunks: unknown[], statement: Statement) {
  chunks.forEach((chunk, index) => {
    statement.sql += index ? ', ' : '('
    write(chunk, statement)
  })
  statement.sql += chunks.length ? ')' : '()'
}

function writeParam({ value, encoder }: Param, statement: Statement) {
  if (value instanceof Placeholder) return void (statement.isRare = true)
  const encoded: unknown = value === null ? null : encoder.mapToDriverValue(value)
  if (encoded instanceof SQL) writeAll(encoded, statement)
  else bind(encoded, statement)
}

/** Writes the text of a statement, with its parameters, as the library does: in one pass, not with an object for each piece on the way. */
export class Dialect extends PgDialect {
  override sqlToQuery(query: SQL, source?: 'indexes') {
    const statement: Statement = { sql: '', params: [], isRare: source !== undefined }
    writeAll(query, statement)
    return statement.isRare ? super.sqlToQuery(query, source) : statement
  }
}
