import { raw } from './db'
import { codeOf } from './errors'
import { log } from './log'

/** A role that row-level security does not bind would make every isolation rule void: refuse to run with it. A database that is away is no reason. */
export async function assertSafeRole() {
  const found = await raw`
    select current_user as name, r.rolsuper or r.rolbypassrls as above,
      exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = 'public'::regnamespace) as owns,
      (select array_to_string(array_agg(c.relname::text), ', ') from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)) as unforced
    from pg_roles r where r.rolname = current_user`.catch((error: unknown) => {
    log.warn({ code: codeOf(error) }, 'the database cannot be reached yet')
    return []
  })
  const [role] = found as { name: string; above: boolean; owns: boolean; unforced: string | null }[]
  if (role?.above) throw new Error(`the database role ${role.name} is above row-level security; use monozu_app`)
  if (role?.owns) throw new Error(`the database role ${role.name} owns tables; use monozu_app`)
  if (role?.unforced) throw new Error(`row-level security is not forced on: ${role.unforced}; run monozu migrate`)
}
