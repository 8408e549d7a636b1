import postgres, { type Sql } from 'postgres'
import { migrateDatabase } from '../core/migrate'
import { owner } from './owner'

/** A migrated database of its own, gone afterwards: for what touches all there is, which others are in the middle of using. */
export async function ownDatabase(name: string, use: (sql: Sql, url: string) => Promise<void>): Promise<void> {
  await owner`create database ${owner(name)}`
  const url = Object.assign(new URL(Bun.env.DATABASE_OWNER_URL!), { pathname: `/${name}` }).href
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await migrateDatabase(url)
    await use(sql, url)
  } finally {
    await sql.end()
    await owner`drop database ${owner(name)} with (force)`
  }
}
