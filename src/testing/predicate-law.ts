import { watchQueries } from '../core/db'

// Row-level security is the wall, the predicate is the road: what reads or changes a tenant's table says `tenant_id = ...` for it,
// so that PostgreSQL plans well and Citus routes to one shard. Every statement that any test makes is held against it.

const globalTables = new Set([
  'app_user',
  'identity',
  'tenant',
  'find_sign_in',
  'find_identity',
  'find_confirmed_account',
  'find_member',
  'find_invitations',
  'find_domain',
  'audited_tenants',
])
const mention = /\b(?:from|join|update)\s+"?([a-z_]+)\b"?(?!\s*\()/gi

/** The tables a statement reads or changes, without its own WITH names and functions. */
function tablesOf(query: string): string[] {
  const made = new Set([...query.matchAll(/(?:with(?:\s+recursive)?|,)\s+([a-z_]+)\s+as\s*\(/gi)].map(([, name]) => name!))
  const named = [...query.matchAll(mention)].map(([, name]) => name!)
  return named.filter(
    (name) => !made.has(name) && !globalTables.has(name) && !/^(unnest|lateral|seen|path|set|of|skip|nothing)$/.test(name),
  )
}

watchQueries((query) => {
  const tables = tablesOf(query.replaceAll('"public".', ''))
  const said = query.match(/\btenant_id"?\s*=/g)?.length ?? 0
  if (tables.length > said) throw new Error(`a statement must say tenant_id for each of ${tables.join(', ')}: ${query}`)
})
