import { raw } from '../../core/db'

// What of a tenant leaves with its archive: every column of every table that has a tenant_id, as the database has them, but for what is made of others
// and what is named here.
// A column that sounds like a secret stays until somebody says that it is none. docs/archive.md lists the outcome; a law holds the two together.

/** Tables of which nothing leaves, and why. */
export const tablesKeptBack: Record<string, string> = {
  address_check: 'links that wait to be used',
  archive: 'the archive itself',
  archive_link: 'links that wait to be used',
  archive_piece: 'the archive itself',
  audit_pending: 'a queue: its entries are in audit_log',
  export_request: 'downloads that were asked for within the hour',
  idempotent_answer: 'answers kept for a day, sealed for the platform',
  live_cursor: 'numbers of live events',
  live_event: 'told to consoles within the hour; what they tell of is in its own table',
  mfa_challenge: 'sign-ins under way',
  password_reset: 'links that wait to be used',
  socket_ticket: 'sockets about to be opened',
  sso_handoff: 'sign-ins under way',
  sso_transaction: 'sign-ins under way',
  telemetry_arrival: 'a queue: the frames are in telemetry_frame',
  telemetry_open_hour: 'a queue: what hours are made of is in telemetry_rollup',
  tenant_choice: 'sign-ins under way',
  webhook_receipt: 'messages between the planes of the platform',
}

/** Columns that stay, by table, and why. */
export const columnsKeptBack: Record<string, Record<string, string>> = {
  api_token: { token_hash: 'proof of a credential' },
  device_key: { key_hash: 'proof of a credential' },
  invitation: { hash: 'proof of a link' },
  mail: { content: 'sealed for the platform: it may hold links' },
  provisioning_key: { key_hash: 'proof of a credential' },
  sso_provider: { secret_sealed: 'sealed for the platform: the secret is at the provider' },
}

export const soundsSecret = /(hash|secret|sealed|password|token|key|content|answer|signature)s?$/

/** What sounds like a secret and is none. */
export const noSecrets = new Set([
  'alert.dedupe_key',
  'audit_checkpoint.hash',
  'audit_checkpoint.key',
  'audit_checkpoint.signature',
  'audit_seal.hash',
  'device_record.key',
  'telemetry_layout.hash',
])

const stays = (table: string, column: string) =>
  Boolean(columnsKeptBack[table]?.[column]) || (soundsSecret.test(column) && !noSecrets.has(`${table}.${column}`))

/** A table as it is read: in the order of its key, page by page. `where` says whose rows, with the tenant's id as $1. */
export interface Source {
  table: string
  columns: string[]
  withheld: string[]
  key: { name: string; type: string }[]
  from: string
  where: string
}

interface Catalogued {
  table: string
  columns: { name: string; type: string; place: number | null }[]
}

/** The tables of tenants, as the database has them. */
export const tenantTables = () =>
  raw<Catalogued[]>`
    select c.relname as table, json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null),
      'place', array_position(i.indkey::int2[], a.attnum)) order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
      and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')
    group by c.relname order by c.relname`

const uuidKey = (name: string) => [{ name, type: 'uuid' }]

/** The tenant itself and the people who belong to it: what is theirs alone (passwords, second factors) is no tenant's. */
const globalSources: Source[] = [
  {
    table: 'tenant',
    columns: ['id', 'name', 'require_mfa', 'session_idle_minutes', 'session_hours', 'created_at', 'updated_at'],
    withheld: [],
    key: uuidKey('id'),
    from: 'tenant',
    where: 'id = $1',
  },
  {
    table: 'app_user',
    columns: ['id', 'email', 'verified_at'],
    withheld: [],
    key: uuidKey('id'),
    from: 'app_user',
    where: 'exists (select from membership m where m.tenant_id = $1 and m.user_id = app_user.id)',
  },
]

export async function archiveSources(): Promise<Source[]> {
  const own = (await tenantTables())
    .filter(({ table }) => !tablesKeptBack[table])
    .map(({ table, columns }): Source => {
      const names = columns.map(({ name }) => name)
      return {
        table,
        columns: names.filter((name) => !stays(table, name)),
        withheld: names.filter((name) => stays(table, name)),
        key: columns
          .filter(({ name, place }) => place !== null && name !== 'tenant_id')
          .toSorted((a, b) => a.place! - b.place!)
          .map(({ name, type }) => ({ name, type })),
        from: `"${table}"`,
        where: 'tenant_id = $1',
      }
    })
  return [...globalSources, ...own]
}
