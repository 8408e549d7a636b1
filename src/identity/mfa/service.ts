import { and, eq, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import type { Known } from '../../core/authenticate'
import { nowMs } from '../../core/clock'
import { Problem } from '../../core/errors'
import { limits } from '../../core/limits'
import { type Call, type Scope, bareUser, inTenant } from '../../core/scope'
import { mintCredential } from '../../core/secrets'
import { type HeldProof, type Proof, addressOfUser, provePassword } from '../auth/proof'
import { sessions } from '../auth/schema'
import { assertUnbound } from '../auth/session-rules'
import { getTenant } from '../tenants/service'
import { forApp, recoveryHash } from '../../core/totp'
import {
  attempt,
  beginEnrolment,
  challengedUser,
  confirmFactor,
  countTry,
  endOtherSessions,
  findFactor,
  hashesOf,
  newRecoveryCodes,
  readChallenge,
  refuse,
  stepFor,
  told,
  wrongCode,
} from './factor'
import { mfaChallenges } from './schema'

/** One of the two. */
export interface Code {
  totp_code?: string
  recovery_code?: string
}

const notEnrolled = () => new Problem(409, 'mfa_not_enabled', 'Two-factor authentication is not switched on')

/** Uses a code up: a time step by an atomic update, a recovery code by deleting it. Which it was, or undefined where it does not hold. */
async function takeCode(scope: Scope, { totp_code, recovery_code }: Code): Promise<'totp' | 'recovery_code' | undefined> {
  const { tx, actor } = scope
  const factor = await findFactor(scope)
  if (!factor?.confirmed_at) return undefined
  if (totp_code !== undefined) {
    const step = stepFor(factor, actor.id, totp_code)
    return step !== undefined && (await told(tx.execute(sql`select mfa_take_step(${actor.id}, ${step}) as done`))) ? 'totp' : undefined
  }
  const taken = await told(tx.execute(sql`select mfa_take_recovery_code(${actor.id}, ${recoveryHash(recovery_code ?? '')}) as done`))
  return taken ? 'recovery_code' : undefined
}

const fieldOf = ({ totp_code }: Code) => (totp_code === undefined ? '/recovery_code' : '/totp_code')

function assertOneCode({ totp_code, recovery_code }: Code) {
  if ((totp_code === undefined) === (recovery_code === undefined))
    throw new Problem(422, 'invalid', 'Send either totp_code or recovery_code')
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
  const secret = await inTenant(actor, 'read write', beginEnrolment, call)
  return forApp(secret, await addressOfUser(actor))
}

/** A code shows that the app holds the secret: from now on it is asked for. The recovery codes are told this once. */
export async function confirmMfa({ actor, session }: Known, totp_code: string, call: Call) {
  const recovery_codes = await attempt(actor.id, call, () =>
    inTenant(
      actor,
      'read write',
      async (scope) => {
        const codes = await confirmFactor(scope, totp_code)
        if (!codes) return undefined
        await endOtherSessions(scope, session!.sid)
        await noteFactor(scope, session!.sid)
        await audit(scope, 'mfa.enable', actor.id)
        return codes
      },
      call,
    ),
  )
  if (!recovery_codes) throw wrongCode('/totp_code')
  return { recovery_codes }
}

/** The session it was confirmed in has shown the factor, too. */
const noteFactor = ({ tx, own }: Scope, sid: string) =>
  tx
    .update(sessions)
    .set({ amr: sql`${sessions.amr} || '{otp,mfa}'::text[]` })
    .where(and(own(sessions), eq(sessions.id, sid)))

/** A factor that is gone is shown no more: where one is required, this session does not enter. */
const forgetFactor = ({ tx, own }: Scope, sid: string) =>
  tx
    .update(sessions)
    .set({ amr: sql`array_remove(array_remove(${sessions.amr}, 'otp'), 'mfa')` })
    .where(and(own(sessions), eq(sessions.id, sid)))

/** New recovery codes in place of all that are left; they are told this once. Needs the password. */
export async function renewRecoveryCodes({ actor }: Known, password: string, call: Call) {
  await provePassword(actor, password, call, '/password')
  const recovery_codes = newRecoveryCodes()
  await inTenant(
    actor,
    'read write',
    async (scope) => {
      const asked = sql`select mfa_renew_codes(${actor.id}, ${hashesOf(recovery_codes)}::json) as done`
      if (!(await told(scope.tx.execute(asked)))) throw notEnrolled()
      await audit(scope, 'mfa.renew_recovery_codes', actor.id)
    },
    call,
  )
  return { recovery_codes }
}

/** Who is signed in shows his second factor once more. 422 on the field for a wrong code, 429 after failures. */
export async function proveFactor({ actor }: Known, code: Code, call: Call) {
  assertOneCode(code)
  const met = await attempt(actor.id, call, () =>
    inTenant(
      actor,
      'read write',
      async (scope) => {
        if (!(await findFactor(scope))?.confirmed_at) throw notEnrolled()
        const factor = await takeCode(scope, code)
        if (!factor) return refuse(scope)
        await audit(scope, 'mfa.verify', actor.id, { after: { factor } })
        return factor
      },
      call,
    ),
  )
  if (!met) throw wrongCode(fieldOf(code))
}

/** Switching off needs both: the password and a code. 409 `mfa_required_here` where the tenant requires the factor. */
export async function disableMfa({ actor, session }: Known, { password, ...code }: Code & { password: string }, call: Call) {
  assertOneCode(code)
  await provePassword(actor, password, call, '/password')
  const done = await attempt(actor.id, call, () =>
    inTenant(
      actor,
      'read write',
      async (scope) => {
        if (!(await findFactor(scope))?.confirmed_at) throw notEnrolled()
        if ((await getTenant(scope)).require_mfa)
          throw new Problem(409, 'mfa_required_here', 'This organization requires two-factor authentication')
        const factor = await takeCode(scope, code)
        if (!factor) return refuse(scope)
        await scope.tx.execute(sql`select mfa_remove(${actor.id})`)
        await endOtherSessions(scope, session!.sid)
        await forgetFactor(scope, session!.sid)
        await audit(scope, 'mfa.disable', actor.id, { after: { factor } })
        return true
      },
      call,
    ),
  )
  if (!done) throw wrongCode(fieldOf(code))
}

/** Where the user who signs in has a second factor: what it needs to be asked for. The token opens nothing by itself. */
export async function challenge(scope: Scope, { amr, identity_id, sign_in_version }: HeldProof) {
  const factor = await findFactor(scope)
  if (!factor?.confirmed_at) return undefined
  const { tx, owned, actor } = scope
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzm', actor.tenant_id, id)
  const expires_at = new Date(nowMs() + limits.mfaChallengeMs)
  await tx.insert(mfaChallenges).values(owned({ id, hash, user_id: actor.id, amr, identity_id, sign_in_version, expires_at }))
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
  enter: (scope: Scope, proof: Proof) => Promise<T>,
): Promise<T> {
  assertOneCode(code)
  const token = readChallenge(session_token)
  const { user_id, ...proof } = await challengedUser(token, 'verify')
  const here = tenant_id === undefined || tenant_id === token.tenant_id
  if (!here) assertUnbound(proof.amr)
  const met = await attempt(user_id, call, () =>
    inTenant(
      bareUser(token.tenant_id, user_id),
      'read write',
      async (scope) => {
        await countTry(scope, token, 'verify')
        const factor = await takeCode(scope, code)
        if (!factor) return refuse(scope)
        await scope.tx.delete(mfaChallenges).where(and(scope.own(mfaChallenges), eq(mfaChallenges.id, token.id)))
        await audit(scope, 'mfa.verify', user_id, { after: { factor } })
        return { entered: here ? await enter(scope, proof) : undefined }
      },
      call,
    ),
  )
  if (!met) throw new Problem(401, 'wrong_code', 'The code is not right, or was used already')
  return met.entered ?? inTenant(bareUser(tenant_id ?? token.tenant_id, user_id), 'read write', (scope) => enter(scope, proof), call)
}
