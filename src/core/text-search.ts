import { type SQL, Subquery, getTableName, sql } from 'drizzle-orm'
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core'
import { limits } from './limits'
import type { Scope } from './scope'
import { containing, uuids } from './wire'

/** A table whose words have a trigram index: the text that is indexed, and the function of harden.sql that asks the index. */
export interface Searchable {
  id: AnyPgColumn
  text: SQL
  finder: 'search_devices' | 'search_alerts'
}

/** Shorter words have no trigram that an index could hold. */
const indexedCharacters = 3

/** The indexed text of several columns; a line apart, so that nothing matches across two of them. */
export const searchText = (first: AnyPgColumn, ...others: AnyPgColumn[]) =>
  sql`(${first} || ${sql.join(
    others.map((column) => sql`chr(10) || coalesce(${column}, '')`),
    sql` || `,
  )})`

/** That words occur in a row; those of no index are found by looking through the rows. */
export interface Occurrence {
  condition: SQL
  isIndexed: boolean
}

/**
 * Below row-level security no index may be asked with a pattern, hence the function; it names the rows of this tenant, and what the caller sees of them is
 * left to the statement. Words that are frequent are found soonest along the list.
 */
export async function occursIn({ tx }: Scope, { id, text, finder }: Searchable, words: string): Promise<Occurrence> {
  const pattern = containing(words)
  if (words.length >= indexedCharacters) {
    const found = await tx.execute<{ id: string }>(sql`select id from ${sql.raw(finder)}(${pattern}, ${limits.searchedRows + 1}) id`)
    if (found.length <= limits.searchedRows) return { condition: sql`${id} = any(${uuids(found.map((row) => row.id))})`, isIndexed: true }
  }
  // Of a pattern the planner believes that almost nothing matches it, of a case that half of the rows do.
  return { condition: sql`case when ${text} ilike ${pattern} then true else false end`, isIndexed: false }
}

/** Rows of a table that a query names: they stand for the table in a statement, under its name. */
export const instead = <T extends PgTable>(table: T, query: SQL) => new Subquery(query, {}, getTableName(table)) as unknown as T

interface Lookout<T extends PgTable> {
  isIndexed: boolean
  table: T
  /** Which rows of the table the list is about: those of the tenant, behind the cursor. */
  where: SQL | undefined
  keys: { order: SQL; sorted: SQL }
  rows: number
}

/**
 * Reads rows of a list. Those that no index tells from the others mostly stand near, and are met along the order of the list. Where they stand far, to walk on
 * is slow: then all are looked through, by several processes, and sorted.
 */
export async function lookThrough<T extends PgTable, R>(
  { isIndexed, table, where, keys, rows }: Lookout<T>,
  read: (from: T, order: SQL, isNear?: boolean) => Promise<R[]>,
): Promise<R[]> {
  if (isIndexed) return read(table, keys.order)
  const near = sql`select * from ${table} where ${where} order by ${keys.order} limit ${sql.raw(String(limits.walkedRows))}`
  const found = await read(instead(table, near), keys.order, true)
  return found.length < rows ? read(table, keys.sorted) : found
}
