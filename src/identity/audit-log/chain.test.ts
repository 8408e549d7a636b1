import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { audit } from '../../core/audit'
import { bareUser, inTenant, nobody } from '../../core/scope'
import { type Client, send, signedIn, within } from '../../testing/api'
import { startCommand } from '../../testing/process'
import { auditedTenants, linkOf, origin, sealAll, sealTenant } from './chain'
import { type Checkpoint, ownKeys, publicKey, signCheckpoint } from './checkpoint'
import { verifyChain } from './verify'

/** Whoever owns the database: no rule of ours holds him, and no trigger. */
const owner = postgres(Bun.env.DATABASE_OWNER_URL!, { max: 2, onnotice: () => {} })
afterAll(() => owner.end())
const asOwner = (work: (sql: postgres.TransactionSql) => Promise<unknown>) =>
  owner.begin(async (tx) => {
    await tx`set local session_replication_role = replica`
    await work(tx)
  })

let client: Client
let tenant_id: string
const grow = async (rows: number) => {
  for (let index = 0; index < rows; index += 1) await client.api['org-units'].post({ name: `unit ${index}` })
  await sealTenant(tenant_id)
}
const verify = (kept: Checkpoint[] = []) => verifyChain(tenant_id, ownKeys(), kept)
const chain = async () => (await client.api.audit.chain.get()).data!
const idAt = async (seq: number) =>
  (await owner`select id from audit_seal where tenant_id = ${tenant_id} and seq = ${seq}`)[0]!.id as string

beforeEach(async () => {
  client = await signedIn()
  tenant_id = client.tenant_id
  await grow(4)
  await grow(3)
})

test('what is refused before a tenant is known is sealed as well, verified, and printed for the operators of the platform', async () => {
  const refused = () =>
    inTenant(bareUser(nobody), 'read write', (scope) => audit(scope, 'sso.refuse', null, { after: { reason: 'sso_unknown' } }))
  await refused()
  await refused()
  expect(await auditedTenants(true)).toContain(nobody)
  await sealAll()
  expect(await auditedTenants(true)).not.toContain(nobody)
  expect(await auditedTenants()).toContain(nobody)
  const env = { DATABASE_URL: Bun.env.DATABASE_URL!, SECRET_KEY: Bun.env.SECRET_KEY! }
  const run = (...words: string[]) => startCommand(['audit', ...words], env).ended()
  const verified = () => run('verify', '--tenant', nobody)
  const { code, output } = await verified()
  expect([code, output]).toEqual([0, expect.stringMatching(new RegExp(`^ok    ${nobody} \\d+ rows, \\d+ checkpoints\n$`))])
  const [newest, before] = (await run('platform')).output
    .split('\n')
    .map((line) => line && (JSON.parse(line) as { id: string; action: string }))
  expect([newest, before]).toMatchObject([{ action: 'sso.refuse' }, { action: 'sso.refuse' }])
  const { id } = newest as { id: string }
  const change = (reason: string) =>
    owner`update audit_log set after = ${owner.json({ reason })} where tenant_id = ${nobody} and id = ${id}`
  await change('another')
  expect((await verified()).output).toContain(`(${id}) was changed`)
  // Others record under nobody as well, and verify it.
  await change('sso_unknown')
  expect((await verified()).code).toBe(0)
}, 30_000)

describe('the chain', () => {
  test('holds every entry once, in two signed batches, and fits', async () => {
    expect(await chain()).toMatchObject({ sealed: 8, waiting: 0, public_key: publicKey(), checkpoint: { seq: 8, key: publicKey() } })
    expect(await verify()).toEqual({ rows: 8, checkpoints: 2 })
    await client.api['org-units'].post({ name: 'one more' })
    expect(await chain()).toMatchObject({ sealed: 8, waiting: 1 })
    expect(await verify()).toEqual({ rows: 8, checkpoints: 2 })
  })

  test('is sealed once however many seal it at once, and writers are not held up meanwhile', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, index) => client.api['org-units'].post({ name: `more ${index}` })))
    const sealing = Promise.all([sealTenant(tenant_id), sealTenant(tenant_id), sealTenant(tenant_id)])
    await Promise.all(Array.from({ length: 5 }, (_, index) => client.api['org-units'].post({ name: `late ${index}` })))
    await sealing
    await sealTenant(tenant_id)
    expect(await verify()).toMatchObject({ rows: 23 })
    expect((await verify()).fault).toBeUndefined()
  })

  test('takes up what waits in any tenant', async () => {
    const other = await signedIn()
    expect(await auditedTenants(true)).toContain(other.tenant_id)
    await sealAll()
    expect(await auditedTenants(true)).toEqual([])
    expect((await verifyChain(other.tenant_id, ownKeys())).fault).toBeUndefined()
  })

  // ASVS 11.4.3
  test('hashes an entry as it is documented', () => {
    const entry = { id: 'b', tenant_id: 'a', at: new Date(0), after: null, before: '{"x": 1}' } as never
    const text = `${origin}\n{"at":"1970-01-01T00:00:00.000Z","before":"{\\"x\\": 1}","id":"b","tenant_id":"a"}`
    expect(linkOf(origin, entry)).toBe(new Bun.CryptoHasher('sha256').update(text).digest('hex'))
  })

  test('is told to those who see the whole organization', async () => {
    const lead = await signedIn(['audit.read'], { tenant_id, units: [] })
    expect((await send('GET', '/api/v1/audit/chain', { headers: lead.headers })).status).toBe(403)
  })

  // ASVS 16.4.2
  test.each(['audit_seal', 'audit_checkpoint'])('of %s cannot be changed by the program', async (table) => {
    for (const statement of [`update ${table} set seq = 1 where tenant_id = tenant_id`, `delete from ${table} where tenant_id = tenant_id`])
      await expect(within(tenant_id, ({ tx }) => tx.execute(sql.raw(statement)))).rejects.toMatchObject({ cause: { code: '42501' } })
  })
})

