import { type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
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

/**
 * The condition that words occur in a row. Below row-level security no index may be asked with a pattern, hence the function; it names
 * the rows of this tenant, and what the caller sees of them is left to the statement. Words that are frequent are found soonest along the list.
 */
export async function occursIn({ tx }: Scope, { id, text, finder }: Searchable, words: string): Promise<SQL> {
  const pattern = containing(words)
  if (words.length >= indexedCharacters) {
    const found = await tx.execute<{ id: string }>(sql`select id from ${sql.raw(finder)}(${pattern}, ${limits.searchedRows + 1}) id`)
    if (found.length <= limits.searchedRows) return sql`${id} = any(${uuids(found.map((row) => row.id))})`
  }
  return sql`${text} ilike ${pattern}`
}
