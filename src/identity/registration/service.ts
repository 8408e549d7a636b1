import { and, eq, gt, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import type { Known } from '../../core/authenticate'
import { now, nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { Problem } from '../../core/errors'
import { limits } from '../../core/limits'
import { everyPermission } from '../../core/permissions'
import { type Actor, type Call, type Scope, beforeTenant, inTenant, jobActor } from '../../core/scope'
import { mintCredential, readCredential } from '../../core/secrets'
import { isLeaving } from '../../core/tenant-state'
import { throttle } from '../../core/throttle'
import { assertUnbreached } from '../../core/breached-passwords'
import { assertUncommonPassword } from '../../core/common-passwords'
import { assertPasswordsAllowed, hashPassword } from '../../core/passwords'
import { invitePlatformsGuest } from '../invitations/service'
import type { Language } from '../mail/schema'
import { linkTo, queueMail } from '../mail/service'
import { tenants } from '../tenants/schema'
import { createTenant, getTenant } from '../tenants/service'
import { memberships, users } from '../users/schema'
import { addMember, addPerson } from '../users/service'
import { addressChecks } from './schema'

export interface Registration {
  email: string
  password: string
  name: string
  tenant_name: string
}

const linkEnded = () =>
  new Problem(422, 'link_ended', 'This link has been used, or is too old', { errors: [{ path: '/token', message: 'no longer holds' }] })

const founder = (tenant_id: string, id: string): Actor => ({
  kind: 'user',
  id,
  tenant_id,
  units: 'all',
  permissions: new Set(everyPermission),
})

async function mailCheck(scope: Scope, to: string, language: Language, tenant: string) {
  const { tx, owned, actor } = scope
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzv', actor.tenant_id, id)
  await tx.insert(addressChecks).values(owned({ id, hash, user_id: actor.id, expires_at: new Date(nowMs() + limits.addressCheckMs) }))
  await queueMail(scope, { kind: 'verification', to, language, link: linkTo('verify-email', text), tenant })
}

/** A new link for who is signed in and has not confirmed the address; earlier ones are gone. 409 `already_verified`; 429 after a few times. */
export async function mailCheckAgain({ actor }: Known, language: Language, call: Call) {
  await throttle(`confirm ${actor.id}`, call.address)
  await inTenant(
    actor,
    'read write',
    async (scope) => {
      const { tx, own } = scope
      const [me] = await tx
        .select({ email: users.email, verified_at: users.verified_at })
        .from(users)
        .innerJoin(memberships, and(own(memberships), eq(memberships.user_id, users.id)))
        .where(eq(users.id, actor.id))
      if (!me || me.verified_at) throw new Problem(409, 'already_verified', 'This address is confirmed already')
      await tx.delete(addressChecks).where(and(own(addressChecks), eq(addressChecks.user_id, actor.id)))
      await mailCheck(scope, me.email, language, (await getTenant(scope)).name)
      await audit(scope, 'users.ask_address_check', actor.id)
    },
    call,
  )
}

/** Its owner is told; who asked is not. */
async function tellOwner(email: string, language: Language, call: Call) {
  const found = await beforeTenant((tx) =>
    tx.execute<{ tenant_id: string | null; disabled: boolean }>(sql`select tenant_id, disabled from find_sign_in(${email})`),
  )
  const tenant_id = found.find((row) => row.tenant_id && !row.disabled)?.tenant_id
  if (!tenant_id) return
  await inTenant(
    jobActor(tenant_id),
    'read write',
    async (scope) => {
      await queueMail(scope, { kind: 'already_registered', to: email, language, link: linkTo('sign-in') })
      await audit(scope, 'registrations.refuse', null)
    },
    call,
  )
}

/** A new tenant whose first user is its administrator. The answer is the same for an address that has an account: that is told by mail alone. */
export async function register({ email, password, name, tenant_name }: Registration, language: Language, call: Call) {
  assertPasswordsAllowed()
  if (config.REGISTRATION === 'closed') throw new Problem(403, 'registration_closed', 'New organizations are made by invitation here')
  assertUncommonPassword(password, email, '/password')
  await throttle(`register ${email}`, call.address)
  await assertUnbreached(password, '/password')
  const password_hash = await hashPassword(password)
  const [tenant_id, user_id] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()]
  try {
    await inTenant(
      founder(tenant_id, user_id),
      'read write',
      async (scope) => {
        await addPerson(scope, { user_id, email, password_hash })
        const { admin_group_id } = await createTenant(scope, tenant_name)
        const after = await addMember(scope, { user_id, name, group_ids: [admin_group_id], org_unit_scope: 'all' })
        await audit(scope, 'users.create', user_id, { after })
        await mailCheck(scope, email, language, tenant_name)
      },
      call,
    )
  } catch (error) {
    if (!(error instanceof Problem && error.error === 'already_registered')) throw error
    await tellOwner(email, language, call)
  }
  return { email, tenant_name, verification: 'sent' as const }
}

export async function verifyAddress(token: string, call: Call) {
  const link = readCredential('mzv', token)
  if (!link) throw linkEnded()
  await inTenant(
    jobActor(link.tenant_id),
    'read write',
    async (scope) => {
      const { tx, own } = scope
      const mine = and(own(addressChecks), eq(addressChecks.id, link.id), eq(addressChecks.hash, link.hash))
      const [used] = await tx
        .delete(addressChecks)
        .where(and(mine, gt(addressChecks.expires_at, now())))
        .returning({ user_id: addressChecks.user_id })
      if (!used) throw linkEnded()
      await tx.execute(sql`select verify_address(${used.user_id}, ${now().toISOString()})`)
      await audit(scope, 'users.verify_address', used.user_id)
    },
    call,
  )
}

interface Founding {
  tenant_id: string
  name: string
  administrator: { email: string; language: Language }
}

/** A tenant that the Management plane asks for, and an invitation to be its administrator. Asked for again it is there already, and another is invited; nobody to one that leaves. */
export const foundTenant = ({ tenant_id, name, administrator }: Founding, call: Call) =>
  inTenant(
    { ...jobActor(tenant_id), kind: 'webhook', permissions: new Set(everyPermission) },
    'read write',
    async (scope) => {
      routine(scope, 'each part is recorded where it is done')
      const [known] = await scope.tx.select({ status: tenants.status }).from(tenants).where(eq(tenants.id, tenant_id)).for('no key update')
      if (known && isLeaving(known.status)) return
      if (!known) await createTenant(scope, name)
      await invitePlatformsGuest(scope, administrator)
    },
    call,
  )