describe('what the owner of the database does is named by its first row:', () => {
  test.each([
    ['the action', (id: string) => owner`update audit_log set action = 'devices.read' where tenant_id = ${tenant_id} and id = ${id}`],
    ['who did it', (id: string) => owner`update audit_log set actor_id = gen_random_uuid() where tenant_id = ${tenant_id} and id = ${id}`],
    ['what it was', (id: string) => owner`update audit_log set after = '{"name": "x"}' where tenant_id = ${tenant_id} and id = ${id}`],
    ['when', (id: string) => owner`update audit_log set at = at - interval '1 ms' where tenant_id = ${tenant_id} and id = ${id}`],
    ['how it ended', (id: string) => owner`update audit_log set outcome = 'refused' where tenant_id = ${tenant_id} and id = ${id}`],
  ])('an edit of %s', async (_, edit) => {
    const id = await idAt(3)
    await edit(id)
    expect((await verify()).fault).toBe(`row 3 (${id}) was changed, moved or put in`)
  })

  test('a deletion', async () => {
    const id = await idAt(5)
    await owner`delete from audit_log where tenant_id = ${tenant_id} and id = ${id}`
    expect((await verify()).fault).toBe(`row 5 (${id}) was deleted`)
    await owner`delete from audit_seal where tenant_id = ${tenant_id} and id = ${id}`
    expect((await verify()).fault).toBe('row 5 is missing')
    await asOwner(async (tx) => {
      await tx`update audit_seal set seq = seq + 1000 where tenant_id = ${tenant_id} and seq > 5`
      await tx`update audit_seal set seq = seq - 1001 where tenant_id = ${tenant_id} and seq > 1000`
    })
    expect((await verify()).fault).toBe(`row 5 (${await idAt(5)}) was changed, moved or put in`)
  })

  test('an insertion past the trigger', async () => {
    const id = Bun.randomUUIDv7()
    await asOwner(
      (tx) => tx`insert into audit_log (tenant_id, id, at, actor_kind, actor_id, action)
        values (${tenant_id}, ${id}, now(), 'user', ${client.user_id}, 'groups.create')`,
    )
    expect((await verify()).fault).toBe(`row (${id}) was put in: no seal covers it, and none will`)
  })

  test('an insertion into the chain', async () => {
    const id = Bun.randomUUIDv7()
    await asOwner(async (tx) => {
      await tx`insert into audit_log (tenant_id, id, at, actor_kind, actor_id, action)
        values (${tenant_id}, ${id}, now(), 'user', ${client.user_id}, 'groups.create')`
      await tx`update audit_seal set seq = seq + 1000 where tenant_id = ${tenant_id} and seq > 3`
      await tx`update audit_seal set seq = seq - 999 where tenant_id = ${tenant_id} and seq > 1000`
      await tx`insert into audit_seal (tenant_id, id, seq, hash) values (${tenant_id}, ${id}, 4, ${'0'.repeat(64)})`
    })
    expect((await verify()).fault).toBe(`row 4 (${id}) was changed, moved or put in`)
  })

  test('two that changed places', async () => {
    await asOwner(async (tx) => {
      await tx`update audit_seal set seq = -1 where tenant_id = ${tenant_id} and seq = 3`
      await tx`update audit_seal set seq = 3 where tenant_id = ${tenant_id} and seq = 6`
      await tx`update audit_seal set seq = 6 where tenant_id = ${tenant_id} and seq = -1`
    })
    expect((await verify()).fault).toBe(`row 3 (${await idAt(3)}) was changed, moved or put in`)
  })

  test('a deletion before the seal', async () => {
    await client.api['org-units'].post({ name: 'unwanted' })
    const [row] = await owner`select id from audit_pending where tenant_id = ${tenant_id}`
    await owner`delete from audit_log where tenant_id = ${tenant_id} and id = ${row!.id}`
    expect((await verify()).fault).toBe(`row (${row!.id}) was deleted before it was sealed`)
  })

  test('an end that was cut off, by what was signed of it, and without a trace by what was kept elsewhere', async () => {
    const { checkpoint } = await chain()
    const cut = (tx: postgres.TransactionSql) => tx`
      with gone as (delete from audit_seal where tenant_id = ${tenant_id} and seq > 5 returning id)
      delete from audit_log using gone where tenant_id = ${tenant_id} and audit_log.id = gone.id`
    await asOwner(cut)
    expect((await verify()).fault).toBe('row 6 is missing: the end was cut off, there were 8 rows or more')
    await owner`delete from audit_checkpoint where tenant_id = ${tenant_id} and seq = 8`
    expect((await verify()).fault).toBeUndefined()
    expect((await verify([checkpoint!])).fault).toBe('row 6 is missing: the end was cut off, there were 8 rows or more')
  })

  test('a chain made anew after an edit, by what was signed of the old one', async () => {
    const kept = (await chain()).checkpoint!
    await owner`update audit_log set action = 'x.y' where tenant_id = ${tenant_id} and id = ${await idAt(2)}`
    await remake()
    expect((await verify()).fault).toBe('row 1 or one after it, up to row 5, was changed, and the chain made anew')
    await owner`delete from audit_checkpoint where tenant_id = ${tenant_id}`
    expect((await verify()).fault).toBe('row 1 and those after it are not signed with a key that is known')
    expect((await verify([kept])).fault).toBe('row 1 or one after it, up to row 8, was changed, and the chain made anew')
  })

  test('a signature that is not ours, or does not fit', async () => {
    const kept = (await chain()).checkpoint!
    const at = new Date(kept.at.getTime() + 1)
    expect((await verify([{ ...kept, at }])).fault).toBe('the kept checkpoint of row 8 was changed: its signature does not fit')
    expect((await verifyChain(tenant_id, [], [kept])).fault).toBe('the kept checkpoint of row 8 is signed with an unknown key')
    expect(signCheckpoint(kept)).toEqual(kept)
    await owner`update audit_checkpoint set at = at + interval '1 s' where tenant_id = ${tenant_id} and seq = 8`
    expect((await verify()).fault).toBe('the checkpoint of row 8 was changed: its signature does not fit')
  })

  /** What somebody would do who knows how the chain is made, and owns the database, but not the key. */
  async function remake() {
    const entries = await owner`
      select s.seq, a.*, a.before::text, a.after::text from audit_seal s join audit_log a using (tenant_id, id) where tenant_id = ${tenant_id} order by s.seq`
    let hash = origin
    for (const { seq, ...entry } of entries) {
      hash = linkOf(hash, entry as never)
      await owner`update audit_seal set hash = ${hash} where tenant_id = ${tenant_id} and seq = ${seq}`
    }
  }
})

