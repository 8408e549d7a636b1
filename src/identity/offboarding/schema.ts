import { bigint, customType, integer, jsonb, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { instant, refers, tenantTable } from '../../core/table'

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })

/** A file of the archive, as its manifest names it. */
export interface ArchiveFile {
  path: string
  table: string
  rows: number
  bytes: number
  sha256: string
}

/** All of a tenant's data as one file, for the tenant. It is made a slice at a time: where the making stands is committed with what was made. */
export const archives = tenantTable(
  'archive',
  {
    state: text({ enum: ['making', 'ready'] })
      .notNull()
      .default('making'),
    /** The table that is being written, and the key of its last row that was; null before the first. */
    at_table: text(),
    after: jsonb().$type<string[]>(),
    part: integer().notNull().default(0),
    files: jsonb().$type<ArchiveFile[]>().notNull().default([]),
    /** How many tables there are to write. */
    tables: integer().notNull().default(0),
    pieces: integer().notNull().default(0),
    bytes: bigint({ mode: 'number' }).notNull().default(0),
    rows: bigint({ mode: 'number' }).notNull().default(0),
    ready_at: instant(),
  },
  (t) => [uniqueIndex('archive_one').on(t.tenant_id)],
)

/** What the file is made of: gzip members (RFC 1952 section 2.2) that follow each other. */
export const archivePieces = tenantTable(
  'archive_piece',
  { archive_id: uuid().notNull(), seq: integer().notNull(), content: bytes().notNull() },
  (t) => [refers(t, t.archive_id, archives).onDelete('cascade'), uniqueIndex('archive_piece_seq').on(t.tenant_id, t.archive_id, t.seq)],
)

/** What was mailed to an administrator so that he can download the archive, and nothing else. */
export const archiveLinks = tenantTable(
  'archive_link',
  {
    archive_id: uuid().notNull(),
    hash: text().notNull(),
    user_id: uuid().notNull(),
    expires_at: instant().notNull(),
    downloads: integer().notNull().default(0),
    downloaded_at: instant(),
  },
  (t) => [refers(t, t.archive_id, archives).onDelete('cascade')],
)
