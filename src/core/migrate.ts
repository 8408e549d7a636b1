import { Logger, runMigrations } from 'graphile-worker'
import postgres from 'postgres'
import { type Client, carriedMigrations, pendingMigrations, text } from './migrations'

async function applyMigrations(sql: Client) {
  await sql.unsafe(
    'create schema if not exists drizzle; create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
  )
  const pending = new Set(await pendingMigrations(sql))
  for (const { tag, when, statements, hash } of await carriedMigrations()) {
    if (!pending.has(tag)) continue
    await sql.unsafe('begin')
    try {
      for (const statement of statements) await sql.unsafe(statement)
      await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${when})`
      await sql.unsafe('commit')
    } catch (error) {
      await sql.unsafe('rollback')
      throw error
    }
  }
  return [...pending]
}

const quiet = new Logger(() => () => {})

const withRole = (url: string) => {
  const changed = new URL(url)
  changed.searchParams.set('options', '-c role=monozu_owner')
  return changed.href
}

/** Passwords of the roles that log in; one that is not given is left as it is. */
export type RolePasswords = Partial<Record<'monozu_app' | 'monozu_ingest' | 'monozu_management', string>>

/**
 * Brings a database to what this program expects: roles, tables, queue, rights. Safe to run twice, and by two at once: the second waits.
 * `adminUrl` is a login that may create roles. Returns the tags that were applied.
 */
export async function migrateDatabase(adminUrl: string, passwords: RolePasswords = {}): Promise<string[]> {
  const client = postgres(adminUrl, { max: 1, onnotice: () => {}, connect_timeout: 10, fetch_types: false })
  try {
    await client`select pg_advisory_lock(6206800)`
    await client.unsafe(await text('roles.sql'))
    for (const [role, password] of Object.entries(passwords)) {
      await client.unsafe(`alter role ${role} login password '${password.replaceAll("'", "''")}'`)
    }
    await client.unsafe('set role monozu_owner')
    const applied = await applyMigrations(client)
    await runMigrations({ connectionString: withRole(adminUrl), logger: quiet })
    for (const name of ['telemetry.sql', 'harden.sql']) await client.unsafe(await text(name))
    return applied
  } finally {
    await client.end({ timeout: 5 })
  }
}
