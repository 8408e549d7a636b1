import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import type { Known } from '../../core/authenticate'
import { now, nowMs } from '../../core/clock'
import { Problem, invalid, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { log } from '../../core/log'
import { type Call, type Scope, bareUser, beforeTenant, inTenant } from '../../core/scope'
import { mintCredential, readCredential } from '../../core/secrets'
import { assertOpen } from '../../core/tenant-state'
import { throttle } from '../../core/throttle'
import { accessSeconds, signAccess } from '../../core/tokens'
import type { LeftBy } from '../../core/wire'
import { assertLicensed, withLicence } from '../licences/service'
import { askToEnrol, finishEnrolment } from '../mfa/enforced'
import { type Code, challenge, meetChallenge } from '../mfa/service'
import { beginFirstChoice } from '../recovery/service'
import { tenants } from '../tenants/schema'
import { memberships, users } from '../users/schema'
import { assertPasswordsAllowed, hashPassword, isOutdated, verifyPassword } from '../../core/passwords'
import { type HeldProof, Outdated, type Proof, addressOfUser, holdProof, stillProven } from './proof'
import { notePasswordUse } from './hold'
import { readDeviceCookie } from './device-cookie'
import { type RefreshToken, judge, readRefreshToken, writeRefreshToken } from '../../core/refresh'
import { sessions, tenantChoices } from './schema'
import { type SessionRules, accessSecondsOf, assertUnbound, boundToTenant, idleMs, lacksFactor, lifeMs } from './session-rules'

export interface SignIn {
  email?: string
  password?: string
  tenant_id?: string
  /** Of a sign-in that asked which tenant. */
  session_token?: string
}

interface Credentials {
  email: string
  password: string
  tenant_id?: string
}

interface Found extends Record<string, unknown> {
  user_id: string
  password_hash: string | null
  sign_in_version: number
  first_password_until: string | null
  tenant_id: string | null
  tenant_name: string
  tenant_status: string
  disabled: boolean
}
interface Place {
  user_id: string
  tenant_id: string
}

const wrong = () => new Problem(401, 'invalid_credentials', 'The e-mail address or the password is not right')
const ended = () => new Problem(401, 'unauthenticated', 'Sign in first')

const choiceEnded = () => new Problem(401, 'choice_ended', 'Begin the sign-in again')

const signingIn = ({ user_id, tenant_id }: Place) => bareUser(tenant_id, user_id)

/** With address and password, or with the token of a sign-in that asked which tenant, and the answer. */
export function signIn({ email, password, tenant_id, session_token }: SignIn, call: Call, userAgent?: string) {
  if (session_token === undefined) {
    assertPasswordsAllowed()
    if (email === undefined) throw invalid('/email', 'is required')
    if (password === undefined) throw invalid('/password', 'is required')
    return signInByPassword({ email, password, tenant_id }, call, userAgent)
  }
  if (email !== undefined || password !== undefined)
    throw invalid('/session_token', 'stands for address and password: send it without them')
  if (tenant_id === undefined) throw invalid('/tenant_id', 'is required')
  return chooseTenant(session_token, tenant_id, call, userAgent)
}

/** 401 for whatever is wrong with address or password, at the same cost. A user of several tenants is asked which one. */
async function signInByPassword(credentials: Credentials, call: Call, userAgent?: string) {
  try {
    return await tryPassword(credentials, call, userAgent)
  } catch (error) {
    if (!(error instanceof Outdated)) throw error
    // Changed between verification and session: what is kept now decides.
    return tryPassword(credentials, call, userAgent).catch((again: unknown) => {
      throw again instanceof Outdated ? wrong() : again
    })
  }
}

async function tryPassword({ email, password, tenant_id }: Credentials, call: Call, userAgent?: string) {
  const circumstances = { domain: email.split('@').at(-1), device: readDeviceCookie(call.device, email) }
  const attempt = await throttle(email, call.address, circumstances)
  const { found, right } = await checkPassword(email, password).catch(async (error: unknown) => {
    await attempt.withdraw()
    throw error
  })
  const member = found.filter((row): row is Found & Place => row.tenant_id !== null)
  const places = member.filter(({ disabled }) => !disabled)
  if (!right || !places.length) {
    await attempt.failed()
    recordRefusal(member, call)
    throw wrong()
  }
  await attempt.succeeded()
  const { password_hash, first_password_until, sign_in_version } = found[0]!
  const proof = { amr: ['pwd'], identity_id: null, sign_in_version }
  const place = tenant_id ? places.find((known) => known.tenant_id === tenant_id) : places.length === 1 ? places[0] : undefined
  if (!place && tenant_id) throw wrong()
  if (first_password_until) return chooseFirst(place ?? places[0]!, password_hash!, first_password_until, call)
  await upgradeHash(places[0]!, password_hash!, password)
  if (!place) {
    return {
      tenant_required: true as const,
      tenants: places.map(({ tenant_id, tenant_name }) => ({ id: tenant_id, name: tenant_name })),
      session_token: await askForTenant(places[0]!, proof, call),
    }
  }
  return withLicence(place.tenant_id, () =>
    inTenant(
      signingIn(place),
      'read write',
      async (scope) => {
        await assertMayEnter(scope, wrong)
        return admit(scope, proof, userAgent)
      },
      call,
    ),
  ).catch((error: unknown) => {
    if (error instanceof Problem && error.status === 403) recordRefusal([place], call)
    throw error
  })
}

/** A first password was passed on by somebody else: it is good for choosing another, and only for so long. 403 `first_password_ended`. */
async function chooseFirst(place: Place, kept: string, until: string, call: Call) {
  if (Date.parse(until) <= nowMs()) {
    recordRefusal([place], call)
    throw new Problem(403, 'first_password_ended', 'This first password is too old: have a link mailed to you to choose another')
  }
  const session_token = await inTenant(signingIn(place), 'read write', (scope) => beginFirstChoice(scope, kept), call)
  if (!session_token) throw new Outdated()
  return { password_change_required: true as const, session_token }
}

interface Named {
  user_id: string
  email: string
  identity_id: string | null
  /** The tenant whose own provider named him. */
  provider_tenant_id: string | null
}

/** Somebody whom a provider named: a tenant's own names him for that tenant alone. His own second factor is asked for as ever. 401 where no tenant takes him any more. */
export async function enterByProvider(named: Named, call: Call, userAgent?: string, seconds?: number) {
  const { user_id, email, identity_id, provider_tenant_id: only } = named
  const found = await beforeTenant((tx) => tx.execute<Found>(sql`select * from find_sign_in(${email})`))
  const mine = found.filter((row): row is Found & Place => row.tenant_id !== null && row.user_id === user_id)
  const member = mine.filter(({ tenant_id }) => only === null || tenant_id === only)
  const amr = only === null ? ['sso'] : ['sso', boundToTenant]
  const places = member.filter(({ disabled }) => !disabled)
  if (!places.length) {
    recordRefusal(member, call)
    throw ended()
  }
  const proof = { amr, identity_id, sign_in_version: found[0]!.sign_in_version, seconds }
  if (places.length === 1) return enter(places[0]!, proof, call, userAgent, ended)
  return {
    tenant_required: true as const,
    tenants: places.map(({ tenant_id, tenant_name }) => ({ id: tenant_id, name: tenant_name })),
    session_token: await askForTenant(places[0]!, proof, call),
  }
}

/** A token for the answer to `tenant_required`: 5 minutes, one use. It opens nothing by itself. */
function askForTenant(place: Place, proof: Proof, call: Call): Promise<string> {
  return inTenant(
    signingIn(place),
    'read write',
    async (scope) => {
      const id = Bun.randomUUIDv7()
      const { text, hash } = mintCredential('mzc', place.tenant_id, id)
      const expires_at = new Date(nowMs() + limits.tenantChoiceMs)
      await scope.tx.insert(tenantChoices).values(scope.owned({ id, hash, user_id: place.user_id, ...proof, expires_at }))
      routine(scope, 'half a sign-in opens nothing')
      return text
    },
    call,
  )
}

/** 401 `choice_ended` for a token that no longer holds, `invalid_credentials` for a tenant that is not the user's. */
async function chooseTenant(session_token: string, tenant_id: string, call: Call, userAgent?: string) {
  const token = readCredential('mzc', session_token)
  const [used] = token
    ? await inTenant(bareUser(token.tenant_id), 'read write', (scope) => {
        routine(scope, 'using up a token')
        const { tx, own } = scope
        const mine = and(own(tenantChoices), eq(tenantChoices.id, token.id), eq(tenantChoices.hash, token.hash))
        return tx
          .delete(tenantChoices)
          .where(and(mine, gt(tenantChoices.expires_at, now()), stillProven(tenantChoices)))
          .returning()
      })
    : []
  if (!used || used.amr.includes('pwd')) assertPasswordsAllowed()
  if (!used) throw choiceEnded()
  return enter({ user_id: used.user_id, tenant_id }, used, call, userAgent, wrong).catch((error: unknown) => {
    throw error instanceof Outdated ? choiceEnded() : error
  })
}

async function assertMayEnter(scope: Scope, refusal: () => Problem) {
  const { tx, own, actor } = scope
  const [member] = await tx
    .select({ status: tenants.status })
    .from(memberships)
    .innerJoin(tenants, eq(tenants.id, memberships.tenant_id))
    .where(and(own(memberships), eq(memberships.user_id, actor.id), eq(memberships.disabled, false)))
  if (!member) throw refusal()
  assertOpen(member.status)
  await assertLicensed(scope)
}

/**
 * A session, or what is to come before it: the code of the second factor, or its enrolment where the tenant requires one. `since` is when the user
 * last showed who he is, where that was not just now: 403 `session_too_old` where the tenant asks for it more often.
 */
async function admit(scope: Scope, proof: Proof, userAgent?: string, since?: Date) {
  const held = await holdProof(scope, proof)
  const { amr } = held
  const rules = await rulesOf(scope)
  if (since && nowMs() - since.getTime() > lifeMs(rules))
    throw new Problem(403, 'session_too_old', 'This organization asks for a sign-in more often: sign in again')
  const asked = amr.includes('mfa') ? undefined : await challenge(scope, held)
  if (asked) return asked
  return lacksFactor(rules, amr) ? askToEnrol(scope, held) : startSession(scope, held, userAgent, since)
}

/** A session in a tenant of the user, or first the code of his second factor where he has one and did not show it. */
function enter(place: Place, proof: Proof, call: Call, userAgent: string | undefined, refusal: () => Problem, since?: Date) {
  return withLicence(place.tenant_id, () =>
    inTenant(
      signingIn(place),
      'read write',
      async (scope) => {
        await assertMayEnter(scope, refusal)
        return admit(scope, proof, userAgent, since)
      },
      call,
    ),
  )
}

/** Goes on in another tenant of the caller; the session he came with ends, and the new one is no younger. 404 for a tenant that is not his. */
export async function switchTenant({ actor, session }: Known, tenant_id: string, call: Call, userAgent?: string) {
  const { sid } = session!
  const here = { user_id: actor.id, tenant_id: actor.tenant_id }
  const [current] = await inTenant(signingIn(here), 'read only', ({ tx, own }) =>
    tx
      .select({ session: sessions, sign_in_version: users.sign_in_version })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.user_id))
      .where(and(own(sessions), eq(sessions.id, sid), isNull(sessions.ended_at))),
  )
  if (!current) throw ended()
  const { session: before, sign_in_version } = current
  const { amr, identity_id, created_at } = before
  assertUnbound(amr)
  const proof = { amr, identity_id, sign_in_version }
  const answer = await enter({ user_id: actor.id, tenant_id }, proof, call, userAgent, () => notFound('organization'), created_at)
  if ('mfa_enrolment_required' in answer)
    throw new Problem(
      403,
      'mfa_enrolment_required',
      'This organization requires two-factor authentication: set it up in your account first',
    )
  if (!('mfa_required' in answer)) await inTenant(signingIn(here), 'read write', (scope) => endSession(scope, before, 'signed_out'), call)
  return answer
}

