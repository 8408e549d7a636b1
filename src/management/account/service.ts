import { and, desc, eq, gt, isNull, ne } from 'drizzle-orm'
import { assertGoodPassword } from '../../core/breached-passwords'
import { now, nowMs } from '../../core/clock'
import { Problem, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { assertPasswordsAllowed, hashPassword, verifyPassword } from '../../core/passwords'
import { type Call, ago } from '../../core/scope'
import { seal, unseal } from '../../core/secrets'
import { throttle } from '../../core/throttle'
import { forApp, newRecoveryCode, newSecret, recoveryHash, stepOf } from '../../core/totp'
import type { KnownStaff } from '../guard'
import { type StaffScope, audit, inManagement } from '../scope'
import { staffSessions } from '../sign-in/schema'
import { staff } from '../staff/schema'

type Staff = typeof staff.$inferSelect

const place = (staff_id: string) => `staff ${staff_id}`
const living = ({ actor }: StaffScope) =>
  and(
    eq(staffSessions.staff_id, actor.id),
    isNull(staffSessions.ended_at),
    gt(staffSessions.expires_at, now()),
    gt(staffSessions.rotated_at, ago(limits.sessionIdleMs)),
  )

/** Newest first. */
export async function listSessions(scope: StaffScope, current: string) {
  const found = await scope.tx
    .select({
      id: staffSessions.id,
      created_at: staffSessions.created_at,
      last_used_at: staffSessions.rotated_at,
      expires_at: staffSessions.expires_at,
      address: staffSessions.address,
      user_agent: staffSessions.user_agent,
    })
    .from(staffSessions)
    .where(living(scope))
    .orderBy(desc(staffSessions.id))
    .limit(limits.pageRows)
  return { items: found.map((session) => ({ ...session, current: session.id === current })) }
}

/** 404 for anybody else's. */
export async function endSession(scope: StaffScope, id: string) {
  const ended = await scope.tx
    .update(staffSessions)
    .set({ ended_at: now(), end_reason: 'revoked' })
    .where(and(living(scope), eq(staffSessions.id, id)))
    .returning({ id: staffSessions.id })
  if (!ended.length) throw notFound('session')
  await audit(scope, 'sessions.revoke', id)
}

/** All but the one it is done with. */
const endOthers = (scope: StaffScope, current: string, end_reason: 'revoked' | 'password_changed' | 'factor_changed') =>
  scope.tx
    .update(staffSessions)
    .set({ ended_at: now(), end_reason })
    .where(and(living(scope), ne(staffSessions.id, current)))

export async function endOtherSessions(scope: StaffScope, current: string) {
  await endOthers(scope, current, 'revoked')
  await audit(scope, 'sessions.revoke_others', null)
}

async function find({ tx, actor }: StaffScope) {
  const [me] = await tx.select().from(staff).where(eq(staff.id, actor.id)).for('no key update')
  if (!me) throw notFound('member of staff')
  return me
}

const wrongPassword = (path: string) =>
  new Problem(422, 'wrong_password', 'The password is not right', { errors: [{ path, message: 'is not right' }] })
const wrongCode = () =>
  new Problem(422, 'wrong_code', 'The code is not right, or was used already', {
    errors: [{ path: '/totp_code', message: 'is not right' }],
  })

/** Whoever holds the session alone changes nothing of how one signs in. Failures count as those of a sign-in do. Gives the row that was proven. */
async function provePassword({ actor }: KnownStaff, password: string, path: string, call: Call): Promise<Staff> {
  assertPasswordsAllowed()
  const [me] = await inManagement(actor, 'read only', ({ tx }) => tx.select().from(staff).where(eq(staff.id, actor.id)))
  if (!me?.password_hash) throw new Problem(409, 'no_password', 'You sign in with Microsoft, which keeps your password and second factor')
  const attempt = await throttle(`staff ${me.email}`, call.address)
  const right = await verifyPassword(password, me.password_hash).catch(async (error: unknown) => {
    await attempt.withdraw()
    throw error
  })
  if (right) {
    await attempt.succeeded()
    return me
  }
  await attempt.failed()
  await inManagement(actor, 'read write', (scope) => audit(scope, 'passwords.refuse', actor.id), call)
  throw wrongPassword(path)
}

/** As he who proved it, unless the password was changed meanwhile. */
const asProven = <T>(known: KnownStaff, proven: Staff, path: string, call: Call, work: (scope: StaffScope, me: Staff) => Promise<T>) =>
  inManagement(
    known.actor,
    'read write',
    async (scope) => {
      const me = await find(scope)
      if (me.password_hash !== proven.password_hash) throw wrongPassword(path)
      return work(scope, me)
    },
    call,
  )

/** All other sessions end. */
export async function changePassword(known: KnownStaff, input: { current_password: string; new_password: string }, call: Call) {
  const proven = await provePassword(known, input.current_password, '/current_password', call)
  await assertGoodPassword(input.new_password, proven.email, '/new_password')
  const password_hash = await hashPassword(input.new_password)
  await asProven(known, proven, '/current_password', call, async (scope, { id }) => {
    await scope.tx.update(staff).set({ password_hash }).where(eq(staff.id, id))
    await endOthers(scope, known.session.id, 'password_changed')
    await audit(scope, 'passwords.change', id)
  })
}

/** A new authenticator beside the one there is, which works on until a code of the new one is shown. */
export async function beginFactor(known: KnownStaff, password: string, call: Call) {
  const proven = await provePassword(known, password, '/password', call)
  const secret = newSecret()
  await asProven(known, proven, '/password', call, async (scope, { id }) => {
    const mfa_pending_secret = seal(secret, place(id))
    await scope.tx.update(staff).set({ mfa_pending_secret, mfa_pending_at: now(), mfa_pending_tries: 0 }).where(eq(staff.id, id))
    await audit(scope, 'mfa.enrol', id)
  })
  return forApp(secret, proven.email)
}

/** In place of the one before, with recovery codes of its own; all other sessions end. Five tries, 15 minutes. */
export async function confirmFactor(known: KnownStaff, totp_code: string, call: Call) {
  const outcome = await inManagement(
    known.actor,
    'read write',
    async (scope) => {
      const { tx } = scope
      const me = await find(scope)
      const { id, mfa_pending_secret: pending, mfa_pending_at: since } = me
      if (!pending || !since || nowMs() - since.getTime() > limits.mfaPendingMs || me.mfa_pending_tries >= limits.mfaTries)
        throw new Problem(409, 'nothing_pending', 'Begin again: nothing waits for a code any more')
      const step = stepOf(totp_code, unseal(pending, place(id)))
      if (step === undefined) {
        await tx
          .update(staff)
          .set({ mfa_pending_tries: me.mfa_pending_tries + 1 })
          .where(eq(staff.id, id))
        await audit(scope, 'mfa.refuse', id)
        return undefined
      }
      const codes = Array.from({ length: limits.recoveryCodes }, newRecoveryCode)
      const factor = { mfa_secret: pending, mfa_confirmed_at: now(), mfa_last_step: step, recovery_hashes: codes.map(recoveryHash) }
      await tx
        .update(staff)
        .set({ ...factor, mfa_pending_secret: null, mfa_pending_at: null })
        .where(eq(staff.id, id))
      await endOthers(scope, known.session.id, 'factor_changed')
      await audit(scope, 'mfa.replace', id)
      return codes
    },
    call,
  )
  if (!outcome) throw wrongCode()
  return { recovery_codes: outcome }
}

/** In place of those before, of which none works any more. */
export async function renewRecoveryCodes(known: KnownStaff, password: string, call: Call) {
  const proven = await provePassword(known, password, '/password', call)
  const codes = Array.from({ length: limits.recoveryCodes }, newRecoveryCode)
  await asProven(known, proven, '/password', call, async (scope, { id }) => {
    await scope.tx
      .update(staff)
      .set({ recovery_hashes: codes.map(recoveryHash) })
      .where(eq(staff.id, id))
    await audit(scope, 'mfa.renew_codes', id)
  })
  return { recovery_codes: codes }
}

/** Whether there is one, and how many recovery codes are left. */
export async function describeFactor({ tx, actor }: StaffScope) {
  const [me] = await tx.select().from(staff).where(eq(staff.id, actor.id))
  if (!me) throw notFound('member of staff')
  return { password: me.password_hash !== null, since: me.mfa_confirmed_at, recovery_codes_left: me.recovery_hashes.length }
}
