import { and, eq, gt, lt, sql } from 'drizzle-orm'
import { now, nowMs } from '../../core/clock'
import { Problem } from '../../core/errors'
import { limits } from '../../core/limits'
import { assertPasswordsAllowed, verifyPassword } from '../../core/passwords'
import { type Call, nobody } from '../../core/scope'
import { mintCredential, readCredential, seal, unseal } from '../../core/secrets'
import { throttle } from '../../core/throttle'
import { forApp, newRecoveryCode, newSecret, recoveryHash, stepOf } from '../../core/totp'
import { type StaffScope, audit, inManagement, routine, stranger } from '../scope'
import { staff } from '../staff/schema'
import { staffChallenges } from './schema'
import { type Staff, startSession } from './sessions'

type Purpose = 'verify' | 'enrol'

const place = (staff_id: string) => `staff ${staff_id}`
const wrong = () => new Problem(401, 'invalid_credentials', 'The e-mail address or the password is not right')
const challengeOver = () => new Problem(401, 'mfa_session_ended', 'Begin again with the password')
const wrongCode = () => new Problem(401, 'wrong_code', 'The code is not right, or was used already')

const recordRefusal = (id: string | undefined, call: Call) =>
  inManagement(stranger(id), 'read write', (scope) => audit(scope, 'sessions.refuse', null), call)

/** A password is half of a sign-in: the second factor is asked for, or set up. 401 for whatever is wrong, at the same cost. */
export async function signIn({ email, password }: { email: string; password: string }, call: Call) {
  assertPasswordsAllowed()
  const attempt = await throttle(`staff ${email}`, call.address)
  const [who] = await inManagement(stranger(), 'read only', ({ tx }) =>
    tx
      .select()
      .from(staff)
      .where(sql`lower(${staff.email}) = lower(${email})`),
  )
  const right = await verifyPassword(password, who?.password_hash).catch(async (error: unknown) => {
    await attempt.withdraw()
    throw error
  })
  if (!right || !who || who.disabled) {
    await attempt.failed()
    await recordRefusal(who?.id, call)
    throw wrong()
  }
  await attempt.succeeded()
  const session_token = await ask(who, who.mfa_confirmed_at ? 'verify' : 'enrol', call)
  return who.mfa_confirmed_at ? { mfa_required: true as const, session_token } : { mfa_enrolment_required: true as const, session_token }
}

function ask({ id: staff_id }: Staff, purpose: Purpose, call: Call): Promise<string> {
  return inManagement(
    stranger(staff_id),
    'read write',
    async (scope) => {
      const id = Bun.randomUUIDv7()
      const { text, hash } = mintCredential('mzm', nobody, id)
      const expires_at = new Date(nowMs() + (purpose === 'enrol' ? limits.mfaPendingMs : limits.mfaChallengeMs))
      await scope.tx.insert(staffChallenges).values({ id, hash, staff_id, purpose, expires_at })
      routine(scope, 'half a sign-in opens nothing')
      return text
    },
    call,
  )
}

/** Counts a try at the challenge and gives who it is for; its row stays locked, so that tries at once come one after the other. */
async function countTry({ tx }: StaffScope, session_token: string, purpose: Purpose) {
  const token = readCredential('mzm', session_token)
  if (!token) throw challengeOver()
  const mine = and(
    eq(staffChallenges.id, token.id),
    eq(staffChallenges.hash, token.hash),
    eq(staffChallenges.purpose, purpose),
    lt(staffChallenges.tries, limits.mfaTries),
    gt(staffChallenges.expires_at, now()),
  )
  const [open] = await tx
    .update(staffChallenges)
    .set({ tries: sql`${staffChallenges.tries} + 1` })
    .where(mine)
    .returning()
  if (!open) throw challengeOver()
  const [who] = await tx
    .select()
    .from(staff)
    .where(and(eq(staff.id, open.staff_id), eq(staff.disabled, false)))
    .for('no key update')
  if (!who) throw challengeOver()
  return { who, useUp: () => tx.delete(staffChallenges).where(eq(staffChallenges.id, open.id)) }
}