/** The tenants the caller may enter. */
export async function listOwnTenants({ actor, bound }: Known) {
  const email = await addressOfUser(actor)
  const found = await beforeTenant((tx) => tx.execute<Found>(sql`select * from find_sign_in(${email})`))
  const mine = found.filter(
    (row): row is Found & Place => row.tenant_id !== null && !row.disabled && (!bound || row.tenant_id === actor.tenant_id),
  )
  return { items: mine.map(({ tenant_id, tenant_name }) => ({ id: tenant_id, name: tenant_name, current: tenant_id === actor.tenant_id })) }
}

const withFactor = (proof: HeldProof): HeldProof => ({ ...proof, amr: [...proof.amr, 'otp', 'mfa'] })

/** The second factor of a sign-in; `tenant_id` enters another of the user's tenants than the one the sign-in began with. */
export async function verifySecondFactor(
  { session_token, tenant_id, ...code }: Code & { session_token: string; tenant_id?: string },
  call: Call,
  userAgent?: string,
) {
  if (!readCredential('mzm', session_token)) assertPasswordsAllowed()
  return meetChallenge({ session_token, tenant_id, ...code }, call, async (scope, proof) => {
    if (proof.amr.includes('pwd')) assertPasswordsAllowed()
    await assertMayEnter(scope, wrong)
    return startSession(scope, withFactor(await holdProof(scope, proof)), userAgent)
  })
}

