import type { PgPreparedQuery, PreparedQueryConfig, SelectedFieldsOrdered } from 'drizzle-orm/pg-core'
import { PostgresJsDatabase, PostgresJsSession, drizzle } from 'drizzle-orm/postgres-js'
import type postgres from 'postgres'
import { type Joined, rowReader } from './row-reader'
import { Dialect } from './statement-text'

// What drizzle makes of a statement, its text and its rows, is made here at a tenth and a fourth of what it costs there: that was half of a page of a list.
// A law holds the statements and rows of all tests against the library's own (src/testing/drizzle-law.ts).

type Nothing = Record<string, never>
type Library = PostgresJsSession<postgres.Sql, Nothing, Nothing>
type Given = Parameters<Library['prepareQuery']>

export class Session extends PostgresJsSession<postgres.Sql, Nothing, Nothing> {
  override prepareQuery<T extends PreparedQueryConfig>(...[query, fields, name, isArrays, mapper, ...more]: Given) {
    const read = fields && ((rows: unknown[][]) => this.readRows(rows, fields, joinedOf(prepared)))
    const prepared: PgPreparedQuery<T> = super.prepareQuery<T>(query, fields, name, isArrays, mapper ?? read, ...more)
    return prepared
  }

  readRows(rows: unknown[][], fields: SelectedFieldsOrdered, joined: Joined) {
    return rows.map(rowReader(fields, joined))
  }
}

/** The library tells what it prepared of it, afterwards. */
const joinedOf = (prepared: object) => (prepared as { joinsNotNullableMap?: Joined }).joinsNotNullableMap

const dialect = new Dialect()

/** Over one connection; each statement is told before it is sent. */
export function openDrizzle(client: postgres.Sql, logQuery: (query: string) => void) {
  // Asked once for what it sets in the driver: times come as text.
  drizzle(client)
  return new PostgresJsDatabase(dialect, new Session(client, dialect, undefined, { logger: { logQuery } }), undefined)
}
