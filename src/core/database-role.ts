import postgres from 'postgres'
import { certificateFault } from './database-url'
import { log } from './log'
import { codeOf } from './problem'

interface Role {
  name: string
  above: boolean
  owns: boolean
  unforced: string | null
}

type Meant = 'monozu_app' | 'monozu_ingest' | 'monozu_management'

/**
 * A role that row-level security does not bind would make every isolation rule void: refuse to run with it. A database that is away is no reason, but
 * the question stays open: it is asked as soon as the database is there, and the wrong answer ends the process. `known` resolves with the right one;
 * until then nobody may be served from the database. `meant` is the role this process is made for, to name in the refusal.
 */
export async function assertSafeRole(url: string, meant: Meant): Promise<{ known?: Promise<void> }> {
  const fault = await faultOf(url, meant)
  if (fault === 'away') return { known: keepAsking(url, meant) }
  if (fault) throw new Error(fault)
  return {}
}

const askAgainMs = 250

async function keepAsking(url: string, meant: Meant) {
  log.warn('the database cannot be reached yet')
  let fault: string | undefined = 'away'
  while (fault === 'away') {
    await Bun.sleep(askAgainMs)
    fault = await faultOf(url, meant)
  }
  if (!fault) return
  console.error(`monozu: ${fault}`)
  process.exit(1)
}

/** Undefined for a role that is bound as it should be; `away` when it cannot be known yet. */
async function faultOf(url: string, meant: Meant): Promise<string | undefined> {
  const role = await readRole(url).catch((error: unknown) => {
    log.debug({ code: codeOf(error) }, 'the database role cannot be read')
    return certificateFault(error) ?? 'away'
  })
  if (typeof role === 'string') return role
  if (role.above) return `the database role ${role.name} is above row-level security; use ${meant}`
  if (role.owns) return `the database role ${role.name} owns tables; use ${meant}`
  return role.unforced ? `row-level security is not forced on: ${role.unforced}; run monozu migrate` : undefined
}

/** What a role may become counts as much as what it is. */
async function readRole(url: string): Promise<Role> {
  const sql = postgres(url, { max: 1, fetch_types: false, connect_timeout: 5, onnotice: () => {} })
  try {
    const [role] = await sql<Role[]>`
      select current_user as name,
        exists (select from pg_roles p where (p.rolsuper or p.rolbypassrls) and pg_has_role(current_user, p.oid, 'member')) as above,
        exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and pg_has_role(current_user, c.relowner, 'member')) as owns,
        (select array_to_string(array_agg(c.relname::text), ', ') from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)) as unforced`
    return role!
  } finally {
    await sql.end({ timeout: 1 })
  }
}