/** One try, counted also where it fails; a wrong code is recorded. */
async function attemptCode<T>(
  session_token: string,
  purpose: Purpose,
  call: Call,
  work: (scope: StaffScope, who: Staff, useUp: () => Promise<unknown>) => Promise<T | undefined>,
): Promise<T> {
  assertPasswordsAllowed()
  const outcome = await inManagement(
    stranger(),
    'read write',
    async (scope) => {
      const { who, useUp } = await countTry(scope, session_token, purpose)
      const found = await work({ ...scope, actor: stranger(who.id) }, who, async () => useUp())
      if (found === undefined) await audit({ ...scope, actor: stranger(who.id) }, 'mfa.refuse', who.id)
      routine(scope, 'recorded as done by who signs in')
      return found
    },
    call,
  )
  if (outcome === undefined) throw wrongCode()
  return outcome
}

/** A step of the authenticator, or a recovery code, each used once. */
async function takeCode({ tx }: StaffScope, who: Staff, { totp_code, recovery_code }: Code): Promise<boolean> {
  if (totp_code === undefined) {
    const hash = recoveryHash(recovery_code ?? '')
    if (!who.recovery_hashes.includes(hash)) return false
    const recovery_hashes = who.recovery_hashes.filter((kept) => kept !== hash)
    await tx.update(staff).set({ recovery_hashes }).where(eq(staff.id, who.id))
    return true
  }
  const step = stepOf(totp_code, unseal(who.mfa_secret!, place(who.id)))
  if (step === undefined || step <= who.mfa_last_step) return false
  await tx.update(staff).set({ mfa_last_step: step }).where(eq(staff.id, who.id))
  return true
}

interface Code {
  totp_code?: string
  recovery_code?: string
}

export function verifySecondFactor({ session_token, ...code }: Code & { session_token: string }, call: Call, userAgent?: string) {
  if ((code.totp_code === undefined) === (code.recovery_code === undefined))
    throw new Problem(422, 'invalid', 'Send either totp_code or recovery_code')
  return attemptCode(session_token, 'verify', call, async (scope, who, useUp) => {
    if (!(await takeCode(scope, who, code))) return undefined
    await useUp()
    return startSession(scope, who, ['pwd', 'otp', 'mfa'], userAgent)
  })
}

/** A new secret, pending until a code of it is shown. */
export function startEnrolment(session_token: string, call: Call) {
  return attemptCode(session_token, 'enrol', call, async (scope, who) => {
    const secret = newSecret()
    await scope.tx
      .update(staff)
      .set({ mfa_secret: seal(secret, place(who.id)), mfa_confirmed_at: null, mfa_last_step: 0 })
      .where(eq(staff.id, who.id))
    await audit(scope, 'mfa.enrol', who.id)
    return forApp(secret, who.email)
  })
}

/** The recovery codes are told this once. */
export function finishEnrolment(
  { session_token, totp_code }: { session_token: string; totp_code: string },
  call: Call,
  userAgent?: string,
) {
  return attemptCode(session_token, 'enrol', call, async (scope, who, useUp) => {
    const step = who.mfa_secret ? stepOf(totp_code, unseal(who.mfa_secret, place(who.id))) : undefined
    if (step === undefined) return undefined
    await useUp()
    const recovery_codes = Array.from({ length: limits.recoveryCodes }, newRecoveryCode)
    await scope.tx
      .update(staff)
      .set({ mfa_confirmed_at: now(), mfa_last_step: step, recovery_hashes: recovery_codes.map(recoveryHash) })
      .where(eq(staff.id, who.id))
    await audit(scope, 'mfa.enable', who.id)
    return { ...(await startSession(scope, who, ['pwd', 'otp', 'mfa'], userAgent)), recovery_codes }
  })
}
