/** As many as the server gives at once: less waiting while one scrolls. */
export const rowsAtOnce = 200

export type Page<Item> = {
  items: Item[]
  next_cursor: string | null
  /** Of the first page: rows live frames told of that are nowhere among the pages, by id, as far as they are counted. */
  arrived?: readonly string[]
}

/** More than so many that have arrived are not counted: "999+". */
export const mostCounted = 1_000
