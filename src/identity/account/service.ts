import { type SQL, and, eq, gt, isNull, ne, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import type { Known } from '../../core/authenticate'
import { now } from '../../core/clock'
import { Problem, notFound } from '../../core/errors'
import { type Call, type Scope, inTenant } from '../../core/scope'
import { type Paging, keyset } from '../../core/wire'
import { assertGoodPassword } from '../../core/breached-passwords'
import { assertPasswordsAllowed, hashPassword } from '../../core/passwords'
import { addressOfUser, provePassword } from '../auth/proof'
import { sessions } from '../auth/schema'
import { keepsRules } from '../auth/session-rules'

/** The caller's sessions in this tenant that still hold. */
const mine = ({ own, actor }: Scope, more?: SQL) =>
  and(
    own(sessions),
    eq(sessions.user_id, actor.id),
    isNull(sessions.ended_at),
    gt(sessions.expires_at, now()),
    sql`exists (select from tenant t where t.id = session.tenant_id and ${keepsRules()})`,
    more,
  )

/** Newest first. */
export async function listOwnSessions(scope: Scope, currentId: string, paging: Paging) {
  const { rows, after, order, cut } = keyset(paging, sessions.id, { descending: true })
  const found = await scope.tx
    .select({
      id: sessions.id,
      created_at: sessions.created_at,
      last_used_at: sessions.rotated_at,
      expires_at: sessions.expires_at,
      address: sessions.address,
      user_agent: sessions.user_agent,
    })
    .from(sessions)
    .where(mine(scope, after))
    .orderBy(order)
    .limit(rows)
  return cut(found.map((session) => ({ ...session, current: session.id === currentId })))
}

async function endOwn(scope: Scope, which: SQL): Promise<string[]> {
  const ended = await scope.tx
    .update(sessions)
    .set({ ended_at: now(), end_reason: 'revoked' })
    .where(mine(scope, which))
    .returning({ id: sessions.id })
  for (const { id } of ended) scope.signals.push({ topic: 'sessions', key: id })
  return ended.map(({ id }) => id)
}

/** Ends one of the caller's own sessions, on every process and socket. 404 for anybody else's. */
export async function endOwnSession(scope: Scope, id: string) {
  const ended = await endOwn(scope, eq(sessions.id, id))
  if (!ended.length) throw notFound('session')
  await audit(scope, 'sessions.revoke', id)
}

/** Ends all of the caller's sessions in this tenant but the one he calls with. */
export async function endOtherSessions(scope: Scope, currentId: string) {
  const ended = await endOwn(scope, ne(sessions.id, currentId))
  await audit(scope, 'sessions.revoke_others', currentId, { after: { ended } })
}

/** Ends every other session of the user at once, in all tenants. 422 on the field for a wrong or a weak password. */
export async function changePassword(
  { actor, session }: Known,
  { current_password, new_password }: { current_password: string; new_password: string },
  call: Call,
) {
  assertPasswordsAllowed()
  await assertGoodPassword(new_password, await addressOfUser(actor), '/new_password')
  const expected = await provePassword(actor, current_password, call, '/current_password')
  const replacement = await hashPassword(new_password)
  await inTenant(
    actor,
    'read write',
    async (scope) => {
      const [row] = await scope.tx.execute<{ ended: string[] | null }>(
        sql`select change_password(${actor.id}, ${expected}, ${replacement}, ${session!.sid}, ${now().toISOString()}) as ended`,
      )
      if (!row?.ended) throw new Problem(409, 'conflict', 'The password was changed meanwhile')
      for (const key of row.ended) scope.signals.push({ topic: 'sessions', key })
      await audit(scope, 'passwords.change', actor.id, { after: { sessions_ended: row.ended.length } })
    },
    call,
  )
}
