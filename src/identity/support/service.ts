import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Action } from '../../core/actions'
import { audit, routine } from '../../core/audit'
import type { Known } from '../../core/authenticate'
import { now, nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { Problem, notFound } from '../../core/errors'
import { handOff } from '../../core/hand-off'
import { limits } from '../../core/limits'
import { type Actor, type Call, type Scope, inTenant, jobActor } from '../../core/scope'
import { type SupportMode, supportPermissions } from '../../core/support'
import { tellManagement } from '../../core/tell-management'
import { assertOpen, closedProblem } from '../../core/tenant-state'
import { sessions } from '../auth/schema'
import { startSupportSession } from '../auth/service'
import { webhookReceipts } from '../licences/schema'
import { type Message, receive } from '../licences/service'
import type { Language } from '../mail/schema'
import { linkTo, queueMail } from '../mail/service'
import { tenants } from '../tenants/schema'
import { getTenant } from '../tenants/service'
import { supportGrants } from './schema'

type Grant = typeof supportGrants.$inferSelect

/** What staff ask for, as the Management plane tells it. */
export interface SupportRequest {
  id: string
  staff: { id: string; name: string; email: string }
  reason: string
  mode: SupportMode
  hours: number
}

const asStaff = ({ tenant_id, staff_id, id, mode }: Pick<Grant, 'tenant_id' | 'staff_id' | 'id' | 'mode'>): Actor => ({
  kind: 'staff',
  id: staff_id,
  tenant_id,
  units: 'all',
  permissions: supportPermissions(mode),
  support: { grant_id: id, mode },
})

interface Administrator extends Record<string, unknown> {
  email: string
  language: Language | null
}

/** Who may decide about it. */
async function tellAdministrators(scope: Scope, kind: 'support_asked' | 'support_active') {
  const { tenant_id } = scope.actor
  const administrators = await scope.tx.execute<Administrator>(sql`
    select u.email, (select i.language from invitation i where i.tenant_id = ${tenant_id} and lower(i.email) = lower(u.email) order by i.id desc limit 1) as language
    from membership m join app_user u on u.id = m.user_id
    where m.tenant_id = ${tenant_id} and not m.disabled and m.whole_tenant and exists (
      select from membership_group mg join access_group g on g.tenant_id = mg.tenant_id and g.id = mg.group_id
      where mg.tenant_id = m.tenant_id and mg.tenant_id = ${tenant_id} and mg.membership_id = m.id
        and g.permissions && '{*,settings.security.update}'::text[])
    order by u.id`)
  const { name } = await getTenant(scope)
  for (const { email, language } of administrators)
    await queueMail(scope, { kind, to: email, language: language ?? 'en', link: linkTo('settings/support'), tenant: name })
}

const endsAfter = (hours: number) => new Date(nowMs() + hours * 3_600_000)

export const receiveSupportRequest = (tenant_id: string, request: SupportRequest, message: Message, call: Call) =>
  receive(tenant_id, message, call, (scope) => takeRequest(scope, request))

export const receiveSupportEnd = (tenant_id: string, id: string, message: Message, call: Call) =>
  receive(tenant_id, message, call, (scope) => takeEnd(scope, id))

/** As the tenant's policy says it waits to be approved, holds at once, or is refused. Told again, it is there already. */
async function takeRequest(scope: Scope, { id, staff, reason, mode, hours }: SupportRequest) {
  const { tx, owned, actor } = scope
  const { support_policy, status } = await getTenant(scope)
  const state = closedProblem(status) ? 'refused' : ({ ask: 'asked', allow: 'active', never: 'refused' } as const)[support_policy]
  const grant = { id, staff_id: staff.id, staff_name: staff.name, staff_email: staff.email, reason, mode, hours, state }
  const expires_at = state === 'active' ? endsAfter(hours) : null
  const [made] = await tx
    .insert(supportGrants)
    .values(owned({ ...grant, expires_at, decided_at: state === 'asked' ? null : now() }))
    .onConflictDoNothing()
    .returning()
  if (!made) return routine(scope, 'it was asked for before')
  await audit({ ...scope, actor: asStaff({ ...made, tenant_id: actor.tenant_id }) }, 'support.ask', id, { after: made })
  scope.audited = true
  if (state === 'active') await tellManagement(scope, 'support.approve', id, { expires_at })
  if (state === 'refused') await tellManagement(scope, 'support.refuse', id, { by: 'policy' })
  else await tellAdministrators(scope, state === 'asked' ? 'support_asked' : 'support_active')
}

const shown = ({ state, ...grant }: Grant) => ({
  ...grant,
  state: state === 'active' && grant.expires_at! <= now() ? ('expired' as const) : state,
})

/** Newest first. */
export async function listGrants({ tx, own }: Scope) {
  const found = await tx.select().from(supportGrants).where(own(supportGrants)).orderBy(desc(supportGrants.id)).limit(limits.pageRows)
  return { items: found.map(shown) }
}

async function lockGrant({ tx, own }: Scope, id: string, states: readonly Grant['state'][]) {
  const [grant] = await tx
    .select()
    .from(supportGrants)
    .where(and(own(supportGrants), eq(supportGrants.id, id)))
    .for('update')
  if (!grant) throw notFound('support access')
  if (!states.includes(grant.state)) throw new Problem(409, 'already_decided', 'This was decided already')
  return grant
}

async function decide(scope: Scope, before: Grant, change: Partial<Grant>, action: Action) {
  const { tx, own, actor } = scope
  const [after] = await tx
    .update(supportGrants)
    .set(change)
    .where(and(own(supportGrants), eq(supportGrants.id, before.id)))
    .returning()
  await audit(scope, action, before.id, { before, after })
  await tellManagement(scope, action, before.id, { expires_at: after!.expires_at, by: actor.id })
  return shown(after!)
}

/** From now on, for as long as was asked. */
export async function approve(scope: Scope, id: string) {
  const before = await lockGrant(scope, id, ['asked'])
  const change = { state: 'active' as const, decided_by: scope.actor.id, decided_at: now(), expires_at: endsAfter(before.hours) }
  return decide(scope, before, change, 'support.approve')
}

export async function refuse(scope: Scope, id: string) {
  const before = await lockGrant(scope, id, ['asked'])
  return decide(scope, before, { state: 'refused', decided_by: scope.actor.id, decided_at: now() }, 'support.refuse')
}

/** At once, on every process: its sessions and sockets go with it. */
export async function endGrant(scope: Scope, id: string, ended_by: 'tenant' | 'staff') {
  const { tx, own, actor, signals } = scope
  const before = await lockGrant(scope, id, ['asked', 'active'])
  await tx
    .update(sessions)
    .set({ ended_at: now(), end_reason: 'revoked' })
    .where(and(own(sessions), eq(sessions.support_grant_id, id), isNull(sessions.ended_at)))
  signals.push({ topic: 'sessions', key: actor.tenant_id })
  return decide(scope, before, { state: 'ended', ended_at: now(), ended_by }, 'support.end')
}

/** What the Management plane tells: its side ends it. One that has ended is left as it is. */
async function takeEnd(scope: Scope, id: string) {
  const { tx, own } = scope
  const [grant] = await tx
    .select()
    .from(supportGrants)
    .where(and(own(supportGrants), eq(supportGrants.id, id)))
  if (!grant || !['asked', 'active'].includes(grant.state)) return routine(scope, 'it has ended already')
  await endGrant({ ...scope, actor: asStaff(grant) }, id, 'staff')
  scope.audited = true
}

/** Who of the platform can see this organization just now: for everybody in it. */
export async function listActive({ tx, own, actor }: Scope) {
  const found = await tx
    .select()
    .from(supportGrants)
    .where(and(own(supportGrants), eq(supportGrants.state, 'active'), gt(supportGrants.expires_at, now())))
    .orderBy(supportGrants.expires_at)
  return {
    items: found.map(({ id, staff_name, mode, reason, expires_at }) => ({
      id,
      staff_name,
      mode,
      reason,
      expires_at: expires_at!,
      is_own: actor.support?.grant_id === id,
    })),
  }
}

const ended = () => new Problem(422, 'exchange_ended', 'This hand-off has been used, or is too old')

/** A member of staff comes in by a hand-off of the Management plane, which is taken once. The session lives in the tab alone: no cookie brings it back. */
export async function enter(code: string, call: Call, userAgent: string | undefined) {
  const claims = handOff.read(config.CLOUD_WEBHOOK_HMAC_SECRET, code)
  if (!claims) throw ended()
  const { tenant_id, grant_id, staff_id, id: message_id } = claims
  return inTenant(
    jobActor(tenant_id),
    'read write',
    async (scope) => {
      const { tx, own, owned } = scope
      const [first] = await tx
        .insert(webhookReceipts)
        .values(owned({ message_id }))
        .onConflictDoNothing()
        .returning({ id: webhookReceipts.id })
      const mine = and(own(supportGrants), eq(supportGrants.id, grant_id), eq(supportGrants.staff_id, staff_id))
      const [grant] = await tx
        .select()
        .from(supportGrants)
        .where(and(mine, eq(supportGrants.state, 'active'), gt(supportGrants.expires_at, now())))
        .for('update')
      if (!first || !grant) throw ended()
      const tenant = await getTenant(scope)
      assertOpen(tenant.status)
      const { expires_at, staff_name: name, staff_email: email } = grant
      const session = await startSupportSession(scope, { ...grant, expires_at: expires_at! }, userAgent)
      const inside = { ...scope, actor: asStaff(grant) }
      await audit(inside, 'support.enter', grant_id)
      await tellManagement(inside, 'support.enter', grant_id)
      scope.audited = true
      return {
        ...session,
        user: { id: staff_id, email, name },
        tenant: { id: tenant_id, name: tenant.name },
      }
    },
    call,
  )
}

/** Only this session; the grant goes on until it ends. */
export async function leave(scope: Scope, known: Known) {
  const { tx, own, actor, signals } = scope
  const { sid } = known.session!
  if (!actor.support) throw notFound('support access')
  await tx
    .update(sessions)
    .set({ ended_at: now(), end_reason: 'signed_out' })
    .where(and(own(sessions), eq(sessions.id, sid)))
  signals.push({ topic: 'sessions', key: sid })
  await audit(scope, 'support.leave', actor.support.grant_id)
}

/** Who decides about support from now on; what holds goes on. */
export async function setPolicy(scope: Scope, support_policy: (typeof tenants.$inferSelect)['support_policy']) {
  const { tx, actor } = scope
  const before = await getTenant(scope)
  await tx.update(tenants).set({ support_policy }).where(eq(tenants.id, actor.tenant_id))
  await audit(scope, 'support.set_policy', actor.tenant_id, {
    before: { support_policy: before.support_policy },
    after: { support_policy },
  })
  return { support_policy }
}

export const getPolicy = async (scope: Scope) => ({ support_policy: (await getTenant(scope)).support_policy })
