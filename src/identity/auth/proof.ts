import { type SQL, and, eq, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { Problem } from '../../core/errors'
import { log } from '../../core/log'
import { type Actor, type Call, type Scope, beforeTenant, inTenant } from '../../core/scope'
import { throttle } from '../../core/throttle'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { memberships, users } from '../users/schema'
import { assertPasswordsAllowed, verifyPassword } from '../../core/passwords'
import { holdIdentity } from './hold'

interface Kept extends Record<string, unknown> {
  password_hash: string | null
}

/** What somebody has shown of himself (`amr`), by which identity where a provider's word is part of it, and in which version of his password and factor. */
export interface Proof {
  amr: string[]
  identity_id: string | null
  sign_in_version: number
  /** Of the first access token, where that is to be shorter than others. */
  seconds?: number
}
export interface HeldProof extends Proof {
  held: true
}

/** A password or factor was changed since something was shown. */
export class Outdated extends Problem {
  constructor() {
    super(401, 'unauthenticated', 'Sign in first')
  }
}

/** What was shown still holds, and does until this transaction ends: a change of password or factor is seen, or comes after and ends what began here. */
export async function holdProof(scope: Scope, proof: Proof): Promise<HeldProof> {
  const { tx, actor } = scope
  const { amr, identity_id, sign_in_version, seconds } = proof
  await holdIdentity(scope, proof)
  const [row] = await tx.execute<{ held: boolean }>(sql`select hold_proof(${actor.id}, ${sign_in_version}) as held`)
  if (!row?.held) throw new Outdated()
  return { amr, identity_id, sign_in_version, seconds, held: true }
}

/** That the row of half a sign-in is of the present version. */
export const stillProven = ({ user_id, sign_in_version }: Record<'user_id' | 'sign_in_version', AnyPgColumn>): SQL =>
  sql`${sign_in_version} = (select u.sign_in_version from app_user u where u.id = ${user_id})`

/** The e-mail address of somebody who is signed in. */
export async function addressOfUser(actor: Actor): Promise<string> {
  const [user] = await inTenant(actor, 'read only', ({ tx, own }) =>
    tx
      .select({ email: users.email })
      .from(users)
      .innerJoin(memberships, and(own(memberships), eq(memberships.user_id, users.id)))
      .where(eq(users.id, actor.id)),
  )
  if (!user) throw new Problem(401, 'unauthenticated', 'Sign in first')
  return user.email
}

/**
 * A user who is signed in shows once more that it is him, at the same cost with a password and without one. Returns the hash it was held against.
 * 422 `wrong_password` on `path`, 429 after failures; counted apart from signing in, so that strangers do not keep him from it.
 */
export async function provePassword(actor: Actor, password: string, call: Call, path: string): Promise<string> {
  assertPasswordsAllowed()
  const email = await addressOfUser(actor)
  const attempt = await throttle(`proof ${actor.id}`, call.address)
  try {
    const [found] = await beforeTenant((tx) => tx.execute<Kept>(sql`select password_hash from find_sign_in(${email}) limit 1`))
    const right = await verifyPassword(password, found?.password_hash)
    if (right && found?.password_hash) {
      await attempt.succeeded()
      return found.password_hash
    }
  } catch (error) {
    await attempt.withdraw()
    throw error
  }
  await attempt.failed()
  await inTenant(actor, 'read write', (scope) => audit(scope, 'passwords.refuse', actor.id), call).catch(() =>
    log.warn('a refused password could not be recorded'),
  )
  throw new Problem(422, 'wrong_password', 'The password is not right', { errors: [{ path, message: 'is not right' }] })
}
