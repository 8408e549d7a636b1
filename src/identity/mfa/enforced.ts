import { and, eq } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import { nowMs } from '../../core/clock'
import { limits } from '../../core/limits'
import { type Call, type Scope, bareUser, inTenant } from '../../core/scope'
import { mintCredential, readCredential } from '../../core/secrets'
import { type HeldProof, type Proof, addressOfUser } from '../auth/proof'
import { assertPasswordsAllowed } from '../../core/passwords'
import { forApp } from '../../core/totp'
import { mfaChallenges } from './schema'
import { attempt, beginEnrolment, challengedUser, confirmFactor, countTry, endOtherSessions, readChallenge, wrongCode } from './factor'

/** Where the tenant requires a second factor and the user has none: the token to set it up with. There is no session before. */
export async function askToEnrol(scope: Scope, { amr, identity_id, sign_in_version }: HeldProof) {
  const { tx, owned, actor } = scope
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzm', actor.tenant_id, id)
  const expires_at = new Date(nowMs() + limits.mfaPendingMs)
  await tx
    .insert(mfaChallenges)
    .values(owned({ id, hash, user_id: actor.id, amr, identity_id, sign_in_version, purpose: 'enrol', expires_at }))
  routine(scope, 'half a sign-in opens nothing')
  return { mfa_enrolment_required: true as const, session_token: text }
}

/** What is no token of ours began with no provider either. */
function readEnrolment(session_token: string) {
  if (!readCredential('mzm', session_token)) assertPasswordsAllowed()
  return readChallenge(session_token)
}

/** A new secret for who is signing in, pending until `finishEnrolment`; asked again, it is another. 401 `mfa_session_ended` where the token no longer holds. */
export async function startEnrolment(session_token: string, call: Call) {
  const token = readEnrolment(session_token)
  const { user_id, amr } = await challengedUser(token, 'enrol')
  if (amr.includes('pwd')) assertPasswordsAllowed()
  const actor = bareUser(token.tenant_id, user_id)
  const secret = await inTenant(actor, 'read write', beginEnrolment, call)
  return forApp(secret, await addressOfUser(actor))
}

/** A code shows that the app holds the secret: the factor is on, `enter` opens the session, and all others of the user end. 401 as for a sign-in's second factor. */
export async function finishEnrolment<T extends { sid: string }>(
  { session_token, totp_code }: { session_token: string; totp_code: string },
  call: Call,
  enter: (scope: Scope, proof: Proof) => Promise<T>,
) {
  const token = readEnrolment(session_token)
  const { user_id, ...proof } = await challengedUser(token, 'enrol')
  if (proof.amr.includes('pwd')) assertPasswordsAllowed()
  const done = await attempt(user_id, call, () =>
    inTenant(
      bareUser(token.tenant_id, user_id),
      'read write',
      async (scope) => {
        await countTry(scope, token, 'enrol')
        const recovery_codes = await confirmFactor(scope, totp_code)
        if (!recovery_codes) return undefined
        await scope.tx.delete(mfaChallenges).where(and(scope.own(mfaChallenges), eq(mfaChallenges.id, token.id)))
        const session = await enter(scope, proof)
        await endOtherSessions(scope, session.sid)
        await audit(scope, 'mfa.enable', user_id, { after: { required: true } })
        return { ...session, recovery_codes }
      },
      call,
    ),
  )
  if (!done) throw wrongCode('/totp_code')
  return done
}