describe('monozu audit', () => {
  const { DATABASE_URL, SECRET_KEY } = Bun.env as Record<string, string>
  const folder = mkdtempSync(join(tmpdir(), 'monozu-audit-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const monozu = (...words: string[]) => startCommand(['audit', ...words], { DATABASE_URL: DATABASE_URL!, SECRET_KEY: SECRET_KEY! }).ended()

  test('prints checkpoints that it verifies by later, exits with 1 where something does not fit and with 2 where it is asked nonsense', async () => {
    const file = join(folder, 'checkpoints.ndjson')
    const { output } = await monozu('checkpoints', '--tenant', tenant_id)
    await Bun.write(file, output)
    const ask = () => monozu('verify', '--tenant', tenant_id, '--checkpoints', file)
    expect(await ask()).toEqual({ code: 0, output: `ok    ${tenant_id} 8 rows, 3 checkpoints\n` })
    const id = await idAt(4)
    await owner`update audit_log set address = '192.0.2.1' where tenant_id = ${tenant_id} and id = ${id}`
    expect(await ask()).toEqual({ code: 1, output: `FAULT ${tenant_id} row 4 (${id}) was changed, moved or put in\n` })
    expect(await monozu('key')).toEqual({ code: 0, output: `${publicKey()}\n` })
    await Bun.write(file, 'nothing of the kind')
    for (const words of [['verify', '--checkpoints', file], ['verify', '--tenant', 'x'], ['burn'], []])
      expect((await monozu(...words)).code).toBe(2)
  }, 30_000)
})
