import type postgres from 'postgres'
import { filesIn } from './files'

interface Migration {
  tag: string
  when: number
  statements: string[]
  hash: string
}

/** The text of a file of `drizzle/`. */
export async function text(name: string) {
  const path = filesIn('drizzle').get(name)
  if (!path) throw new Error(`drizzle/${name} is missing`)
  return Bun.file(path).text()
}

/** The migrations this program carries, in order, as drizzle-kit's journal lists them. */
export async function carriedMigrations(): Promise<Migration[]> {
  const { entries } = JSON.parse(await text('meta/_journal.json')) as { entries: { tag: string; when: number }[] }
  return Promise.all(
    entries.map(async ({ tag, when }) => {
      const sql = await text(`${tag}.sql`)
      return {
        tag,
        when,
        statements: sql.split('--> statement-breakpoint'),
        hash: new Bun.CryptoHasher('sha256').update(sql).digest('hex'),
      }
    }),
  )
}

export type Client = postgres.Sql | postgres.ReservedSql

/** Tags of the migrations that this database has not seen yet; all of them on an empty one. */
export async function pendingMigrations(sql: Client): Promise<string[]> {
  const [found] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as present`
  const done = found?.present ? await sql`select hash from drizzle.__drizzle_migrations` : []
  const hashes = new Set(done.map((row) => row.hash as string))
  return (await carriedMigrations()).filter(({ hash }) => !hashes.has(hash)).map(({ tag }) => tag)
}
