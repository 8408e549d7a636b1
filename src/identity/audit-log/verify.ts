import { and, asc, eq, gt, lte, sql } from 'drizzle-orm'
import { limits } from '../../core/limits'
import { auditLog } from '../../core/schema'
import { type Scope, inTenant, jobActor } from '../../core/scope'
import { linkOf, origin, sealedColumns } from './chain'
import { type Checkpoint, isSigned } from './checkpoint'
import { auditCheckpoints, auditSeals } from './schema'

export interface Verdict {
  rows: number
  checkpoints: number
  /** What is wrong, beginning with the first entry that does not fit; undefined when all does. */
  fault?: string
}

interface Ends {
  sealed: number
  signed: number
}

/** Both of one moment: a batch that is sealed meanwhile must not look like a fault. */
async function endsOf({ tx, actor: { tenant_id } }: Scope): Promise<Ends> {
  const [ends] = await tx.execute<{ sealed: string; signed: string }>(sql`
    select (select coalesce(max(s.seq), 0) from audit_seal s where s.tenant_id = ${tenant_id}) as sealed,
      (select coalesce(max(c.seq), 0) from audit_checkpoint c where c.tenant_id = ${tenant_id}) as signed`)
  return { sealed: Number(ends!.sealed), signed: Number(ends!.signed) }
}

const sealsAfter = ({ tx, own }: Scope, seq: number, end: number) =>
  tx
    .select({ seq: auditSeals.seq, seal_id: auditSeals.id, hash: auditSeals.hash, entry: sealedColumns })
    .from(auditSeals)
    .leftJoin(auditLog, and(eq(auditLog.tenant_id, auditSeals.tenant_id), eq(auditLog.id, auditSeals.id)))
    .where(and(own(auditSeals), gt(auditSeals.seq, seq), lte(auditSeals.seq, end)))
    .orderBy(asc(auditSeals.seq))
    .limit(limits.sealRows)

const checkpointsBetween = ({ tx, own }: Scope, after: number, last: number): Promise<Checkpoint[]> =>
  tx
    .select()
    .from(auditCheckpoints)
    .where(and(own(auditCheckpoints), gt(auditCheckpoints.seq, after), lte(auditCheckpoints.seq, last)))
    .orderBy(asc(auditCheckpoints.seq))

/** The first entry that came past the trigger, or was there and is gone before a seal covered it. */
async function strayEntry({ tx, actor: { tenant_id } }: Scope) {
  const [stray] = await tx.execute<{ id: string; gone: boolean }>(sql`
    select a.id, false as gone from audit_log a where a.tenant_id = ${tenant_id}
      and not exists (select from audit_seal s where s.tenant_id = a.tenant_id and s.id = a.id)
      and not exists (select from audit_pending p where p.tenant_id = a.tenant_id and p.id = a.id)
    union all
    select p.id, true from audit_pending p where p.tenant_id = ${tenant_id}
      and not exists (select from audit_log a where a.tenant_id = p.tenant_id and a.id = p.id)
    order by id limit 1`)
  return stray
}

/**
 * Walks the chain of a tenant from its first entry and holds it against the checkpoints in the database and those that were `kept` elsewhere.
 * Only what the keys of `trusted` have signed counts. Without kept checkpoints, an end that was cut off with all its traces cannot be seen.
 */
export async function verifyChain(tenant_id: string, trusted: readonly string[], kept: readonly Checkpoint[] = []): Promise<Verdict> {
  const look = <T>(work: (scope: Scope) => Promise<T>) => inTenant(jobActor(tenant_id), 'read only', work)
  const mine = kept.filter((checkpoint) => checkpoint.tenant_id === tenant_id)
  const ends = await look(endsOf)
  const verdict: Verdict = { rows: 0, checkpoints: 0 }
  const fault = (text: string): Verdict => ({ ...verdict, fault: text })
  for (const { seq, key, ...rest } of mine) {
    if (!trusted.includes(key)) return fault(`the kept checkpoint of row ${seq} is signed with an unknown key`)
    if (!isSigned({ seq, key, ...rest })) return fault(`the kept checkpoint of row ${seq} was changed: its signature does not fit`)
  }
  let [hash, vouched] = [origin, 0]
  while (verdict.rows < ends.sealed) {
    const after = verdict.rows
    const seals = await look((scope) => sealsAfter(scope, after, ends.sealed))
    const own = seals.length ? await look((scope) => checkpointsBetween(scope, after, seals.at(-1)!.seq)) : []
    const checkpoints = [...own.filter(({ key }) => trusted.includes(key)), ...mine]
    for (const { seq, seal_id, hash: sealed, entry } of seals) {
      if (seq !== verdict.rows + 1) return fault(`row ${verdict.rows + 1} is missing`)
      if (!entry?.id) return fault(`row ${seq} (${seal_id}) was deleted`)
      hash = linkOf(hash, entry)
      if (hash !== sealed) return fault(`row ${seq} (${seal_id}) was changed, moved or put in`)
      for (const checkpoint of checkpoints.filter((known) => known.seq === seq)) {
        if (!isSigned(checkpoint)) return fault(`the checkpoint of row ${seq} was changed: its signature does not fit`)
        if (checkpoint.hash !== hash)
          return fault(
            `row ${vouched + 1}${vouched + 1 < seq ? ` or one after it, up to row ${seq},` : ''} was changed, and the chain made anew`,
          )
        verdict.checkpoints += 1
        vouched = seq
      }
      verdict.rows = seq
    }
    if (!seals.length) return fault(`row ${after + 1} is missing`)
  }
  const expected = Math.max(ends.signed, ...mine.map(({ seq }) => seq))
  if (expected > ends.sealed) return fault(`row ${ends.sealed + 1} is missing: the end was cut off, there were ${expected} rows or more`)
  if (vouched < ends.sealed) return fault(`row ${vouched + 1} and those after it are not signed with a key that is known`)
  const stray = await look(strayEntry)
  if (stray)
    return fault(`row (${stray.id}) ${stray.gone ? 'was deleted before it was sealed' : 'was put in: no seal covers it, and none will'}`)
  return verdict
}
