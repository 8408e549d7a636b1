import { sql } from 'drizzle-orm'
import { routine } from './audit'
import { Problem } from './errors'
import { limits } from './limits'
import type { Scope } from './scope'

/** Which rows a bulk action is for: some by their ids, or all that a filter matches, a page a call. */
export interface BulkInput<Filter> {
  ids?: string[]
  filter?: Filter
  cursor?: string
}

interface Named {
  id: string
  name: string
}

/** Does one thing to each row. What is refused is listed with the reason, leaves nothing behind and holds up nothing; any other fault undoes the whole call. */
async function eachOf(scope: Scope, rows: readonly Named[], work: (id: string) => Promise<unknown>) {
  const done: string[] = []
  const failures: (Named & { error: string; detail: string })[] = []
  for (const { id, name } of rows) {
    await scope.tx.execute(sql`savepoint bulk_row`)
    try {
      await work(id)
      await scope.tx.execute(sql`release savepoint bulk_row`)
      done.push(id)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      await scope.tx.execute(sql`rollback to savepoint bulk_row`)
      failures.push({ id, name, error: error.error, detail: error.message })
    }
  }
  if (!done.length) routine(scope, 'nothing was changed')
  return { done, failures }
}

/** How the rows of a list are found: those that a filter matches, a page of them, and what some are called, by their ids. */
export interface BulkRows<Filter> {
  page: (filter: Filter & { limit: number; cursor?: string }) => Promise<{ items: readonly Named[]; next_cursor: string | null }>
  named: (ids: readonly string[]) => Promise<readonly Named[]>
}

/** Does one thing to each row that was chosen. */
export async function inBulk<Filter extends object>(
  scope: Scope,
  input: BulkInput<Filter>,
  { page, named }: BulkRows<Filter>,
  work: (id: string) => Promise<unknown>,
  limit: number = limits.bulkRows,
) {
  assertOneChoice(input)
  const { ids, filter, cursor } = input
  if (!ids) {
    const { items, next_cursor } = await page({ ...filter!, limit, cursor })
    return { ...(await eachOf(scope, items, work)), next_cursor }
  }
  const names = new Map((await named(ids)).map(({ id, name }) => [id, name]))
  const rows = ids.map((id) => ({ id, name: names.get(id) ?? id }))
  return { ...(await eachOf(scope, rows, work)), next_cursor: null }
}

/** Exactly one of them: a call without either would mean everything. */
function assertOneChoice({ ids, filter }: BulkInput<unknown>) {
  if (!ids === !filter)
    throw new Problem(422, 'invalid', 'Name the rows by ids, or all that match by a filter', {
      errors: [{ path: '/ids', message: 'or filter is required, and only one of them' }],
    })
}
