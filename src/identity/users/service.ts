import { and, eq, isNull, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { now, nowMs } from '../../core/clock'
import { Problem, codeOf, constraintOf, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { type Scope, expectVersion, personOf } from '../../core/scope'
import { naturally } from '../../core/table'
import { uuids } from '../../core/wire'
import { getTenant } from '../tenants/service'
import { hashPassword } from '../../core/passwords'
import { sessions } from '../auth/schema'
import { groups } from '../groups/schema'
import { assertHoldsAllOf, groupChanges, rightsIn } from '../groups/service'
import { assertRoom } from '../licences/service'
import type { Language } from '../mail/schema'
import { linkTo, queueMail } from '../mail/service'
import { orgUnits } from '../org-units/schema'
import { assertMayGive, assertSees, seenMembers } from './org-unit-scope'
import { type OrgUnitScope, identities, membershipGroups, membershipUnits, memberships, users } from './schema'

export interface UserInput {
  email: string
  name: string
  group_ids: string[]
  org_unit_scope: OrgUnitScope
}
export interface UserChange {
  name?: string
  disabled?: boolean
  group_ids?: string[]
  org_unit_scope?: OrgUnitScope
}

export const member = { membership: memberships, email: users.email }
type Member = { membership: typeof memberships.$inferSelect; email: string }

/** Adds groups, scope and whether there is a second factor to the members of a page, three statements for all of them. */
export async function shown({ tx, own }: Scope, found: Member[]) {
  const ids = found.map(({ membership }) => membership.id)
  if (!ids.length) return []
  const inGroups = await tx
    .select({ membership_id: membershipGroups.membership_id, id: groups.id, name: groups.name })
    .from(membershipGroups)
    .innerJoin(groups, and(eq(groups.tenant_id, membershipGroups.tenant_id), eq(groups.id, membershipGroups.group_id)))
    .where(and(own(membershipGroups), sql`${membershipGroups.membership_id} = any(${uuids(ids)})`))
    .orderBy(naturally(groups.name))
  const inUnits = await tx
    .select({
      membership_id: membershipUnits.membership_id,
      org_unit_id: orgUnits.id,
      name: orgUnits.name,
      subtree: membershipUnits.subtree,
    })
    .from(membershipUnits)
    .innerJoin(orgUnits, and(eq(orgUnits.tenant_id, membershipUnits.tenant_id), eq(orgUnits.id, membershipUnits.org_unit_id)))
    .where(and(own(membershipUnits), sql`${membershipUnits.membership_id} = any(${uuids(ids)})`))
    .orderBy(naturally(orgUnits.name))
  const withFactor = await tx.execute<{ id: string }>(
    sql`select id from members_with_mfa() id where id = any(${uuids(found.map(({ membership }) => membership.user_id))})`,
  )
  return found.map(({ membership, email }) => ({
    id: membership.user_id,
    membership_id: membership.id,
    email,
    name: membership.name,
    disabled: membership.disabled,
    mfa_enabled: withFactor.some((row) => row.id === membership.user_id),
    groups: inGroups.filter((row) => row.membership_id === membership.id).map(({ id, name }) => ({ id, name })),
    org_unit_scope: membership.whole_tenant
      ? ('all' as const)
      : inUnits
          .filter((row) => row.membership_id === membership.id)
          .map(({ org_unit_id, name, subtree }) => ({ org_unit_id, name, subtree })),
    last_sign_in_at: membership.last_sign_in_at,
    created_at: membership.created_at,
    updated_at: membership.updated_at,
    version: membership.version,
  }))
}

export async function getUser(scope: Scope, id: string) {
  const found = await scope.tx
    .select(member)
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(and(scope.own(memberships), seenMembers(scope), eq(memberships.user_id, id)))
  const [user] = await shown(scope, found)
  if (!user) throw notFound('user')
  return user
}

const { setGroups, setScope } = rightsIn({ holder: 'membership_id', groups: membershipGroups, units: membershipUnits })

/** 20 characters of 62: 119 bits, shown once to who adds the user. */
const initialPassword = () => {
  const digits = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'
  return Array.from(
    { length: 20 },
    () => digits[Math.floor((crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32) * digits.length)],
  ).join('')
}

/** How somebody signs in: with a password, or by whom a provider says he is. */
export type WayIn =
  | { password_hash: string; first_password_until?: Date }
  | { issuer: string; directory: string; subject: string; provider_tenant_id: string | null }

/** A person who is new to the platform. 409 `already_registered` for an address that has an account. */
export async function addPerson({ tx }: Scope, { user_id, email, ...way }: { user_id: string; email: string } & WayIn) {
  try {
    await tx.insert(users).values({ id: user_id, email })
  } catch (error) {
    if (codeOf(error) === '23505' && constraintOf(error) === 'app_user_email')
      throw new Problem(409, 'already_registered', 'This e-mail address has an account already; send an invitation')
    throw error
  }
  await tx.insert(identities).values({ id: Bun.randomUUIDv7(), user_id, kind: 'password_hash' in way ? 'password' : 'oidc', ...way })
}

/** Makes somebody a member, with no more than the scope's actor holds. */
export async function addMember(scope: Scope, member: Omit<UserInput, 'email'> & { user_id: string }) {
  await assertRoom(scope, 'users')
  const { user_id, name, group_ids, org_unit_scope } = member
  const [membership] = await scope.tx
    .insert(memberships)
    .values(scope.owned({ user_id, name, whole_tenant: org_unit_scope === 'all' }))
    .returning()
  await setGroups(scope, membership!.id, [], group_ids)
  await setScope(scope, membership!.id, org_unit_scope)
  return { user_id, name, group_ids, org_unit_scope }
}

/** Refuses what the actor does not hold, before anybody is given it. */
export async function assertMayGrant(scope: Scope, { group_ids, org_unit_scope }: Pick<UserInput, 'group_ids' | 'org_unit_scope'>) {
  await groupChanges(scope, [], group_ids)
  await assertMayGive(scope, org_unit_scope)
}

/**
 * Adds a person to the platform and to this tenant, with a password of his own choice, or with a first one: that lasts three days and opens nothing but the
 * choice of another. 409 `already_registered` for an address that has an account.
 */
export async function createUser(scope: Scope, input: UserInput, chosen?: string) {
  const user_id = Bun.randomUUIDv7()
  const password = chosen ?? initialPassword()
  const until = new Date(nowMs() + limits.firstPasswordMs)
  const way = { password_hash: await hashPassword(password), ...(chosen === undefined && { first_password_until: until }) }
  await addPerson(scope, { user_id, email: input.email, ...way })
  await addMember(scope, { ...input, user_id })
  const user = await getUser(scope, user_id)
  await audit(scope, 'users.create', user_id, { after: user })
  return { ...user, initial_password: password, initial_password_until: until }
}

/** Locked before memberships change, so that two removals cannot pass each other, nor wait for each other. */
async function lockAdministrators({ tx, own }: Scope): Promise<string> {
  const [admin] = await tx
    .select({ id: groups.id })
    .from(groups)
    .where(and(own(groups), eq(groups.built_in, 'admin')))
    .for('no key update')
  return admin!.id
}

/** The group Admin always keeps somebody who can sign in and sees the whole tenant. */
async function assertAdministratorRemains({ tx, own }: Scope, admin_id: string) {
  const [rest] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(membershipGroups)
    .innerJoin(memberships, and(eq(memberships.tenant_id, membershipGroups.tenant_id), eq(memberships.id, membershipGroups.membership_id)))
    .where(
      and(
        own(membershipGroups),
        eq(membershipGroups.group_id, admin_id),
        eq(memberships.disabled, false),
        eq(memberships.whole_tenant, true),
      ),
    )
  if (!rest?.count) throw new Problem(409, 'last_administrator', 'Somebody must remain in the group Admin who sees the whole organization')
}

/** The user, locked until the transaction ends, in the version the caller saw (If-Match). One who sees more than the caller is not his to change. */
async function getUserToChange(scope: Scope, id: string) {
  const { tx, own, actor } = scope
  await tx
    .select({ id: memberships.id })
    .from(memberships)
    .where(and(own(memberships), eq(memberships.user_id, id)))
    .for('no key update')
  const user = await getUser(scope, id)
  expectVersion(scope, user)
  if (id === personOf(actor)) return user
  const units = await tx
    .select({ org_unit_id: membershipUnits.org_unit_id, subtree: membershipUnits.subtree })
    .from(membershipUnits)
    .where(and(own(membershipUnits), eq(membershipUnits.membership_id, user.membership_id)))
  await assertSees(scope, units)
  return user
}

/** How many there were. */
async function endSessionsOf({ tx, own }: Scope, user_id: string, end_reason: 'removed' | 'revoked') {
  const ended = await tx
    .update(sessions)
    .set({ ended_at: now(), end_reason })
    .where(and(own(sessions), eq(sessions.user_id, user_id), isNull(sessions.ended_at)))
    .returning({ id: sessions.id })
  return ended.length
}

/** Signs the user out of this tenant everywhere, as when a device was lost; he may sign in again. */
export async function endUserSessions(scope: Scope, id: string) {
  const { actor, signals } = scope
  const before = await getUserToChange(scope, id)
  if (id === personOf(actor)) throw new Problem(409, 'own_account', 'End your own sessions in your account')
  await assertHoldsAllOf(scope, before)
  const sessions_ended = await endSessionsOf(scope, id, 'revoked')
  await audit(scope, 'users.end_sessions', id, { after: { sessions_ended } })
  signals.push({ topic: 'sessions', key: actor.tenant_id })
}

export async function updateUser(scope: Scope, id: string, { name, disabled, group_ids, org_unit_scope }: UserChange) {
  const { tx, own, actor, signals } = scope
  const decides = disabled !== undefined || group_ids !== undefined || org_unit_scope !== undefined
  const admin_id = decides && (await lockAdministrators(scope))
  const before = await getUserToChange(scope, id)
  if (id === personOf(actor) && (disabled || group_ids || org_unit_scope))
    throw new Problem(409, 'own_account', 'Somebody else must change your own rights')
  if (disabled !== undefined || org_unit_scope) await assertHoldsAllOf(scope, before)
  if (before.disabled && disabled === false) await assertRoom(scope, 'users')
  const { membership_id } = before
  const change = { name, disabled, ...(org_unit_scope && { whole_tenant: org_unit_scope === 'all' }), updated_at: now() }
  await tx
    .update(memberships)
    .set(change)
    .where(and(own(memberships), eq(memberships.id, membership_id)))
  if (group_ids) await setGroups(scope, membership_id, before.groups, group_ids)
  if (org_unit_scope) await setScope(scope, membership_id, org_unit_scope)
  if (admin_id) await assertAdministratorRemains(scope, admin_id)
  if (disabled) await endSessionsOf(scope, id, 'removed')
  const after = await getUser(scope, id)
  await audit(scope, 'users.update', id, { before, after })
  signals.push({ topic: 'sessions', key: actor.tenant_id })
  return after
}

/** Besides those the user is in. */
export async function addToGroups(scope: Scope, id: string, group_ids: string[]) {
  await lockAdministrators(scope)
  const { groups: held } = await getUserToChange(scope, id)
  return updateUser(scope, id, { group_ids: [...new Set([...held.map((group) => group.id), ...group_ids])] })
}

/**
 * Switches off the second factor of somebody who lost it; all his sessions end, and he is told by mail. 409 `mfa_elsewhere` for a member of other
 * organizations, too: the factor guards those as well.
 */
export async function resetFactor(scope: Scope, id: string, language: Language) {
  const { tx, actor, signals } = scope
  const before = await getUserToChange(scope, id)
  if (id === personOf(actor)) throw new Problem(409, 'own_account', 'Switch your own second factor off in your account')
  await assertHoldsAllOf(scope, before)
  const [row] = await tx.execute<{ ended: string[] | 'elsewhere' | null }>(sql`select mfa_reset(${id}, ${now().toISOString()}) as ended`)
  const ended = row?.ended
  if (!ended) throw new Problem(409, 'mfa_not_enabled', 'This user has no second factor')
  if (ended === 'elsewhere')
    throw new Problem(409, 'mfa_elsewhere', 'This user belongs to other organizations, too, which the second factor guards as well')
  for (const key of ended) signals.push({ topic: 'sessions', key })
  const tenant = await getTenant(scope)
  await queueMail(scope, { kind: 'mfa_reset', to: before.email, language, link: linkTo('sign-in'), tenant: tenant.name })
  await audit(scope, 'mfa.reset', id, { after: { sessions_ended: ended.length } })
}

/** Takes the user out of this tenant; the person and other memberships stay. */
export async function removeUser(scope: Scope, id: string) {
  const { tx, own, actor, signals } = scope
  const admin_id = await lockAdministrators(scope)
  const before = await getUserToChange(scope, id)
  if (id === personOf(actor)) throw new Problem(409, 'own_account', 'Somebody else must remove you')
  await assertHoldsAllOf(scope, before)
  await endSessionsOf(scope, id, 'removed')
  await tx.delete(memberships).where(and(own(memberships), eq(memberships.id, before.membership_id)))
  await assertAdministratorRemains(scope, admin_id)
  await audit(scope, 'users.delete', id, { before })
  signals.push({ topic: 'sessions', key: actor.tenant_id })
}
