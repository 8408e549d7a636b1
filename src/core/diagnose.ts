import postgres from 'postgres'
import { certificateFault } from './database-url'
import { pendingMigrations } from './migrations'

export interface Finding {
  label: string
  text: string
  fault: boolean
}

const wanted = ['monozu_owner', 'monozu_app', 'monozu_ingest', 'monozu_management']
const skewMs = 2000

const open = (url: string) => postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {}, fetch_types: false })

/** Which installation a database is, where it says so to this role. */
export async function installationOf(url: string): Promise<string | undefined> {
  const sql = open(url)
  try {
    const [row] = await sql`select id from installation`
    return row && String(row.id)
  } catch {
    return undefined
  } finally {
    await sql.end({ timeout: 2 })
  }
}

/** What an operator wants to know of a database before starting anything on it. */
export async function diagnose(url: string): Promise<Finding[]> {
  const sql = open(url)
  try {
    const before = Date.now()
    const asked =
      await sql`select current_setting('server_version_num')::int as version, (extract(epoch from clock_timestamp()) * 1000)::bigint as ms,
      current_user as role, pg_backend_pid() as pid`
    const [server] = asked
    // Who stands in between told another process as we connected than the one that answers.
    const isPooled = asked.state.pid !== server!.pid
    const skew = Number(server!.ms) - (before + Date.now()) / 2
    const roles =
      await sql`select rolname, rolsuper or rolbypassrls as above from pg_roles where rolname = any(${`{${wanted.join(',')}}`}::text[])`
    const missing = wanted.filter((name) => !roles.some((role) => role.rolname === name))
    const above = roles.filter((role) => role.above).map((role) => String(role.rolname))
    const pending = await pendingMigrations(sql).catch(() => ['the list of migrations is not readable for this role'])
    return [
      { label: 'PostgreSQL', text: String(server!.version), fault: server!.version < 150_000 },
      { label: 'connected as', text: String(server!.role), fault: false },
      {
        label: 'connection',
        text: isPooled ? 'through a pooler, which has to keep sessions (PgBouncer: pool_mode = session)' : 'direct',
        fault: false,
      },
      { label: 'roles', text: missing.length ? `missing: ${missing.join(', ')}` : 'all there', fault: missing.length > 0 },
      { label: 'above row-level security', text: above.join(', ') || 'none', fault: above.length > 0 },
      { label: 'pending migrations', text: pending.join(', ') || 'none', fault: pending.length > 0 },
      { label: 'clock skew', text: `${Math.round(skew)} ms`, fault: Math.abs(skew) > skewMs },
    ]
  } catch (error) {
    return [
      {
        label: 'database',
        text: certificateFault(error) ?? `cannot be reached (${(error as { code?: string }).code ?? 'no answer'})`,
        fault: true,
      },
    ]
  } finally {
    await sql.end({ timeout: 2 })
  }
}