/** Sets up the factor that the tenant requires, and ends the sign-in with it. */
export const enrolSigningIn = (input: { session_token: string; totp_code: string }, call: Call, userAgent?: string) =>
  finishEnrolment(input, call, async (scope, proof) => {
    await assertMayEnter(scope, wrong)
    return startSession(scope, withFactor(await holdProof(scope, proof)), userAgent)
  })

async function rulesOf({ tx, actor }: Scope): Promise<SessionRules> {
  const { require_mfa, session_idle_minutes, session_hours } = tenants
  const [rules] = await tx.select({ require_mfa, session_idle_minutes, session_hours }).from(tenants).where(eq(tenants.id, actor.tenant_id))
  if (!rules) throw ended()
  return rules
}

async function checkPassword(email: string, password: string) {
  const found = await beforeTenant((tx) => tx.execute<Found>(sql`select * from find_sign_in(${email})`))
  return { found, right: await verifyPassword(password, found[0]?.password_hash) }
}

/** A hash that is not what is made today is made anew. Left as it is where that fails: it is good enough to sign in. */
async function upgradeHash(place: Place, kept: string, password: string) {
  if (!isOutdated(kept)) return
  try {
    const replacement = await hashPassword(password)
    await inTenant(signingIn(place), 'read write', async (scope) => {
      routine(scope, 'the password stays the same')
      await scope.tx.execute(sql`select upgrade_password(${place.user_id}, ${kept}, ${replacement})`)
    })
  } catch {
    log.warn('a password hash could not be upgraded')
  }
}

