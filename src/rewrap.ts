import postgres from 'postgres'
import { config } from './core/config'
import { limits } from './core/limits'
import { seal, unseal } from './core/secrets'
import { peppersToRetire } from './core/peppers'

interface Place {
  table: string
  /** The primary key, whose last column is the id that the sealed value is bound to. */
  key: string[]
  column: string
  /** The identity that seal() is given there. */
  identity: (id: string) => string
}

/** Every column that holds a sealed value: one for each place in the program that seals; a test holds this list against them. */
export const sealedPlaces: Place[] = [
  { table: 'mfa_factor', key: ['user_id'], column: 'secret', identity: (id) => `mfa_factor ${id}` },
  { table: 'mail', key: ['tenant_id', 'id'], column: 'content', identity: (id) => `mail ${id}` },
  { table: 'idempotent_answer', key: ['tenant_id', 'id'], column: 'answer', identity: (id) => id },
  { table: 'sso_transaction', key: ['tenant_id', 'id'], column: 'sealed', identity: (id) => `sso_transaction ${id}` },
  { table: 'sso_provider', key: ['tenant_id'], column: 'secret_sealed', identity: (id) => `sso_provider ${id}` },
  { table: 'management.staff', key: ['id'], column: 'mfa_secret', identity: (id) => `staff ${id}` },
  { table: 'management.staff', key: ['id'], column: 'mfa_pending_secret', identity: (id) => `staff ${id}` },
  { table: 'management.staff_sso_transaction', key: ['id'], column: 'sealed', identity: (id) => `staff_sso_transaction ${id}` },
  { table: 'retired_pepper', key: ['kid'], column: 'sealed', identity: (id) => `retired_pepper ${id}` },
]

interface Outcome {
  table: string
  rewrapped: number
  /** Sealed with a key that is not in ENCRYPTION_KEYS, or altered: left as they are. */
  unreadable: number
}

type Row = Record<string, string>

function wrapAnew(sealed: string, identity: string): string | undefined {
  try {
    return seal(unseal(sealed, identity), identity)
  } catch {
    return undefined
  }
}

/** Batch by batch in the order of the key. A row that changed meanwhile is left to who changed it: he sealed it with the first key. */
async function rewrapPlace(sql: postgres.Sql, { table, key, column, identity }: Place, say: (line: string) => void): Promise<Outcome> {
  const [kid, id] = [config.ENCRYPTION_KEYS[0]!.kid, key.at(-1)!]
  const columns = key.join(', ')
  const outcome: Outcome = { table, rewrapped: 0, unreadable: 0 }
  for (let last: string[] | undefined; ;) {
    const after = last ? `and (${columns}) > (${key.map((_, n) => `$${n + 2}`).join(', ')})` : ''
    const rows = await sql.unsafe<Row[]>(
      `select ${key.map((name) => `${name}::text as ${name}`).join(', ')}, ${column} as sealed from ${table}
        where ${column} is not null and split_part(${column}, ':', 1) <> $1 ${after} order by ${columns} limit ${limits.rewrapRows}`,
      [kid, ...(last ?? [])],
    )
    if (!rows.length) return outcome
    const wrapped = rows.map((row) => ({ row, sealed: wrapAnew(row.sealed!, identity(row[id]!)) }))
    await sql.begin(async (tx) => {
      for (const { row, sealed } of wrapped) {
        if (sealed === undefined) continue
        const mine = key.map((name, n) => `${name} = $${n + 3}`).join(' and ')
        const { count } = await tx.unsafe(`update ${table} set ${column} = $1 where ${column} = $2 and ${mine}`, [
          sealed,
          row.sealed!,
          ...key.map((name) => row[name]!),
        ])
        outcome.rewrapped += count
      }
    })
    outcome.unreadable += wrapped.filter(({ sealed }) => sealed === undefined).length
    last = key.map((name) => rows.at(-1)![name]!)
    say(`${table.padEnd(20)} ${outcome.rewrapped} sealed anew`)
  }
}

/**
 * Seals everything anew with the first key of ENCRYPTION_KEYS, and keeps the password peppers of the others. Safe beside running processes that have
 * the same keys, and to be broken off and begun again. `adminUrl` is a login that may act as monozu_owner.
 */
export async function rewrapSecrets(adminUrl: string, say: (line: string) => void): Promise<Outcome[]> {
  const sql = postgres(adminUrl, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 10,
    fetch_types: false,
    connection: { role: 'monozu_owner' },
  })
  try {
    for (const { kid, sealed } of peppersToRetire())
      await sql`insert into retired_pepper (kid, sealed) values (${kid}, ${sealed}) on conflict (kid) do update set sealed = excluded.sealed`
    const outcomes: Outcome[] = []
    for (const place of sealedPlaces) outcomes.push(await rewrapPlace(sql, place, say))
    return outcomes
  } finally {
    await sql.end({ timeout: 5 })
  }
}
