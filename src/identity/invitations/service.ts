import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import type { Known } from '../../core/authenticate'
import { now, nowMs } from '../../core/clock'
import { Problem, constraintOf, invalid, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { type Actor, type Call, type Scope, beforeTenant, inTenant, jobActor, nobody, personOf } from '../../core/scope'
import { everyPermission } from '../../core/permissions'
import { mintCredential, readCredential } from '../../core/secrets'
import { assertJoinable } from '../../core/tenant-state'
import { throttle } from '../../core/throttle'
import { type Paging, keyset } from '../../core/wire'
import { assertGoodPassword } from '../../core/breached-passwords'
import { assertPasswordsAllowed, hashPassword, verifyPassword } from '../../core/passwords'
import { loadMember } from '../auth/sessions'
import { groups } from '../groups/schema'
import type { Language } from '../mail/schema'
import { linkTo, queueMail } from '../mail/service'
import { loadServiceAccount } from '../service-accounts/service'
import { tenants } from '../tenants/schema'
import { getTenant } from '../tenants/service'
import { type OrgUnitScope, memberships, users } from '../users/schema'
import { type WayIn, addMember, addPerson, assertMayGrant } from '../users/service'
import { invitations } from './schema'

interface InvitationInput {
  email: string
  group_ids: string[]
  org_unit_scope: OrgUnitScope
  language?: Language
}
export interface Acceptance {
  token: string
  name?: string
  password?: string
}
type Invitation = typeof invitations.$inferSelect

interface Newcomer {
  email: string
  name?: string
  way: Exclude<WayIn, { password_hash: string }>
  only?: string
}

interface Found extends Record<string, unknown> {
  user_id: string
  password_hash: string | null
  first_password_until: string | null
  tenant_id: string | null
  name: string | null
}

const ended = () =>
  new Problem(422, 'invitation_ended', 'This invitation has been used, is too old, or was taken back', {
    errors: [{ path: '/token', message: 'no longer holds' }],
  })
const alreadyMember = () => new Problem(409, 'already_member', 'This e-mail address belongs to a user of this organization')

/** Who sees a part of the organization sees the invitations he made himself. */
const pending = ({ own, actor }: Scope) =>
  and(
    own(invitations),
    isNull(invitations.accepted_at),
    isNull(invitations.revoked_at),
    actor.units === 'all' ? undefined : eq(invitations.invited_by, personOf(actor)),
  )

/** Newest first; what has run out stays until it is taken back or sent again. */
export async function listInvitations(scope: Scope, paging: Paging) {
  const { rows, after, order, cut } = keyset(paging, invitations.id, { descending: true })
  const found = await scope.tx
    .select()
    .from(invitations)
    .where(and(pending(scope), after))
    .orderBy(order)
    .limit(rows)
  return cut(found)
}

async function mail(scope: Scope, { email, language }: Pick<Invitation, 'email' | 'language'>, token: string) {
  const [tenant] = await scope.tx.select({ name: tenants.name }).from(tenants).where(eq(tenants.id, scope.actor.tenant_id))
  const link = linkTo('accept-invitation', token)
  await queueMail(scope, { kind: 'invitation', to: email, language, link, tenant: tenant?.name })
}

const mint = (scope: Scope, id: string) => ({
  ...mintCredential('mzi', scope.actor.tenant_id, id),
  expires_at: new Date(nowMs() + limits.invitationMs),
})

/** 403 for what the caller does not hold himself; 409 `already_member`, or `already_exists` while one is pending. */
export async function createInvitation(scope: Scope, { language = 'en', ...input }: InvitationInput) {
  const { tx, own, owned, actor } = scope
  await assertMayGrant(scope, input)
  const [member] = await tx
    .select({ id: memberships.id })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(and(own(memberships), sql`lower(${users.email}) = lower(${input.email})`))
  if (member) throw alreadyMember()
  const id = Bun.randomUUIDv7()
  const { text, hash, expires_at } = mint(scope, id)
  const [invitation] = await tx
    .insert(invitations)
    .values(owned({ ...input, id, hash, language, invited_by: personOf(actor), expires_at }))
    .returning()
  await mail(scope, invitation!, text)
  await audit(scope, 'invitations.create', id, { after: invitation })
  return invitation!
}

/** The platform invites somebody to be an administrator: in place of an invitation of the same address that waits; not a member again. */
export async function invitePlatformsGuest(scope: Scope, { email, language }: { email: string; language: Language }) {
  const { tx, own } = scope
  const [admins] = await tx
    .select({ id: groups.id })
    .from(groups)
    .where(and(own(groups), eq(groups.built_in, 'admin')))
  await tx
    .update(invitations)
    .set({ revoked_at: now() })
    .where(
      and(
        own(invitations),
        sql`lower(${invitations.email}) = lower(${email})`,
        isNull(invitations.accepted_at),
        isNull(invitations.revoked_at),
      ),
    )
  scope.actor.id = nobody
  try {
    await createInvitation(scope, { email, language, group_ids: [admins!.id], org_unit_scope: 'all' })
  } catch (error) {
    if (!(error instanceof Problem && error.error === 'already_member')) throw error
  }
}

async function getToChange(scope: Scope, id: string) {
  const [invitation] = await scope.tx
    .select()
    .from(invitations)
    .where(and(pending(scope), eq(invitations.id, id)))
    .for('update')
  if (!invitation) throw notFound('invitation')
  return invitation
}

/** A new link for 7 more days; the old one is gone. Whoever sends it again answers for it from then on. */
export async function resendInvitation(scope: Scope, id: string) {
  const before = await getToChange(scope, id)
  await assertMayGrant(scope, before)
  const { text, hash, expires_at } = mint(scope, id)
  const [after] = await scope.tx
    .update(invitations)
    .set({ hash, expires_at, invited_by: personOf(scope.actor) })
    .where(and(scope.own(invitations), eq(invitations.id, id)))
    .returning()
  await mail(scope, after!, text)
  await audit(scope, 'invitations.resend', id, { before, after })
  return after!
}

export async function revokeInvitation(scope: Scope, id: string) {
  const before = await getToChange(scope, id)
  await scope.tx
    .update(invitations)
    .set({ revoked_at: now() })
    .where(and(scope.own(invitations), eq(invitations.id, id)))
  await audit(scope, 'invitations.revoke', id, { before })
}

const holds = ({ own }: Scope, { id, hash }: { id: string; hash: string }) =>
  and(
    own(invitations),
    eq(invitations.id, id),
    eq(invitations.hash, hash),
    isNull(invitations.accepted_at),
    isNull(invitations.revoked_at),
    gt(invitations.expires_at, now()),
  )

async function read(text: string) {
  const token = readCredential('mzi', text)
  if (!token) throw ended()
  const [found] = await inTenant(jobActor(token.tenant_id), 'read only', async (scope) =>
    scope.tx
      .select({ invitation: invitations, tenant_name: tenants.name, tenant_status: tenants.status })
      .from(invitations)
      .innerJoin(tenants, eq(tenants.id, invitations.tenant_id))
      .where(holds(scope, token)),
  )
  if (!found) throw ended()
  assertJoinable(found.tenant_status)
  const known = await beforeTenant((tx) => tx.execute<Found>(sql`select * from find_sign_in(${found.invitation.email})`))
  return { ...found, known }
}

/** What the holder of a link is asked to accept. Only he who has the mail learns whether its address has an account. */
export async function inspectInvitation(text: string) {
  const { invitation, tenant_name, known } = await read(text)
  const { email, expires_at } = invitation
  return { email, tenant: { id: invitation.tenant_id, name: tenant_name }, has_account: known.length > 0, expires_at }
}

/** Somebody who has an account shows that it is his: he is signed in to it, or knows its password. */
async function proveAccount(
  [account]: readonly Found[],
  email: string,
  password: string | undefined,
  caller: Known | undefined,
  call: Call,
) {
  if (caller?.actor.kind === 'user' && caller.actor.id === account!.user_id && !caller.bound) return
  assertPasswordsAllowed()
  if (password === undefined) throw invalid('/password', 'is required')
  const attempt = await throttle(email, call.address)
  const right = await verifyPassword(password, account!.password_hash).catch(async (error: unknown) => {
    await attempt.withdraw()
    throw error
  })
  const ended = account!.first_password_until !== null && Date.parse(account!.first_password_until) <= nowMs()
  if (!right || ended) {
    await attempt.failed()
    throw new Problem(422, 'wrong_password', 'The password is not right', { errors: [{ path: '/password', message: 'is not right' }] })
  }
  await attempt.succeeded()
}

async function newAccount({ name, password }: Acceptance, email: string) {
  assertPasswordsAllowed()
  if (name === undefined) throw invalid('/name', 'is required')
  if (password === undefined) throw invalid('/password', 'is required')
  await assertGoodPassword(password, email, '/password')
  return { name, password }
}

/** Gives what was offered with what the inviter holds at this moment: rights that he lost meanwhile cannot be had from him. */
async function join(scope: Scope, invitation: Invitation, user_id: string, name: string) {
  try {
    return await addMember(scope, { ...invitation, user_id, name })
  } catch (error) {
    if (constraintOf(error) === 'membership_user') throw alreadyMember()
    // A full licence is no fault of the link: it can be used once there is room.
    if (error instanceof Problem && error.error !== 'limit_reached') throw ended()
    throw error
  }
}

interface Guest {
  user_id: string
  name: string
}

/** It may give what there is, as it gave the tenant. */
const platform = (tenant_id: string): Actor => ({ ...jobActor(tenant_id), permissions: new Set(everyPermission) })

/** Uses an invitation up, with what its inviter may do at this moment; `makeAccount` in the same transaction. */
async function take(invitation: Invitation, { user_id, name }: Guest, call: Call, makeAccount?: (scope: Scope) => Promise<void>) {
  const { tenant_id, invited_by } = invitation
  const inviter =
    invited_by === nobody
      ? platform(tenant_id)
      : ((await loadMember(tenant_id, invited_by)) ?? (await loadServiceAccount(tenant_id, invited_by)))
  if (!inviter?.permissions.has('settings.users.invite')) throw ended()
  await inTenant(
    inviter,
    'read write',
    async (scope) => {
      assertJoinable((await getTenant(scope)).status)
      const [taken] = await scope.tx
        .update(invitations)
        .set({ accepted_at: now() })
        .where(holds(scope, invitation))
        .returning({ id: invitations.id })
      if (!taken) throw ended()
      await makeAccount?.(scope)
      const after = await join(scope, invitation, user_id, name)
      await scope.tx.execute(sql`select verify_address(${user_id}, ${now().toISOString()})`)
      const guest: Actor = { ...inviter, id: user_id }
      await audit({ ...scope, actor: guest }, 'invitations.accept', invitation.id, { after })
      routine(scope, 'recorded as done by who accepted')
    },
    call,
  )
}

/** Makes the account where there is none, and the membership. Nobody is signed in by it: a second factor is asked for as ever. */
export async function acceptInvitation(input: Acceptance, caller: Known | undefined, call: Call) {
  const { invitation, tenant_name, known } = await read(input.token)
  const { tenant_id, email } = invitation
  if (known.length) await proveAccount(known, email, input.password, caller, call)
  const fresh = known.length ? undefined : await newAccount(input, email)
  const password_hash = fresh && (await hashPassword(fresh.password))
  const user_id = known[0]?.user_id ?? Bun.randomUUIDv7()
  await take(invitation, { user_id, name: input.name ?? known[0]?.name ?? email }, call, async (scope) => {
    if (password_hash) await addPerson(scope, { user_id, email, password_hash })
  })
  return { email, tenant: { id: tenant_id, name: tenant_name } }
}

/**
 * What is offered to an address that a provider has proven, for somebody who has no account yet: `way` becomes how he signs in. With `only`, in that tenant alone.
 * Undefined where nothing that is offered holds.
 */
export async function joinAsInvited({ email, name, way, only }: Newcomer, call: Call): Promise<string | undefined> {
  const known = await beforeTenant((tx) => tx.execute<Found>(sql`select * from find_sign_in(${email})`))
  if (known.length) return undefined
  const offers = await beforeTenant((tx) =>
    tx.execute<{ tenant_id: string; id: string }>(sql`select * from find_invitations(${email}, ${now().toISOString()}::timestamptz)`),
  )
  const user_id = Bun.randomUUIDv7()
  let joined = false
  for (const offer of offers.filter(({ tenant_id }) => !only || tenant_id === only)) {
    const [invitation] = await inTenant(jobActor(offer.tenant_id), 'read only', ({ tx, own }) =>
      tx
        .select()
        .from(invitations)
        .where(and(own(invitations), eq(invitations.id, offer.id))),
    )
    const makeAccount = joined ? undefined : (scope: Scope) => addPerson(scope, { user_id, email: invitation!.email, ...way })
    try {
      await take(invitation!, { user_id, name: name ?? email }, call, makeAccount)
      joined = true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  }
  return joined ? user_id : undefined
}
