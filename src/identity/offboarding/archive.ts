import { and, eq, sql } from 'drizzle-orm'
import { version } from '../../../package.json'
import { now } from '../../core/clock'
import { limits } from '../../core/limits'
import type { Scope } from '../../core/scope'
import { type Source, archiveSources } from './contents'
import { type ArchiveFile, archivePieces, archives } from './schema'

type Archive = typeof archives.$inferSelect
interface Line extends Record<string, unknown> {
  line: string
  key: string[]
}

/** The file as a whole is a tar in gzip members: each holds one file of it, whose size is known before it is written. */
const formatVersion = 1

const block = 512

/** One file of the tar: its header and its content, without the empty blocks that end a tar. */
async function tarred(path: string, content: Uint8Array) {
  const whole = await new Bun.Archive({ [path]: content }).bytes()
  return whole.subarray(0, block + Math.ceil(content.length / block) * block)
}

async function readPage({ tx, actor }: Scope, { columns, key, from, where }: Source, after: string[] | null, most: number) {
  const names = key.map(({ name }) => `"${name}"`)
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  const behind = after
    ? ` and (${names.join(', ')}) > (${after.map((value, index) => `${text(value)}::${key[index]!.type}`).join(', ')})`
    : ''
  const told = columns.map((name) => `"${name}"`).join(', ')
  return tx.execute<Line>(
    sql.raw(`select (select row_to_json(r)::text from (select ${told}) r) as line, json_build_array(${names.map((name) => `${name}::text`).join(', ')}) as key
      from ${from} where ${where.replaceAll('$1', `'${actor.tenant_id}'`)}${behind} order by ${names.join(', ')} limit ${most}`),
  )
}

/** Lines from where the making stands, until a file is full or the table has ended. */
async function readPart(scope: Scope, source: Source, from: string[] | null) {
  const lines: string[] = []
  let [bytes, after, most, isLast] = [0, from, limits.archiveFirstRows as number, false]
  while (bytes < limits.archivePartBytes && !isLast) {
    const page = await readPage(scope, source, after, most)
    const read = page.reduce((sum, { line }) => sum + line.length + 1, 0)
    for (const { line } of page) lines.push(line)
    bytes += read
    after = page.at(-1)?.key ?? after
    isLast = page.length < most
    // As many rows as are about a quarter of a file, however long they are.
    if (page.length) most = Math.max(1, Math.min(limits.archivePageRows, Math.floor(limits.archivePartBytes / 4 / (read / page.length))))
  }
  return { content: Buffer.from(lines.map((line) => `${line}\n`).join('')), rows: lines.length, after, isLast }
}

async function addPiece(scope: Scope, archive: Archive, content: Uint8Array) {
  const packed = Bun.gzipSync(content as Uint8Array<ArrayBuffer>)
  await scope.tx.insert(archivePieces).values(scope.owned({ archive_id: archive.id, seq: archive.pieces, content: packed }))
  archive.pieces += 1
  archive.bytes += packed.length
}

const sha256 = (content: Uint8Array) => new Bun.CryptoHasher('sha256').update(content).digest('hex')

async function addFile(scope: Scope, archive: Archive, path: string, content: Uint8Array) {
  await addPiece(scope, archive, await tarred(path, content))
  return { path, bytes: content.length, sha256: sha256(content) }
}

const partName = (table: string, part: number, isOnly: boolean) =>
  isOnly ? `data/${table}.ndjson` : `data/${table}.${String(part).padStart(6, '0')}.ndjson`

async function writePart(scope: Scope, archive: Archive, source: Source) {
  const begun = archive.at_table === source.table
  const { content, rows, after, isLast } = await readPart(scope, source, begun ? archive.after : null)
  const part = begun ? archive.part + 1 : 1
  const file = await addFile(scope, archive, partName(source.table, part, part === 1 && isLast), content)
  archive.files.push({ ...file, table: source.table, rows })
  archive.rows += rows
  Object.assign(archive, { at_table: source.table, part, after: isLast ? null : after })
}

/** What is in the archive, and what of each table stays here. */
function manifestOf({ tenant_id, files }: Archive, sources: Source[]) {
  const tables = sources.map(({ table, columns, withheld }) => {
    const own = files.filter((file) => file.table === table)
    return [table, { rows: own.reduce((sum, { rows }) => sum + rows, 0), files: own.map(({ path }) => path), columns, withheld }] as const
  })
  const listed = files.map(({ path, rows, bytes, sha256 }: ArchiveFile) => ({ path, rows, bytes, sha256 }))
  return {
    format: formatVersion,
    product: 'Monozu Cloud',
    version,
    tenant_id,
    made_at: now(),
    tables: Object.fromEntries(tables),
    files: listed,
  }
}

/** `after` is null both before the first row of a table and behind its last one: then the next table's turn has come. */
function nextSource(sources: Source[], { at_table, after }: Archive) {
  if (at_table === null) return sources[0]
  const index = sources.findIndex(({ table }) => table === at_table)
  return after ? sources[index] : sources[index + 1]
}

/** Makes the archive for a while, from where it stands; all of it is one transaction. True once it is ready. */
export async function makeSlice(scope: Scope, found: Archive): Promise<boolean> {
  const { tx, own } = scope
  const archive = { ...found, files: [...found.files] }
  const sources = await archiveSources()
  archive.tables = sources.length
  const until = performance.now() + limits.archiveSliceMs
  let source = nextSource(sources, archive)
  do {
    if (!source) break
    await writePart(scope, archive, source)
    source = nextSource(sources, archive)
  } while (performance.now() < until)
  if (!source) {
    await addFile(scope, archive, 'manifest.json', Buffer.from(`${JSON.stringify(manifestOf(archive, sources), null, 2)}\n`))
    await addPiece(scope, archive, new Uint8Array(2 * block))
    Object.assign(archive, { state: 'ready', ready_at: now() })
  }
  const { state, at_table, after, part, files, tables, pieces, bytes, rows, ready_at } = archive
  await tx
    .update(archives)
    .set({ state, at_table, after, part, files, tables, pieces, bytes, rows, ready_at })
    .where(and(own(archives), eq(archives.id, archive.id)))
  return state === 'ready'
}
