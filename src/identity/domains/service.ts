import { and, count, eq, isNotNull, lt, sql } from 'drizzle-orm'
import { randomBytes } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { audit, routine } from '../../core/audit'
import { now, nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { asDomain } from '../../core/email-domain'
import { Problem, invalid, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { type Actor, type Call, type Scope, beforeTenant, inTenant, jobActor } from '../../core/scope'
import { type Paging, keyset } from '../../core/wire'
import { domains } from './schema'

type Domain = typeof domains.$inferSelect

const recordOf = (domain: string) => `_monozu-challenge.${domain}`
const shown = (row: Domain) => ({ ...row, record_name: recordOf(row.domain), record_value: row.challenge })

export async function listDomains(scope: Scope, paging: Paging) {
  const { rows, after, order, cut } = keyset(paging, domains.id)
  const found = await scope.tx
    .select()
    .from(domains)
    .where(and(scope.own(domains), after))
    .orderBy(order)
    .limit(rows)
  return cut(found.map(shown))
}

/** 422 for what is no domain name; 409 `already_exists`, `limit_reached`. */
export async function addDomain(scope: Scope, text: string) {
  const domain = asDomain(text)
  if (!domain) throw invalid('/domain', 'must be a domain name')
  const { tx, own, owned } = scope
  const [have] = await tx.select({ count: count() }).from(domains).where(own(domains))
  if (have!.count >= limits.domains) throw new Problem(409, 'limit_reached', `An organization has at most ${limits.domains} domains`)
  const challenge = `monozu-verification=${randomBytes(24).toString('base64url')}`
  const [row] = await tx.insert(domains).values(owned({ domain, challenge })).returning()
  await audit(scope, 'domains.create', row!.id, { after: { domain } })
  return shown(row!)
}

export async function removeDomain(scope: Scope, id: string) {
  const [before] = await scope.tx
    .delete(domains)
    .where(and(scope.own(domains), eq(domains.id, id)))
    .returning()
  if (!before) throw notFound('domain')
  await audit(scope, 'domains.delete', id, { before: { domain: before.domain, verified_at: before.verified_at } })
}

/** What DNS says just now; `unknown` where it does not answer. */
async function lookUp({ domain, challenge }: Domain): Promise<'found' | 'missing' | 'unknown'> {
  const resolver = new Resolver({ timeout: limits.dnsMs, tries: 2 })
  if (config.DNS_SERVER) resolver.setServers([config.DNS_SERVER])
  try {
    const records = await resolver.resolveTxt(recordOf(domain))
    return records.some((parts) => parts.join('') === challenge) ? 'found' : 'missing'
  } catch (error) {
    return /ENOTFOUND|ENODATA/.test(String((error as { code?: string }).code)) ? 'missing' : 'unknown'
  }
}

const get = async ({ tx, own }: Scope, id: string) => {
  const [row] = await tx
    .select()
    .from(domains)
    .where(and(own(domains), eq(domains.id, id)))
  if (!row) throw notFound('domain')
  return row
}

const change = ({ tx, own }: Scope, id: string, what: Partial<Domain>) =>
  tx
    .update(domains)
    .set(what)
    .where(and(own(domains), eq(domains.id, id)))

/** Takes the domain for this tenant, unless another one has proven it. */
async function prove(scope: Scope, { id, domain, verified_at }: Domain) {
  const [row] = await scope.tx.execute<{ done: boolean }>(sql`select prove_domain(${id}, ${now().toISOString()}::timestamptz) as done`)
  if (!row?.done) throw new Problem(409, 'domain_taken', 'Another organization has proven this domain')
  if (verified_at) routine(scope, 'it was proven before')
  else await audit(scope, 'domains.verify', id, { after: { domain } })
}

/** Asks DNS; outside of a transaction, as that takes as long as it likes. 409 `domain_not_proven`, `domain_taken`; 503 where DNS does not answer. */
export async function verifyDomain(actor: Actor, id: string, call: Call) {
  const domain = await inTenant(actor, 'read only', (scope) => get(scope, id))
  const outcome = await lookUp(domain)
  if (outcome === 'unknown') throw new Problem(503, 'dns_unavailable', 'DNS does not answer just now', { retryAfterSeconds: 10 })
  return inTenant(
    actor,
    'read write',
    async (scope) => {
      if (outcome === 'missing') throw new Problem(409, 'domain_not_proven', `DNS has no such TXT record at ${recordOf(domain.domain)} yet`)
      await prove(scope, await get(scope, id))
      return shown(await get(scope, id))
    },
    call,
  )
}

/** A proven domain whose record is missing for days is proven no more. */
async function recheck(scope: Scope, { id, domain, verified_at, missing_since }: Domain, outcome: 'found' | 'missing') {
  if (!verified_at) return routine(scope, 'not proven any more')
  const lost = outcome === 'missing' && missing_since && nowMs() - missing_since.getTime() > limits.domainMissingMs
  const since = outcome === 'found' ? null : (missing_since ?? now())
  await change(scope, id, { checked_at: now(), missing_since: lost ? null : since, ...(lost ? { verified_at: null } : {}) })
  if (lost) await audit(scope, 'domains.lose', id, { before: { domain, verified_at } })
  else routine(scope, 'a check decides nothing')
}

/** Asks DNS again for every proven domain that was not asked for of late, so that a round that broke off goes on. What does not answer decides nothing. */
export async function recheckDomains() {
  const due = new Date(nowMs() - limits.domainCheckedMs)
  const tenants = await beforeTenant((tx) => tx.execute<{ id: string }>(sql`select id from audited_tenants(false) as id`))
  for (const { id: tenant_id } of tenants) {
    const proven = await inTenant(jobActor(tenant_id), 'read only', ({ tx, own }) =>
      tx
        .select()
        .from(domains)
        .where(and(own(domains), isNotNull(domains.verified_at), lt(domains.checked_at, due))),
    )
    for (const row of proven) {
      const outcome = await lookUp(row)
      if (outcome !== 'unknown') await inTenant(jobActor(tenant_id), 'read write', (scope) => recheck(scope, row, outcome))
    }
  }
}
