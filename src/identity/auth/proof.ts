import { and, eq, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { Problem } from '../../core/errors'
import { log } from '../../core/log'
import { type Actor, type Call, beforeTenant, inTenant } from '../../core/scope'
import { throttle } from '../../core/throttle'
import { memberships, users } from '../users/schema'
import { assertPasswordsAllowed, verifyPassword } from './passwords'

interface Kept extends Record<string, unknown> {
  password_hash: string | null
}

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
