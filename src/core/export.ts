import { and, eq, gt } from 'drizzle-orm'
import { audit } from './audit'
import { now, nowMs } from './clock'
import { type Cell, byteOrderMark, csvLine } from './csv'
import { Problem, describe, notFound } from './errors'
import { admitAgain, assertBodyWanted, callOf } from './guard'
import { limits } from './limits'
import { log } from './log'
import type { Permission } from './permissions'
import { exportRequests } from './schema'
import { type Scope, inTenant } from './scope'
import { type Paging, fileOf, id } from './wire'

/** How a list becomes a file. `F` is the filter as it was kept: what JSON makes of it. */
export interface Exported<F, R> {
  /** Names the file, and the list in the audit log. */
  kind: string
  permission: Permission
  columns: Record<string, (row: R) => Cell>
  /** The list itself, page by page, with the rules it has on the screen. */
  page: (scope: Scope, filter: F & Paging) => Promise<{ items: R[]; next_cursor: string | null }>
}

/** Keeps what the file shall hold; its maker can download it for an hour. */
export async function createExport(scope: Scope, kind: string, filter: object) {
  const { tx, owned, actor } = scope
  const kept = { kind, filter: filter as Record<string, unknown>, actor_id: actor.id, expires_at: new Date(nowMs() + limits.exportMs) }
  const [made] = await tx.insert(exportRequests).values(owned(kept)).returning()
  await audit(scope, 'exports.create', made!.id, { after: { kind, filter } })
  const { id, expires_at } = made!
  return { id, kind, expires_at }
}

async function takeExport(scope: Scope, id: string, kind: string) {
  const { tx, own, actor } = scope
  const mine = and(own(exportRequests), eq(exportRequests.id, id), eq(exportRequests.kind, kind), eq(exportRequests.actor_id, actor.id))
  const [kept] = await tx
    .select()
    .from(exportRequests)
    .where(and(mine, gt(exportRequests.expires_at, now())))
  if (!kept) throw notFound('export')
  await audit(scope, 'exports.download', id, { after: { kind, filter: kept.filter } })
  return kept.filter
}

/** What a route that downloads one says of it. */
export const csvDownload = (summary: string) => ({
  params: id,
  refuses: { 405: ['method_not_allowed'], 429: ['rate_limited'] } as const,
  detail: { summary, ...fileOf('text/csv') },
})

const streaming = new Map<string, number>()

/** A place among the downloads of a tenant; returns how to leave it. */
export function takePlace(tenant_id: string) {
  const others = streaming.get(tenant_id) ?? 0
  if (others >= limits.exportsAtOnce) throw new Problem(429, 'rate_limited', 'Too many downloads run at once', { retryAfterSeconds: 10 })
  streaming.set(tenant_id, others + 1)
  let taken = true
  return () => {
    if (!taken) return
    taken = false
    const rest = streaming.get(tenant_id)! - 1
    if (rest) streaming.set(tenant_id, rest)
    else streaming.delete(tenant_id)
  }
}

type Context = Parameters<typeof callOf>[0]

/**
 * The file, one page in memory however long it gets: the next is read when the reader has taken the last, in a transaction of its own,
 * and only while the reader may still see it. A stream that breaks off has no last chunk, so that half a file is not taken for a whole.
 */
export async function downloadExport<F, R>(context: Context, id: string, { kind, permission, columns, page }: Exported<F, R>) {
  assertBodyWanted(context.request)
  const call = callOf(context)
  const actor = await admitAgain(context, permission)
  const leave = takePlace(actor.tenant_id)
  const cells = Object.values(columns)
  const encoder = new TextEncoder()
  try {
    const filter = (await inTenant(actor, 'read write', (scope) => takeExport(scope, id, kind), call)) as F
    let cursor: string | undefined
    let head = `${byteOrderMark}${csvLine(Object.keys(columns))}`
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(stream) {
          try {
            const reader = await admitAgain(context, permission)
            const paging = { limit: limits.exportPageRows, ...(cursor && { cursor }) }
            const { items, next_cursor } = await inTenant(reader, 'read only', (scope) => page(scope, { ...filter, ...paging }), call)
            stream.enqueue(encoder.encode(head + items.map((row) => csvLine(cells.map((cell) => cell(row)))).join('')))
            head = ''
            cursor = next_cursor ?? undefined
            if (cursor) return
            leave()
            stream.close()
          } catch (error) {
            leave()
            log.warn({ request_id: call.request_id, error: describe(error) }, 'a download broke off')
            stream.error(new Error('the download broke off'))
          }
        },
        cancel: leave,
      },
      { highWaterMark: 0 },
    )
    const name = `${kind}-${actor.tenant_id}-${now().toISOString().slice(0, 10)}.csv`
    return new Response(body, {
      headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` },
    })
  } catch (error) {
    leave()
    throw error
  }
}