/** Written behind the answer, so that a known address takes no longer than an unknown one. */
function recordRefusal(places: Place[], call: Call) {
  for (const place of places) {
    inTenant(signingIn(place), 'read write', (scope) => audit(scope, 'sessions.refuse', null), call).catch(() =>
      log.warn('a refused sign-in could not be recorded'),
    )
  }
}

async function startSession(scope: Scope, { amr, identity_id, seconds }: HeldProof, user_agent?: string, since?: Date) {
  const { tx, own, owned, actor, call } = scope
  const at = now()
  const created_at = since ?? at
  const times = { created_at, rotated_at: at, expires_at: new Date(created_at.getTime() + lifeMs(await rulesOf(scope))) }
  const [session] = await tx
    .insert(sessions)
    .values(owned({ user_id: actor.id, ...times, amr, identity_id, address: call.address, user_agent: user_agent?.slice(0, 400) }))
    .returning()
  // Nobody has changed him by that: who is at it just now is not held up.
  const asTheyWere = { updated_at: sql`${memberships.updated_at}`, version: sql`${memberships.version}` }
  await tx
    .update(memberships)
    .set({ last_sign_in_at: at, ...asTheyWere })
    .where(and(own(memberships), eq(memberships.user_id, actor.id)))
  if (amr.includes('pwd')) await notePasswordUse(scope)
  await audit(scope, 'sessions.create', session!.id)
  return issue(scope, session!, seconds)
}

interface SupportGrant {
  id: string
  staff_id: string
  expires_at: Date
}

/** Of staff of the platform, by a grant that holds: it ends with that, and no cookie brings it back. */
export async function startSupportSession({ tx, owned, actor, call }: Scope, grant: SupportGrant, user_agent?: string) {
  const { id: support_grant_id, staff_id: user_id, expires_at } = grant
  const amr = ['support']
  const place = { address: call.address, user_agent: user_agent?.slice(0, 400) }
  const [session] = await tx
    .insert(sessions)
    .values(owned({ user_id, support_grant_id, rotated_at: now(), expires_at, amr, ...place }))
    .returning({ id: sessions.id })
  const seconds = Math.min(accessSeconds, Math.floor((expires_at.getTime() - nowMs()) / 1000))
  const access_token = await signAccess({ user_id, tenant_id: actor.tenant_id, sid: session!.id, amr }, seconds)
  return { access_token, token_type: 'Bearer' as const, expires_in: seconds }
}

