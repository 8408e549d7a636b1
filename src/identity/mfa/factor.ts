import { and, eq, gt, lt, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { now, nowMs } from '../../core/clock'
import { Problem } from '../../core/errors'
import { limits } from '../../core/limits'
import { type Call, type Scope, bareUser, inTenant } from '../../core/scope'
import { readCredential, seal, unseal } from '../../core/secrets'
import { throttle } from '../../core/throttle'
import { type Proof, stillProven } from '../auth/proof'
import { newRecoveryCode, newSecret, recoveryHash, stepOf } from '../../core/totp'
import { mfaChallenges } from './schema'

// What setting a factor up and asking for it have in common, for who is signed in and for who is signing in.

interface Factor extends Record<string, unknown> {
  secret: string
  confirmed_at: string | null
  created_at: string
  recovery_codes_left: number
}

const place = (user_id: string) => `mfa_factor ${user_id}`
export const wrongCode = (path: string) =>
  new Problem(422, 'wrong_code', 'The code is not right, or was used already', {
    errors: [{ path, message: 'is not right, or was used already' }],
  })
const challengeOver = () => new Problem(401, 'mfa_session_ended', 'Begin again with the password')
const alreadyEnabled = () => new Problem(409, 'mfa_enabled', 'Two-factor authentication is switched on already')

export async function findFactor({ tx, actor }: Scope): Promise<Factor | undefined> {
  const [factor] = await tx.execute<Factor>(sql`select * from mfa_find(${actor.id})`)
  return factor
}

export const told = async (asked: Promise<readonly Record<string, unknown>[]>) => (await asked)[0]?.done === true

/** A wrong code: recorded, and so kept with the try that was counted. */
export async function refuse(scope: Scope): Promise<undefined> {
  await audit(scope, 'mfa.refuse', scope.actor.id)
  return undefined
}

/**
 * Runs one attempt at a code. What `work` does is kept also where it answers undefined, which stands for a wrong code: the try is counted and recorded.
 * Wrong codes slow down the account itself (RFC 6238 section 5.2 leaves 2 in 10^6 to chance), and only those who know the password come this far.
 */
export async function attempt<T>(user_id: string, call: Call, work: () => Promise<T | undefined>): Promise<T | undefined> {
  const counted = await throttle(`mfa ${user_id}`, call.address)
  try {
    const outcome = await work()
    await (outcome === undefined ? counted.failed() : counted.succeeded())
    return outcome
  } catch (error) {
    await counted.withdraw()
    throw error
  }
}

export const hasFactor = async (scope: Scope) => Boolean((await findFactor(scope))?.confirmed_at)

/** The time step of a code that this factor has made just now. */
export const stepFor = ({ secret }: Factor, user_id: string, totp_code: string) => stepOf(totp_code, unseal(secret, place(user_id)))

/** A new secret, pending until it is confirmed. 409 where one is in use. */
export async function beginEnrolment(scope: Scope): Promise<string> {
  const { tx, actor } = scope
  const secret = newSecret()
  const sealed = seal(secret, place(actor.id))
  const begun = await told(tx.execute(sql`select mfa_enrol(${actor.id}, ${sealed}, ${now().toISOString()}) as done`))
  if (!begun) throw alreadyEnabled()
  await audit(scope, 'mfa.enrol', actor.id)
  return secret
}

/** Every other session began without this factor, or with one that is gone. */
export async function endOtherSessions({ tx, actor, signals }: Scope, sid: string) {
  const [row] = await tx.execute<{ ended: string[] }>(
    sql`select end_other_sessions(${actor.id}, ${sid}, 'mfa_changed', ${now().toISOString()}) as ended`,
  )
  for (const key of row!.ended) signals.push({ topic: 'sessions', key })
}

export const newRecoveryCodes = () => Array.from({ length: limits.recoveryCodes }, newRecoveryCode)
export const hashesOf = (codes: string[]) => JSON.stringify(codes.map(recoveryHash))

/** Switches a pending factor on with a code of it. Returns the recovery codes; undefined for a wrong code, which is recorded. */
export async function confirmFactor(scope: Scope, totp_code: string): Promise<string[] | undefined> {
  const { tx, actor } = scope
  const factor = await findFactor(scope)
  if (factor?.confirmed_at) throw alreadyEnabled()
  if (!factor || nowMs() - Date.parse(factor.created_at) > limits.mfaPendingMs)
    throw new Problem(409, 'mfa_not_begun', 'Begin the enrolment again')
  const step = stepFor(factor, actor.id, totp_code)
  if (step === undefined) return refuse(scope)
  const codes = newRecoveryCodes()
  const asked = sql`select mfa_confirm(${actor.id}, ${factor.secret}, ${step}, ${hashesOf(codes)}::json, ${now().toISOString()}) as done`
  if (!(await told(tx.execute(asked)))) throw alreadyEnabled()
  return codes
}

interface ChallengeToken {
  tenant_id: string
  id: string
  hash: string
}
type Purpose = (typeof mfaChallenges.$inferSelect)['purpose']

export function readChallenge(session_token: string): ChallengeToken {
  const token = readCredential('mzm', session_token)
  if (!token) throw challengeOver()
  return token
}

const thisOne = ({ own }: Scope, { id, hash }: ChallengeToken, purpose: Purpose) =>
  and(
    own(mfaChallenges),
    eq(mfaChallenges.id, id),
    eq(mfaChallenges.hash, hash),
    eq(mfaChallenges.purpose, purpose),
    gt(mfaChallenges.expires_at, now()),
    stillProven(mfaChallenges),
  )

/** Each try holds the challenge's row, so that tries at once come one after the other. */
export async function countTry(scope: Scope, token: ChallengeToken, purpose: Purpose) {
  const [open] = await scope.tx
    .update(mfaChallenges)
    .set({ tries: sql`${mfaChallenges.tries} + 1` })
    .where(and(thisOne(scope, token, purpose), lt(mfaChallenges.tries, limits.mfaTries)))
    .returning({ id: mfaChallenges.id })
  if (!open) throw challengeOver()
}

/** Who is signing in with this token. */
export async function challengedUser(token: ChallengeToken, purpose: Purpose): Promise<Proof & { user_id: string }> {
  const [found] = await inTenant(bareUser(token.tenant_id), 'read only', (scope) =>
    scope.tx
      .select({
        user_id: mfaChallenges.user_id,
        amr: mfaChallenges.amr,
        identity_id: mfaChallenges.identity_id,
        sign_in_version: mfaChallenges.sign_in_version,
      })
      .from(mfaChallenges)
      .where(thisOne(scope, token, purpose)),
  )
  if (!found) throw challengeOver()
  return found
}
