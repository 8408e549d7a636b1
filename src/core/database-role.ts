import postgres from 'postgres'
import { log } from './log'
import { codeOf } from './problem'

interface Role {
  name: string
  above: boolean
  owns: boolean
  unforced: string | null
}

/**
 * A role that row-level security does not bind would make every isolation rule void: refuse to run with it. A database that is away is no reason.
 * `meant` is the role this process is made for, to name in the refusal.
 */
export async function assertSafeRole(url: string, meant: 'monozu_app' | 'monozu_ingest') {
  const role = await readRole(url).catch((error: unknown) => {
    log.warn({ code: codeOf(error) }, 'the database cannot be reached yet')
    return undefined
  })
  if (role?.above) throw new Error(`the database role ${role.name} is above row-level security; use ${meant}`)
  if (role?.owns) throw new Error(`the database role ${role.name} owns tables; use ${meant}`)
  if (role?.unforced) throw new Error(`row-level security is not forced on: ${role.unforced}; run monozu migrate`)
}

async function readRole(url: string): Promise<Role | undefined> {
  const sql = postgres(url, { max: 1, fetch_types: false, connect_timeout: 5, onnotice: () => {} })
  try {
    const [role] = await sql<Role[]>`
      select current_user as name, r.rolsuper or r.rolbypassrls as above,
        exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = 'public'::regnamespace) as owns,
        (select array_to_string(array_agg(c.relname::text), ', ') from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)) as unforced
      from pg_roles r where r.rolname = current_user`
    return role
  } finally {
    await sql.end({ timeout: 1 })
  }
}