type Session = typeof sessions.$inferSelect

async function issue({ tx, own }: Scope, { id, tenant_id, user_id, amr, generation, expires_at }: Session, most = Infinity) {
  const [who] = await tx
    .select({ email: users.email, name: memberships.name, tenant: tenants })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .innerJoin(tenants, eq(tenants.id, memberships.tenant_id))
    .where(and(own(memberships), eq(memberships.user_id, user_id), eq(memberships.disabled, false)))
  if (!who) throw ended()
  const seconds = Math.min(accessSecondsOf(who.tenant), most)
  return {
    sid: id,
    access_token: await signAccess({ user_id, tenant_id, sid: id, amr }, seconds),
    token_type: 'Bearer' as const,
    expires_in: seconds,
    idle_seconds: idleMs(who.tenant) / 1000,
    user: { id: user_id, email: who.email, name: who.name },
    tenant: { id: tenant_id, name: who.tenant.name },
    refresh: { token: writeRefreshToken({ tenant_id, session_id: id, generation }), expires_at },
  }
}

const breaks = (rules: SessionRules, { rotated_at, created_at, amr }: Session) =>
  nowMs() - rotated_at.getTime() > idleMs(rules) || nowMs() - created_at.getTime() > lifeMs(rules) || lacksFactor(rules, amr)

/**
 * Rotates the token at each use. One generation behind, or within 10 s of a rotation (two tabs, a lost answer), gives the current token again, a few times.
 * Anything older was stolen or replayed: the session ends, for thief and owner alike. 401 in every refused case.
 */
export async function refreshSession(cookie: string | undefined, call: Call) {
  const token = cookie === undefined ? undefined : readRefreshToken(cookie)
  if (!token) throw ended()
  const outcome = await withLicence(token.tenant_id, () => rotate(token, call))
  if (!outcome) throw ended()
  return outcome
}

/** Undefined for a token that does not hold. */
const rotate = ({ tenant_id, session_id, generation }: RefreshToken, call: Call) =>
  inTenant(
    bareUser(tenant_id),
    'read write',
    async (scope) => {
      const { tx, own } = scope
      const mine = and(own(sessions), eq(sessions.id, session_id))
      const [session] = await tx.select().from(sessions).where(mine).for('update')
      routine(scope, 'a rotation decides nothing')
      if (!session || session.ended_at || session.expires_at <= now() || breaks(await rulesOf(scope), session)) return undefined
      const verdict = judge(session, generation)
      if (verdict === 'reused') {
        await endSession(scope, session, 'reused')
        return undefined
      }
      const [tenant] = await tx.select({ status: tenants.status }).from(tenants).where(eq(tenants.id, tenant_id))
      assertOpen(tenant?.status ?? 'deleted')
      await assertLicensed(scope)
      const change =
        verdict === 'current'
          ? { generation: session.generation + 1, rotated_at: now(), grace_uses: 0 }
          : { grace_uses: session.grace_uses + 1 }
      const [after] = await tx.update(sessions).set(change).where(mine).returning()
      return issue(scope, after!)
    },
    call,
  )

/** Ends a session at once, on every process and socket. */
async function endSession(scope: Scope, { id, user_id }: Session, end_reason: LeftBy | 'reused') {
  const { tx, own, signals, actor } = scope
  actor.id = user_id
  await tx
    .update(sessions)
    .set({ ended_at: now(), end_reason })
    .where(and(own(sessions), eq(sessions.id, id), isNull(sessions.ended_at)))
  const action = end_reason === 'reused' ? 'sessions.reuse_detected' : 'sessions.end'
  await audit(scope, action, id, { after: { end_reason } })
  signals.push({ topic: 'sessions', key: id })
}

/** Signing out twice, or with a cookie that means nothing, is fine too. */
export async function signOut(cookie: string | undefined, end_reason: LeftBy, call: Call) {
  const token = cookie === undefined ? undefined : readRefreshToken(cookie)
  if (!token) return
  await inTenant(
    bareUser(token.tenant_id),
    'read write',
    async (scope) => {
      const [session] = await scope.tx
        .select()
        .from(sessions)
        .where(and(scope.own(sessions), eq(sessions.id, token.session_id)))
        .for('update')
      if (!session || session.ended_at) return routine(scope, 'it has ended already')
      return endSession(scope, session, end_reason)
    },
    call,
  )
}

/** The caller, its tenant, what it may do, and the units it sees. */
