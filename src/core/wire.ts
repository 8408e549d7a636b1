import type { TLiteral, TSchema, TUnion } from '@sinclair/typebox'
import { type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { t } from 'elysia'
import { invalid } from './errors'
import { limits } from './limits'
import { isId } from './scope'

/** One of these strings. (t.UnionEnum would quietly fill a missing value with the first of them.) */
export const oneOf = <const T extends readonly string[]>(values: T) =>
  t.Union(values.map((value) => t.Literal(value)) as never) as unknown as TUnion<{ -readonly [K in keyof T]: TLiteral<T[K] & string> }>

/** As we write it: lower case, without `urn:uuid:`, so that ids can be compared as text. */
export const uuid = t.String({ format: 'uuid', pattern: '^[0-9a-f-]{36}$' })
/** The first id that can have been made at a time (RFC 9562 section 5.7). */
export const firstIdAt = (at: Date) =>
  `${at
    .getTime()
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})/, '$1-')}-7000-8000-000000000000`
export const name = t.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
export const id = t.Object({ id: uuid })
export const instant = t.Date()
/** What lists and summaries are asked for: a unit with all that is below it. */
export const unitAndBelow = t.Optional({ ...uuid, description: 'stands for all units below it, too' })
/** What a summary is asked for, and what happened from a time on. */
export const summarized = {
  org_unit_id: unitAndBelow,
  since: t.Optional({ ...instant, description: 'counts what happened from then on, too' }),
}
/** What a tenant uses, in numbers alone, as one plane tells the other and that one its staff. */
export const usageCounts = {
  users: t.Integer({ description: 'who can sign in' }),
  devices: t.Integer(),
  devices_online: t.Integer(),
  failed_jobs: t.Integer({ description: 'given up after all attempts' }),
  last_seen_at: t.Nullable(instant),
  stored_bytes: t.Integer({ description: 'telemetry and records that are kept, before indexes and rollups' }),
}
/** Of a place on a map (WGS 84). */
export const degrees = (most: number) => t.Optional(t.Nullable(t.Number({ minimum: -most, maximum: most })))
export const stamps = { created_at: instant, updated_at: instant }
/** What a route answers that sends the browser on. */
export const leading = { 302: t.String({ maxLength: 0, description: 'leads on', headers: { location: t.String() } }) }
/** Where somebody is signed in, as he sees it himself. */
export const ownSession = t.Object({
  id: t.String(),
  created_at: instant,
  last_used_at: instant,
  expires_at: instant,
  address: t.Nullable(t.String()),
  user_agent: t.Nullable(t.String()),
  current: t.Boolean({ description: 'the session of this call' }),
})

/** What a session answers with, besides whose it is. */
export const bearer = {
  access_token: t.String(),
  token_type: t.Literal('Bearer'),
  expires_in: t.Integer({ description: 'seconds' }),
}
/** As `bearer`, where a cookie keeps it going. What a program does by itself is use too, so it is the console that sees nobody there. */
export const keptBearer = {
  ...bearer,
  idle_seconds: t.Integer({ description: 'a console ends the session once it has seen no key, pointer or touch for so long' }),
}
export const leaving = t.Optional(
  t.Object({ idle: t.Optional(t.Boolean({ description: 'nobody asks for it: the console has seen nobody for idle_seconds' })) }),
)
/** Why a session ends by its cookie. */
export type LeftBy = 'signed_out' | 'idle'
export const leftBy = (body: { idle?: boolean } | null): LeftBy => (body?.idle ? 'idle' : 'signed_out')
/** A second factor: what an authenticator app is given, what it shows, and what helps without it. */
export const enrolment = t.Object({ secret: t.String({ description: 'base32' }), otpauth_url: t.String(), qr_svg: t.String() })
export const totpCode = t.String({ pattern: '^\\d{6}$' })
export const recoveryCodes = t.Object({ recovery_codes: t.Array(t.String(), { description: 'shown this once' }) })

export const list = <T extends TSchema>(item: T) => t.Object({ items: t.Array(item) })
export const page = <T extends TSchema>(item: T) => t.Object({ items: t.Array(item), next_cursor: t.Nullable(t.String()) })
export const paging = {
  limit: t.Optional(t.Integer({ minimum: 1, maximum: limits.pageRows })),
  cursor: t.Optional(t.String({ maxLength: 1000 })),
}
/** Which rows a bulk action is for, beside a filter, and what became of them. */
export const bulkIds = t.Optional(t.Array(uuid, { minItems: 1, maxItems: limits.bulkRows }))
export const bulkAccountIds = t.Optional(t.Array(uuid, { minItems: 1, maxItems: limits.bulkAccounts }))
export const bulkCursor = t.Optional(
  t.String({ maxLength: 1000, description: 'of the answer before: goes on with the rest of the filter' }),
)
export const bulkAnswer = t.Object({
  done: t.Array(t.String()),
  failures: t.Array(t.Object({ id: t.String(), name: t.String(), error: t.String(), detail: t.String() })),
  next_cursor: t.Nullable(t.String()),
})

/** In the detail of a route that answers with a file of this type. */
export const fileOf = (type: string) => ({ responses: { 200: { description: 'The file', content: { [type]: {} } } } })

/** In the detail of a route whose work is done after its answer. */
export const later = { responses: { 202: { description: 'Accepted: it is done later' } } }

/** What is told of an export; its file is downloaded under its id. */
export const exported = t.Object({ id: t.String(), kind: t.String(), expires_at: instant })

export interface Paging {
  limit?: number
  cursor?: string
}

/** A query parameter that may repeat: one value or several. */
export const several = <T extends TSchema>(item: T, most: number) => t.Optional(t.Array(item, { maxItems: most }))

type Key = string | null

/**
 * Keyset paging: rows in the order of `by` (where given) and id; `after` continues behind the cursor.
 * Read `rows` of them, one more than the page: it tells whether there is more. `cut` makes the page.
 */
export function keyset(
  { limit = limits.defaultPageRows, cursor }: Paging,
  id: AnyPgColumn,
  { by, descending = false }: { by?: SQL; descending?: boolean } = {},
) {
  const position = cursor === undefined ? undefined : readCursor(cursor, by !== undefined)
  const compare = descending ? sql`<` : sql`>`
  const direction = descending ? sql`desc` : sql`asc`
  // Their own alternative: the same order, which no index has.
  const unindexed = (column: SQL | AnyPgColumn) => sql`coalesce(${column}, ${column})`
  const orderBy = (last: SQL | AnyPgColumn, first = by) =>
    first ? sql`${first} ${direction}, ${last} ${direction}` : sql`${last} ${direction}`
  return {
    rows: limit + 1,
    /** Where the cursor stands: by `by`, and by id. */
    at: position?.[0],
    atId: position?.[1],
    after:
      position && (by ? sql`(${by}, ${id}) ${compare} (${position[0]}, ${position[1]}::uuid)` : sql`${id} ${compare} ${position[1]}::uuid`),
    order: orderBy(id),
    /** The same, to be had by sorting alone: no plan walks along an index for it. */
    sorted: orderBy(unindexed(id), by && unindexed(by)),
    cut: <R extends { id: string }>(rows: R[], key: (row: R) => Key = () => null) => {
      const items = rows.slice(0, limit)
      const last = items.at(-1)
      return { items, next_cursor: rows.length > limit && last ? writeCursor([key(last), last.id]) : null }
    },
  }
}

const writeCursor = (position: [Key, string]) => Buffer.from(JSON.stringify(position)).toString('base64url')

function readCursor(cursor: string, keyed: boolean): [Key, string] {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (
      Array.isArray(position) &&
      position.length === 2 &&
      (keyed ? typeof position[0] === 'string' : position[0] === null) &&
      isId(position[1])
    ) {
      return position as [Key, string]
    }
  } catch {
    // told below
  }
  throw invalid('/cursor', 'is not a cursor of this list')
}

/** `ilike` text that matches what was typed, with its wildcards taken literally. */
export const containing = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/** A PostgreSQL array literal for `= any(...)`: one parameter however many values, so that a prepared statement is reused. */
export const uuids = (ids: readonly string[]) => sql`${`{${ids.filter(isId).join(',')}}`}::uuid[]`
