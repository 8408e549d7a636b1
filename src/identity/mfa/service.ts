import { and, eq, gt, lt, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import type { Known } from '../../core/authenticate'
import { now, nowMs } from '../../core/clock'
import { Problem } from '../../core/errors'
import { limits } from '../../core/limits'
import { type Call, type Scope, bareUser, inTenant } from '../../core/scope'
import { mintCredential, readCredential, seal, unseal } from '../../core/secrets'
import { throttle } from '../../core/throttle'
import { addressOfUser, provePassword } from '../auth/proof'
import { keyUri, newRecoveryCode, newSecret, recoveryHash, stepOf } from './codes'
import { mfaChallenges } from './schema'

/** One of the two. */
export interface Code {
  totp_code?: string
  recovery_code?: string
}

interface Factor extends Record<string, unknown> {
  secret: string
  confirmed_at: string | null
  created_at: string
  recovery_codes_left: number
}

const place = (user_id: string) => `mfa_factor ${user_id}`
const wrongCode = (path: string) =>
  new Problem(422, 'wrong_code', 'The code is not right, or was used already', {
    errors: [{ path, message: 'is not right, or was used already' }],
  })
const challengeOver = () => new Problem(401, 'mfa_session_ended', 'Begin again with the password')
const notEnrolled = () => new Problem(409, 'mfa_not_enabled', 'Two-factor authentication is not switched on')
const alreadyEnabled = () => new Problem(409, 'mfa_enabled', 'Two-factor authentication is switched on already')

async function findFactor({ tx, actor }: Scope): Promise<Factor | undefined> {
  const [factor] = await tx.execute<Factor>(sql`select * from mfa_find(${actor.id})`)
  return factor
}

const told = async (asked: Promise<readonly Record<string, unknown>[]>) => (await asked)[0]?.done === true

/** Uses a code up: a time step by an atomic update, a recovery code by deleting it. Which it was, or undefined where it does not hold. */
async function takeCode(scope: Scope, { totp_code, recovery_code }: Code): Promise<'totp' | 'recovery_code' | undefined> {
  const { tx, actor } = scope
  const factor = await findFactor(scope)
  if (!factor?.confirmed_at) return undefined
  if (totp_code !== undefined) {
    const step = stepOf(totp_code, unseal(factor.secret, place(actor.id)))
    return step !== undefined && (await told(tx.execute(sql`select mfa_take_step(${actor.id}, ${step}) as done`))) ? 'totp' : undefined
  }
  const taken = await told(tx.execute(sql`select mfa_take_recovery_code(${actor.id}, ${recoveryHash(recovery_code ?? '')}) as done`))
  return taken ? 'recovery_code' : undefined
}

/** A wrong code: recorded, and so kept with the try that was counted. */
async function refuse(scope: Scope): Promise<undefined> {
  await audit(scope, 'mfa.refuse', scope.actor.id)
  return undefined
}

const fieldOf = ({ totp_code }: Code) => (totp_code === undefined ? '/recovery_code' : '/totp_code')

function assertOneCode({ totp_code, recovery_code }: Code) {
  if ((totp_code === undefined) === (recovery_code === undefined))
    throw new Problem(422, 'invalid', 'Send either totp_code or recovery_code')
}

/**
 * Runs one attempt at a code. What `work` does is kept also where it answers undefined, which stands for a wrong code: the try is counted and recorded.
 * Wrong codes slow down the account itself (RFC 6238 section 5.2 leaves 2 in 10^6 to chance), and only those who know the password come this far.
 */
async function attempt<T>(user_id: string, call: Call, work: () => Promise<T | undefined>): Promise<T | undefined> {
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

export async function describeMfa(scope: Scope) {
  const factor = await findFactor(scope)
  const enabled = Boolean(factor?.confirmed_at)
  return {
    enabled,
    enabled_at: factor?.confirmed_at ? new Date(factor.confirmed_at) : null,
    recovery_codes_left: enabled ? factor!.recovery_codes_left : 0,
  }
}

/** A new secret, pending until `confirmMfa`. 409 where one is in use: that is switched off first, which needs a code of it. */
export async function enrolMfa({ actor }: Known, password: string, call: Call) {
  await provePassword(actor, password, call, '/password')
  const secret = newSecret()
  const sealed = seal(secret, place(actor.id))
  await inTenant(
    actor,
    'read write',
    async (scope) => {
      const begun = await told(scope.tx.execute(sql`select mfa_enrol(${actor.id}, ${sealed}, ${now().toISOString()}) as done`))
      if (!begun) throw alreadyEnabled()
      await audit(scope, 'mfa.enrol', actor.id)
    },
    call,
  )
  return { secret, otpauth_url: keyUri(secret, await addressOfUser(actor)) }
}

/** Every other session began without this factor, or with one that is gone. */
async function endOtherSessions({ tx, actor, signals }: Scope, sid: string) {
  const [row] = await tx.execute<{ ended: string[] }>(
    sql`select end_other_sessions(${actor.id}, ${sid}, 'mfa_changed', ${now().toISOString()}) as ended`,
  )
  for (const key of row!.ended) signals.push({ topic: 'sessions', key })
}

/** A code shows that the app holds the secret: from now on it is asked for. The recovery codes are told this once. */
export async function confirmMfa({ actor, session }: Known, totp_code: string, call: Call) {
  const recovery_codes = Array.from({ length: limits.recoveryCodes }, newRecoveryCode)
  const confirmed = await attempt(actor.id, call, () =>
    inTenant(
      actor,
      'read write',
      async (scope) => {
        const factor = await findFactor(scope)
        if (factor?.confirmed_at) throw alreadyEnabled()
        if (!factor || nowMs() - Date.parse(factor.created_at) > limits.mfaPendingMs)
          throw new Problem(409, 'mfa_not_begun', 'Begin the enrolment again')
        const step = stepOf(totp_code, unseal(factor.secret, place(actor.id)))
        if (step === undefined) return refuse(scope)
        const codes = JSON.stringify(recovery_codes.map(recoveryHash))
        const asked = sql`select mfa_confirm(${actor.id}, ${factor.secret}, ${step}, ${codes}::json, ${now().toISOString()}) as done`
        if (!(await told(scope.tx.execute(asked)))) throw alreadyEnabled()
        await endOtherSessions(scope, session!.sid)
        await audit(scope, 'mfa.enable', actor.id)
        return true
      },
      call,
    ),
  )
  if (!confirmed) throw wrongCode('/totp_code')
  return { recovery_codes }
}

/** Switching off needs both: the password and a code. */
export async function disableMfa({ actor, session }: Known, { password, ...code }: Code & { password: string }, call: Call) {
  assertOneCode(code)
  await provePassword(actor, password, call, '/password')
  const done = await attempt(actor.id, call, () =>
    inTenant(
      actor,
      'read write',
      async (scope) => {
        if (!(await findFactor(scope))?.confirmed_at) throw notEnrolled()
        const factor = await takeCode(scope, code)
        if (!factor) return refuse(scope)
        await scope.tx.execute(sql`select mfa_remove(${actor.id})`)
        await endOtherSessions(scope, session!.sid)
        await audit(scope, 'mfa.disable', actor.id, { after: { factor } })
        return true
      },
      call,
    ),
  )
  if (!done) throw wrongCode(fieldOf(code))
}

/** Where the user who signs in has a second factor: what it needs to be asked for. The token opens nothing by itself. */
export async function challenge(scope: Scope) {
  const factor = await findFactor(scope)
  if (!factor?.confirmed_at) return undefined
  const { tx, owned, actor } = scope
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzm', actor.tenant_id, id)
  await tx.insert(mfaChallenges).values(owned({ id, hash, user_id: actor.id, expires_at: new Date(nowMs() + limits.mfaChallengeMs) }))
  routine(scope, 'half a sign-in opens nothing')
  return { mfa_required: true as const, session_token: text }
}

/**
 * The second half of a sign-in: `enter` opens the session, in the transaction that uses up challenge and code, or in another of the user's tenants after it.
 * A challenge lasts 5 minutes, 5 tries and one success; each try holds its row, so that tries at once come one after the other.
 * 401 in either case: `mfa_session_ended` where the challenge is over, `wrong_code` for a code that does not hold.
 */
export async function meetChallenge<T>(
  { session_token, tenant_id, ...code }: Code & { session_token: string; tenant_id?: string },
  call: Call,
  enter: (scope: Scope) => Promise<T>,
): Promise<T> {
  assertOneCode(code)
  const token = readCredential('mzm', session_token)
  if (!token) throw challengeOver()
  const user_id = await challengedUser(token)
  const here = tenant_id === undefined || tenant_id === token.tenant_id
  const met = await attempt(user_id, call, () =>
    inTenant(
      bareUser(token.tenant_id, user_id),
      'read write',
      async (scope) => {
        const { tx, own } = scope
        const mine = and(own(mfaChallenges), eq(mfaChallenges.id, token.id), eq(mfaChallenges.hash, token.hash))
        const [open] = await tx
          .update(mfaChallenges)
          .set({ tries: sql`${mfaChallenges.tries} + 1` })
          .where(and(mine, gt(mfaChallenges.expires_at, now()), lt(mfaChallenges.tries, limits.mfaTries)))
          .returning({ id: mfaChallenges.id })
        if (!open) throw challengeOver()
        const factor = await takeCode(scope, code)
        if (!factor) return refuse(scope)
        await tx.delete(mfaChallenges).where(mine)
        await audit(scope, 'mfa.verify', user_id, { after: { factor } })
        return { entered: here ? await enter(scope) : undefined }
      },
      call,
    ),
  )
  if (!met) throw new Problem(401, 'wrong_code', 'The code is not right, or was used already')
  return met.entered ?? inTenant(bareUser(tenant_id ?? token.tenant_id, user_id), 'read write', enter, call)
}

async function challengedUser({ tenant_id, id, hash }: { tenant_id: string; id: string; hash: string }): Promise<string> {
  const [found] = await inTenant(bareUser(tenant_id), 'read only', ({ tx, own }) =>
    tx
      .select({ user_id: mfaChallenges.user_id })
      .from(mfaChallenges)
      .where(and(own(mfaChallenges), eq(mfaChallenges.id, id), eq(mfaChallenges.hash, hash))),
  )
  if (!found) throw challengeOver()
  return found.user_id
}
