import { and, eq, lt } from 'drizzle-orm'
import { now } from './clock'
import { Problem } from './errors'
import { idempotentAnswers } from './schema'
import { type Scope, ago } from './scope'
import { seal, unseal } from './secrets'
import { limits } from './limits'

/** The same key and request again gives the first answer again; with another request it is a 422. A parallel twin waits for the first. After a day the key is free. */
export async function once<T>(scope: Scope, key: string, request_hash: string, work: (scope: Scope) => Promise<T>): Promise<T> {
  const { tx, own, owned, actor } = scope
  const mine = and(own(idempotentAnswers), eq(idempotentAnswers.actor_id, actor.id), eq(idempotentAnswers.key, key))
  const [claimed] = await tx
    .insert(idempotentAnswers)
    .values(owned({ actor_id: actor.id, key, request_hash }))
    .onConflictDoUpdate({
      target: [idempotentAnswers.tenant_id, idempotentAnswers.actor_id, idempotentAnswers.key],
      set: { request_hash, answer: null, created_at: now() },
      setWhere: lt(idempotentAnswers.created_at, ago(limits.idempotencyKeptMs)),
    })
    .returning({ id: idempotentAnswers.id })
  if (!claimed) {
    const [kept] = await tx.select().from(idempotentAnswers).where(mine)
    if (kept?.answer && kept.request_hash === request_hash) {
      scope.audited = true
      return JSON.parse(unseal(kept.answer, kept.id)) as T
    }
    throw new Problem(422, 'idempotency_key_reused', 'This Idempotency-Key was used for another request')
  }
  const answer = await work(scope)
  await tx
    .update(idempotentAnswers)
    .set({ answer: seal(JSON.stringify(answer ?? null), claimed.id) })
    .where(mine)
  return answer
}
