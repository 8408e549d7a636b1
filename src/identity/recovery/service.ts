import { and, eq, gt, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import { now, nowMs } from '../../core/clock'
import { Problem, invalid } from '../../core/errors'
import { limits } from '../../core/limits'
import { log } from '../../core/log'
import { type Call, type Scope, bareUser, beforeTenant, inTenant } from '../../core/scope'
import { mintCredential, readCredential } from '../../core/secrets'
import { throttle } from '../../core/throttle'
import { assertGoodPassword } from '../../core/breached-passwords'
import { assertPasswordsAllowed, hashPassword, verifyPassword } from '../../core/passwords'
import { linkTo, queueMail } from '../mail/service'
import type { Language } from '../mail/schema'
import { memberships, users } from '../users/schema'
import { passwordResets } from './schema'

interface Found extends Record<string, unknown> {
  user_id: string
  tenant_id: string | null
  password_hash: string | null
  first_password_until: string | null
  disabled: boolean
}

const linkEnded = () =>
  new Problem(422, 'link_ended', 'This link has been used, is too old, or was replaced by a newer one', {
    errors: [{ path: '/token', message: 'no longer holds' }],
  })

let underWay = 0

/** For who typed a first password: what `resetPassword` takes from him as a link. Undefined where it is that no more. */
export async function beginFirstChoice(scope: Scope, kept: string): Promise<string | undefined> {
  const { tx, actor } = scope
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzr', actor.tenant_id, id)
  const ends = new Date(nowMs() + limits.resetMs).toISOString()
  const [begun] = await tx.execute<{ done: boolean }>(
    sql`select password_reset_begin(${actor.id}, ${id}, ${hash}, ${ends}, ${kept}) as done`,
  )
  routine(scope, 'half a sign-in opens nothing')
  return begun?.done ? text : undefined
}

/** Answers before anybody is looked for, so that neither answer nor time tells whether the address is known. 429 after a few times. */
export async function askReset(email: string, language: Language, call: Call) {
  assertPasswordsAllowed()
  await throttle(`forgot ${email}`, call.address)
  if (underWay >= limits.resetsAtOnce) return
  underWay += 1
  mailReset(email, language, call)
    .catch(() => log.warn('a reset link could not be made'))
    .finally(() => (underWay -= 1))
}

/** To whoever can sign in somewhere with a password; the link lives in one of his tenants and counts for the person. */
async function mailReset(wanted: string, language: Language, call: Call) {
  const found = await beforeTenant((tx) => tx.execute<Found>(sql`select * from find_sign_in(${wanted})`))
  const place = found.find(({ tenant_id, password_hash, disabled }) => tenant_id && password_hash && !disabled)
  if (!place?.tenant_id) return
  const { user_id, tenant_id } = place
  await inTenant(
    bareUser(tenant_id, user_id),
    'read write',
    async (scope) => {
      const { tx, own } = scope
      const id = Bun.randomUUIDv7()
      const { text, hash } = mintCredential('mzr', tenant_id, id)
      const ends = new Date(nowMs() + limits.resetMs).toISOString()
      const [begun] = await tx.execute<{ done: boolean }>(
        sql`select password_reset_begin(${user_id}, ${id}, ${hash}, ${ends}, null) as done`,
      )
      const [user] = await tx
        .select({ email: users.email })
        .from(users)
        .innerJoin(memberships, and(own(memberships), eq(memberships.user_id, users.id)))
        .where(eq(users.id, user_id))
      await audit(scope, 'passwords.forget', user_id)
      // To the address as it is kept: what was typed may only look like it.
      if (begun?.done && user)
        await queueMail(scope, { kind: 'password_reset', to: user.email, language, link: linkTo('reset-password', text) })
    },
    call,
  )
}

/** A first password ends with the choice of another (ASVS 6.4.1): the same one is none. */
async function assertNotFirst(password: string, email: string) {
  const [kept] = await beforeTenant((tx) => tx.execute<Found>(sql`select * from find_sign_in(${email})`))
  if (kept?.first_password_until && (await verifyPassword(password, kept.password_hash)))
    throw invalid('/new_password', 'is the first password: choose another')
}

/** A new password for the link's owner. All his sessions end, everywhere, and none begins: a second factor is asked for as ever. */
export async function resetPassword(token: string, new_password: string, call: Call) {
  assertPasswordsAllowed()
  const link = readCredential('mzr', token)
  if (!link) throw linkEnded()
  const { tenant_id, id, hash } = link
  const [owner] = await inTenant(bareUser(tenant_id), 'read only', ({ tx, own }) =>
    tx
      .select({ id: users.id, email: users.email })
      .from(passwordResets)
      .innerJoin(users, eq(users.id, passwordResets.user_id))
      .where(and(own(passwordResets), eq(passwordResets.id, id), eq(passwordResets.hash, hash), gt(passwordResets.expires_at, now()))),
  )
  if (!owner) throw linkEnded()
  await assertGoodPassword(new_password, owner.email, '/new_password')
  await assertNotFirst(new_password, owner.email)
  const replacement = await hashPassword(new_password)
  await inTenant(
    bareUser(tenant_id, owner.id),
    'read write',
    async (scope) => {
      const [row] = await scope.tx.execute<{ ended: string[] | null }>(
        sql`select password_reset_use(${id}, ${hash}, ${replacement}, ${now().toISOString()}) as ended`,
      )
      if (!row?.ended) throw linkEnded()
      for (const key of row.ended) scope.signals.push({ topic: 'sessions', key })
      await audit(scope, 'passwords.reset', owner.id, { after: { sessions_ended: row.ended.length } })
    },
    call,
  )
}
