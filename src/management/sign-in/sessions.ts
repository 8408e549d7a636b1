import { and, eq, gt, isNull } from 'drizzle-orm'
import { now, nowMs } from '../../core/clock'
import { Problem } from '../../core/errors'
import { limits } from '../../core/limits'
import { judge, refreshTokens } from '../../core/refresh'
import { type Call, ago, nobody } from '../../core/scope'
import { accessSeconds, accessTokens } from '../../core/tokens'
import type { LeftBy } from '../../core/wire'
import { config } from '../config'
import type { KnownStaff } from '../guard'
import { permissionsOf } from '../permissions'
import { type StaffScope, audit, inManagement, routine, staffActor, stranger } from '../scope'
import { staff } from '../staff/schema'
import { staffSessions } from './schema'

/** An audience and keys of their own: what one plane signs, the other does not know. */
const access = accessTokens('monozu-management')
const refresh = refreshTokens('staff refresh token')

export type Staff = typeof staff.$inferSelect
type Session = typeof staffSessions.$inferSelect

const ended = () => new Problem(401, 'unauthenticated', 'Sign in first')

async function issue({ id, staff_id, amr, generation, expires_at }: Session, { email, name, role }: Staff) {
  return {
    access_token: await access.sign({ user_id: staff_id, sid: id, amr }),
    token_type: 'Bearer' as const,
    expires_in: accessSeconds,
    idle_seconds: limits.sessionIdleMs / 1000,
    staff: { id: staff_id, email, name, role, permissions: permissionsOf(role) },
    refresh: { token: refresh.write({ tenant_id: nobody, session_id: id, generation }), expires_at },
  }
}

export async function startSession(scope: StaffScope, who: Staff, amr: string[], user_agent?: string) {
  const { tx, call } = scope
  const at = now()
  const expires_at = new Date(at.getTime() + config.REFRESH_TOKEN_EXPIRE_DAYS * 86_400_000)
  const [session] = await tx
    .insert(staffSessions)
    .values({ staff_id: who.id, rotated_at: at, expires_at, amr, address: call.address, user_agent: user_agent?.slice(0, 400) })
    .returning()
  await tx.update(staff).set({ last_sign_in_at: at }).where(eq(staff.id, who.id))
  await audit({ ...scope, actor: stranger(who.id) }, 'sessions.create', session!.id)
  routine(scope, 'recorded as done by who signed in')
  return issue(session!, who)
}

const isLiving = () =>
  and(isNull(staffSessions.ended_at), gt(staffSessions.expires_at, now()), gt(staffSessions.rotated_at, ago(limits.sessionIdleMs)))

/** Who sent this access token, as he is just now: read anew at each request, as staff are few. */
export async function loadStaff(token: string): Promise<KnownStaff | undefined> {
  const claims = access.remembered(token) ?? (await access.verify(token))
  if (!claims) return undefined
  const [row] = await inManagement(stranger(), 'read only', ({ tx }) =>
    tx
      .select({ session: staffSessions, who: staff })
      .from(staffSessions)
      .innerJoin(staff, and(eq(staff.id, staffSessions.staff_id), eq(staff.disabled, false)))
      .where(and(eq(staffSessions.id, claims.sid), eq(staffSessions.staff_id, claims.user_id), isLiving())),
  )
  if (!row) return undefined
  const { id, expires_at } = row.session
  return { actor: staffActor(row.who.id, row.who.role), session: { id, expires_at } }
}

/** Rotates at each use, and forgives and punishes as the Cloud's does. 401 in every refused case. */
export async function refreshSession(cookie: string | undefined, call: Call) {
  const token = cookie === undefined ? undefined : refresh.read(cookie)
  if (!token) throw ended()
  const outcome = await inManagement(
    stranger(),
    'read write',
    async (scope) => {
      routine(scope, 'a rotation decides nothing')
      const { tx } = scope
      const mine = and(eq(staffSessions.id, token.session_id), isLiving())
      const [session] = await tx.select().from(staffSessions).where(mine).for('update')
      const [who] = session
        ? await tx
            .select()
            .from(staff)
            .where(and(eq(staff.id, session.staff_id), eq(staff.disabled, false)))
        : []
      if (!session || !who) return undefined
      const verdict = judge(session, token.generation)
      if (verdict === 'reused') {
        await endSession(scope, session, 'reused')
        return undefined
      }
      const change =
        verdict === 'current'
          ? { generation: session.generation + 1, rotated_at: now(), grace_uses: 0 }
          : { grace_uses: session.grace_uses + 1 }
      const [after] = await tx.update(staffSessions).set(change).where(mine).returning()
      return issue(after!, who)
    },
    call,
  )
  if (!outcome) throw ended()
  return outcome
}

async function endSession(scope: StaffScope, { id, staff_id }: Session, end_reason: LeftBy | 'reused') {
  await scope.tx.update(staffSessions).set({ ended_at: now(), end_reason }).where(eq(staffSessions.id, id))
  const action = end_reason === 'reused' ? 'sessions.reuse_detected' : 'sessions.end'
  await audit({ ...scope, actor: stranger(staff_id) }, action, id, { after: { end_reason } })
}

/** Signing out twice, or with a cookie that means nothing, is fine too. */
export async function signOut(cookie: string | undefined, end_reason: LeftBy, call: Call) {
  const token = cookie === undefined ? undefined : refresh.read(cookie)
  if (!token) return
  await inManagement(
    stranger(),
    'read write',
    async (scope) => {
      routine(scope, 'recorded as done by who signs out')
      const [session] = await scope.tx
        .select()
        .from(staffSessions)
        .where(and(eq(staffSessions.id, token.session_id), isLiving()))
        .for('update')
      if (session) await endSession(scope, session, end_reason)
    },
    call,
  )
}

/** Whatever changes what somebody may do ends his sessions. */
export const endSessionsOf = ({ tx }: StaffScope, staff_id: string, end_reason: NonNullable<Session['end_reason']>) =>
  tx
    .update(staffSessions)
    .set({ ended_at: new Date(nowMs()), end_reason })
    .where(and(eq(staffSessions.staff_id, staff_id), isNull(staffSessions.ended_at)))

export async function describeMe({ tx, actor }: StaffScope, session: KnownStaff['session']) {
  const [me] = await tx.select().from(staff).where(eq(staff.id, actor.id))
  if (!me) throw ended()
  return { id: me.id, email: me.email, name: me.name, role: me.role, permissions: [...actor.permissions], session }
}
