import { owner } from './owner'

/** The tables of tenants, each with the column that says whose a row is. */
export const tenantTables = () => owner<{ name: string; own: string }[]>`
  select c.relname as name, a.attname as own from pg_class c join pg_attribute a on a.attrelid = c.oid
    and (a.attname = 'tenant_id' or c.relname = 'tenant' and a.attname = 'id')
  where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`

/** All rows of a tenant in every table, by a role that sees everything: a digest of each. */
export async function fingerprint(tenant_id: string) {
  const tables = await tenantTables()
  const sums = await Promise.all(
    tables.map(({ name, own }) =>
      owner.unsafe(`select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) as sum from ${name} t where t.${own} = $1`, [
        tenant_id,
      ]),
    ),
  )
  return Object.fromEntries(tables.map(({ name }, index) => [name, sums[index]![0]!.sum as string]))
}

/** How many rows a tenant has in each table. */
export async function rowsOf(tenant_id: string): Promise<Record<string, number>> {
  const tables = await tenantTables()
  const counts = await Promise.all(
    tables.map(({ name, own }) => owner.unsafe(`select count(*)::int as count from ${name} where ${own} = $1`, [tenant_id])),
  )
  return Object.fromEntries(tables.map(({ name }, index) => [name, counts[index]![0]!.count as number]))
}

const samples: Record<string, string> = {
  uuid: 'gen_random_uuid()',
  text: "'sample'",
  integer: '1',
  bigint: '1',
  boolean: 'true',
  date: 'current_date',
  jsonb: `'{}'`,
  bytea: `'x'`,
}

/** What a constraint asks for besides. */
const besides: Record<string, Record<string, string>> = {
  api_token: { membership_id: '(select id from membership where tenant_id = $1 limit 1)' },
  licence: { as_of: `'2000-01-01'` },
  sso_provider: { directory: 'gen_random_uuid()' },
  telemetry_rollup: { seconds: '300' },
}

/**
 * A row in every table where the tenant has none, so that no table is left out of what is held against all of them: made from its columns alone, with
 * references to what is there.
 */
export async function fillAll(tenant_id: string, leavingOut: readonly string[] = []) {
  const empty = Object.entries(await rowsOf(tenant_id)).flatMap(([name, count]) => (count || leavingOut.includes(name) ? [] : [name]))
  const referring = new Set(
    (
      await owner<
        { name: string }[]
      >`select conrelid::regclass::text as name from pg_constraint where contype = 'f' and conrelid <> confrelid`
    ).map(({ name }) => name),
  )
  const inOrder = [...empty.filter((name) => !referring.has(name)), ...empty.filter((name) => referring.has(name))]
  for (const name of inOrder) {
    const columns = await owner<{ name: string; type: string; refers: string | null }[]>`
      select a.attname as name, format_type(a.atttypid, null) as type,
        (select f.confrelid::regclass::text from pg_constraint f where f.contype = 'f' and f.conrelid = a.attrelid and f.conkey[2] = a.attnum) as refers
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = ${name}::regclass and a.attnum > 0 and not a.attisdropped and a.attnotnull and d.oid is null`
    const more = Object.entries(besides[name] ?? {}).map(([column, value]) => [column, value.replace('$1', `'${tenant_id}'`)])
    const plain = columns.filter((column) => !besides[name]?.[column.name])
    const values = plain.map(({ name: column, type, refers }) => {
      if (column === 'tenant_id') return `'${tenant_id}'`
      if (refers) return `(select id from ${refers} where tenant_id = '${tenant_id}' limit 1)`
      return type.startsWith('timestamp') ? 'now()' : type.endsWith('[]') ? "'{}'" : (samples[type] ?? 'null')
    })
    const names = [...plain.map((column) => column.name), ...more.map(([column]) => column)]
    await owner.unsafe(`insert into ${name} (${names.join(', ')}) values (${[...values, ...more.map(([, value]) => value)].join(', ')})`)
  }
}
