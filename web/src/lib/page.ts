/** As many as the server gives at once: less waiting while one scrolls. */
export const rowsAtOnce = 200

export type Page<Item> = {
  items: Item[]
  next_cursor: string | null
  /** Of the first page: rows live frames told of that are nowhere among the pages, by id, as far as they are counted. */
  arrived?: readonly string[]
}

/** How rows that change without a word are kept true: a short list is fetched anew, of any other the rows in sight are read by their ids. */
export type Watch = {
  everyMs: number
  /** Also a short one is read by its rows: what it is in the order of changes all the time. */
  inPlace: boolean
  read: (ids: readonly string[]) => Promise<{ items: { id: string }[] }>
}

/** More than so many that have arrived are not counted: "999+". */
export const mostCounted = 1_000
