import { and, eq } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import { now, nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { raw } from '../../core/db'
import { Problem, describe, notFound } from '../../core/errors'
import { featureNames } from '../../core/feature-flags'
import { limits } from '../../core/limits'
import { log } from '../../core/log'
import { type Call, type Scope, ago, inTenant, jobActor } from '../../core/scope'
import { devices } from '../../edge/devices/schema'
import { followStatus, renewLinks } from '../offboarding/service'
import { tenants } from '../tenants/schema'
import { memberships } from '../users/schema'
import { type Said, askForLicence } from './management'
import { type Licence, licences, webhookReceipts } from './schema'

/** Whether a Management plane gives out licences here. */
export const isManaged = () => Boolean(config.MANAGEMENT_URL || config.CLOUD_WEBHOOK_HMAC_SECRET.length)

const find = ({ tx, own }: Scope) => tx.select().from(licences).where(own(licences))

/** One that has run out goes on for its days of grace, and for two weeks at least: the Management plane, which ends them, may be away just then. */
const holds = ({ expires_at, grace_ends_at }: Pick<Licence, 'expires_at' | 'grace_ends_at'>) =>
  !expires_at || expires_at > ago(limits.licenceGraceMs) || (grace_ends_at !== null && grace_ends_at > now())

async function compare(scope: Scope, licence: Licence) {
  const { tx, actor } = scope
  const [tenant] = await tx.select().from(tenants).where(eq(tenants.id, actor.tenant_id)).for('no key update')
  if (!tenant) throw notFound('organization')
  const [before] = await find(scope)
  const told = before && {
    plan: before.plan,
    features: before.features,
    limits: before.limits,
    expires_at: before.expires_at,
    grace_ends_at: before.grace_ends_at,
  }
  return { before, told, status: tenant.status, begins: tenant.status === 'pending' && holds(licence) }
}

/** By the count of changes where both have one, else by the moment. */
const isLater = (before: { as_of: Date; revision: number | null }, as_of: Date, revision: number | undefined) =>
  before.revision !== null && revision !== undefined ? before.revision > revision : before.as_of > as_of

/** Takes over what the Management plane says, unless something later was known already; a pending tenant begins with it. */
async function keepLicence(scope: Scope, licence: Licence, as_of: Date, { status, revision }: Said = {}) {
  const { tx, own, owned, actor, signals } = scope
  const { before, told, ...was } = await compare(scope, licence)
  if (before && isLater(before, as_of, revision)) return routine(scope, 'something later is known')
  const becomes = status ?? (was.begins ? 'active' : was.status)
  if (Bun.deepEquals(told, licence) && becomes === was.status && (revision ?? null) === before?.revision)
    return routine(scope, 'the licence is as it was')
  if (before) {
    await tx
      .update(licences)
      .set({ ...licence, as_of, revision })
      .where(and(own(licences), eq(licences.id, before.id)))
  } else await tx.insert(licences).values(owned({ ...licence, as_of, revision }))
  if (becomes !== was.status) {
    await tx.update(tenants).set({ status: becomes }).where(eq(tenants.id, actor.tenant_id))
    await audit(scope, 'tenants.change_status', actor.tenant_id, { before: { status: was.status }, after: { status: becomes } })
    await followStatus(scope, was.status, becomes)
  }
  await audit(scope, 'licences.update', actor.tenant_id, { before: told, after: licence })
  const key = actor.tenant_id
  signals.push({ topic: 'licences', key }, { topic: 'sessions', key }, { topic: 'devices', key })
}

/** What the demo of a laptop begins with, until a Management plane says something else. */
export async function keepDemoLicence(scope: Scope) {
  if (isManaged())
    await keepLicence(scope, { plan: 'demo', features: [...featureNames], limits: {}, expires_at: null, grace_ends_at: null }, new Date(0))
}

export interface Message {
  id: string
  at: Date
}

/** The effect of a webhook of the Management plane. Its id is kept together with it: the same again does nothing. */
export const receive = (tenant_id: string, message: Message, call: Call, work: (scope: Scope) => Promise<unknown>) =>
  inTenant(
    { ...jobActor(tenant_id), kind: 'webhook' },
    'read write',
    async (scope) => {
      const [first] = await scope.tx
        .insert(webhookReceipts)
        .values(scope.owned({ message_id: message.id }))
        .onConflictDoNothing()
        .returning({ id: webhookReceipts.id })
      if (!first) return routine(scope, 'told before')
      await work(scope)
    },
    call,
  )

export const receiveLicence = (tenant_id: string, licence: Licence, said: Said, message: Message, call: Call) =>
  receive(tenant_id, message, call, (scope) => keepLicence(scope, licence, message.at, said))

/** Staff ask for new links to the archive of a tenant that is leaving. */
export const receiveLinkRequest = (tenant_id: string, message: Message, call: Call) => receive(tenant_id, message, call, renewLinks)

/** The features that a tenant's licence includes; undefined without one. */
export async function loadLicensed({ tenant_id }: { tenant_id: string }) {
  const [licence] = await inTenant(jobActor(tenant_id), 'read only', find)
  return licence?.features
}

/** Where a Management plane gives out licences, nobody enters a tenant that has none, and no program either. */
export async function isLicensed(scope: Scope): Promise<boolean> {
  if (!isManaged()) return true
  const [licence] = await find(scope)
  return licence !== undefined && holds(licence)
}

export async function assertLicensed(scope: Scope) {
  if (!(await isLicensed(scope))) throw new Problem(403, 'tenant_pending', 'This organization waits for its licence')
}

const counted = {
  users: ({ tx, own }: Scope) => tx.$count(memberships, and(own(memberships), eq(memberships.disabled, false))),
  devices: ({ tx, own }: Scope) => tx.$count(devices, own(devices)),
}

/** To be called before one more is added: the licence stays locked until then, so that however many come at once, the limit holds. */
export async function assertRoom(scope: Scope, what: keyof typeof counted) {
  const [licence] = await find(scope).for('no key update')
  const most = licence?.limits[what]
  if (typeof most === 'number' && (await counted[what](scope)) >= most)
    throw new Problem(403, 'limit_reached', `The licence of this organization allows ${most} ${what}`)
}

const readUsage = async (scope: Scope) => ({ users: await counted.users(scope), devices: await counted.devices(scope) })

/** For the Management plane, which knows tenants by their id alone. */
export const usageOf = (tenant_id: string, call: Call) =>
  inTenant(
    jobActor(tenant_id),
    'read only',
    async (scope) => {
      const [tenant] = await scope.tx.select({ id: tenants.id }).from(tenants).where(eq(tenants.id, tenant_id))
      if (!tenant) throw notFound('organization')
      return readUsage(scope)
    },
    call,
  )

export async function describeLicence(scope: Scope) {
  const [licence] = await find(scope)
  return { license: licence ?? null, usage: await readUsage(scope) }
}

/** Asks the Management plane for one licence and keeps it. */
async function pull(tenant_id: string) {
  const as_of = now()
  const answer = await askForLicence(tenant_id)
  if (typeof answer === 'string') return answer
  await inTenant(jobActor(tenant_id), 'read write', (scope) => keepLicence(scope, answer.licence, as_of, answer.said))
  return answer.said.status === 'pending' ? 'pending' : 'kept'
}

/**
 * Asks for the licence of every tenant, a few at a time, so that a webhook that was lost is made good. Trouble with one tenant is no reason to leave
 * out the others; where several in a row get no answer, nobody is there to ask.
 */
export async function pullLicences() {
  if (!config.MANAGEMENT_URL) return
  const tenants = await raw<{ id: string }[]>`select id from licensed_tenants() as id`
  const rest = tenants.values()
  let unanswered = 0
  const askOn = async () => {
    for (const { id } of rest) {
      if (unanswered >= limits.licencesUnanswered) return
      const told = await pull(id).catch((error: unknown) => log.error({ tenant_id: id, error: describe(error) }, 'a licence was not kept'))
      unanswered = told === 'away' ? unanswered + 1 : 0
    }
  }
  await Promise.all(Array.from({ length: limits.licencesAtOnce }, askOn))
}

const asked = new Map<string, number>()

/** Not more than once in a few seconds, however many knock. */
function isDue(tenant_id: string) {
  if (nowMs() - (asked.get(tenant_id) ?? Number.NEGATIVE_INFINITY) < limits.licenceAskMs) return false
  if (asked.size >= 10_000) asked.clear()
  asked.set(tenant_id, nowMs())
  return true
}

/** Whoever would be refused because his tenant waits for its licence is refused only after the Management plane was asked once more. */
export async function withLicence<T>(tenant_id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const waits = error instanceof Problem && error.error === 'tenant_pending' && config.MANAGEMENT_URL && isDue(tenant_id)
    if (!waits || (await pull(tenant_id)) !== 'kept') throw error
    return work()
  }
}
