import { sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import type { Known, SessionRef } from '../../core/authenticate'
import { now, nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { Problem, invalid, notFound } from '../../core/errors'
import { domainOf } from '../../core/email-domain'
import { limits } from '../../core/limits'
import { type Actor, type Call, type Scope, bareUser, beforeTenant, inTenant, nobody } from '../../core/scope'
import { loadSession } from '../auth/sessions'
import { joinAsInvited } from '../invitations/service'
import { provePassword } from '../auth/proof'
import { assertNotBound } from '../auth/session-rules'
import { type Code, proveFactor } from '../mfa/service'
import { wrongCode } from '../mfa/factor'
import { takeHandoff } from '../sso/transactions'
import { appIn, tenantOfDomain } from '../sso-settings/service'
import type { Named } from '../../core/provider-answer'
import { type App, platformApp } from '../../core/provider'
import { identities } from '../users/schema'

interface Way extends Record<string, unknown> {
  id: string
  kind: 'password' | 'oidc'
  issuer: string | null
  directory: string | null
  tenant_id: string | null
  tenant_name: string | null
  created_at: string
  last_used_at: string | null
}

export const providers = ['platform', 'organization'] as const
export type Provider = (typeof providers)[number]

/** One of password, code and a provider's word: whoever changes how somebody signs in shows once more that he is that somebody. */
export type Proof = Code & { password?: string; provider_code?: string; cookie?: string }

/** What a provider's word is kept under, so that neither it nor a sign-in passes for the other. */
export const proving = (app: App) => `proof:${app.key}`

export const appFor = (provider: Provider, tenant_id: string) => (provider === 'platform' ? platformApp() : appIn(tenant_id))

/** The ways the caller signs in, and what could be added. A session that rests on a tenant's provider hears of that tenant's alone. */
export async function listIdentities(scope: Scope, { bound }: Known) {
  const { actor } = scope
  const ways = await waysOf(scope)
  const items = ways
    .filter((way) => !bound || way.tenant_id === actor.tenant_id)
    .map(({ tenant_id, tenant_name, created_at, last_used_at, ...way }) => ({
      ...way,
      tenant: tenant_id === null ? null : { id: tenant_id, name: tenant_name ?? '' },
      created_at: new Date(created_at),
      last_used_at: last_used_at === null ? null : new Date(last_used_at),
    }))
  return { items }
}

/** What may be linked from here; nothing from a session that is another's word for who the caller is. */
export async function listLinkable({ actor, bound }: Known) {
  if (bound) return { items: [] }
  const found = await Promise.all(providers.map(async (provider) => ((await appFor(provider, actor.tenant_id)) ? provider : undefined)))
  return { items: found.filter((provider) => provider !== undefined) }
}

const waysOf = ({ tx, actor }: Scope) => tx.execute<Way>(sql`select * from identities_of(${actor.id})`)

export const hasPlatformWay = async (actor: Actor) =>
  (await inTenant(actor, 'read only', waysOf)).some(({ kind, tenant_id }) => kind === 'oidc' && tenant_id === null)

/** Whom the provider named, who must be the one that asked, in the session that asked, and have shown himself there just now. */
export async function provenTo(ref: SessionRef, named: Named, call: Call): Promise<Person | 'link_ended' | 'sso_unknown' | 'sso_stale'> {
  if (!(await loadSession(ref))) return 'link_ended'
  const person = await findByKey(named)
  if (person?.user_id !== ref.user_id) return 'sso_unknown'
  if ((named.auth_time ?? 0) * 1000 < nowMs() - limits.proofMs) return 'sso_stale'
  await inTenant(bareUser(ref.tenant_id, ref.user_id), 'read write', (scope) => audit(scope, 'identities.prove', person.identity_id), call)
  return person
}

async function proveByProvider({ actor }: Known, { provider_code = '', cookie }: Proof) {
  const shown = await takeHandoff(provider_code, cookie)
  const app = platformApp()
  if (!app || shown?.user_id !== actor.id || shown.provider !== proving(app)) throw wrongCode('/provider_code')
}

/** 422 on the field that is not right, 429 after failures. */
export async function prove(known: Known, { password, provider_code, cookie, ...code }: Proof, call: Call) {
  if (provider_code !== undefined) {
    if (password !== undefined || code.totp_code !== undefined || code.recovery_code !== undefined)
      throw invalid('/provider_code', 'send one proof alone')
    return proveByProvider(known, { provider_code, cookie })
  }
  if (password === undefined) return proveFactor(known, code, call)
  if (code.totp_code !== undefined || code.recovery_code !== undefined) throw invalid('/password', 'send either the password or a code')
  await provePassword(known.actor, password, call, '/password')
}

/** Sessions that were opened through it end at once, this one included. 404 for what is no provider's or not the caller's; 409 `last_way_in`. */
export async function unlinkIdentity(known: Known, id: string, proof: Proof, call: Call) {
  const { actor } = known
  assertNotBound(known.bound)
  const way = async (scope: Scope) => (await waysOf(scope)).find((one) => one.id === id)
  const before = await inTenant(actor, 'read only', way)
  if (before?.kind !== 'oidc') throw notFound('identity')
  await prove(known, proof, call)
  await inTenant(
    actor,
    'read write',
    async (scope) => {
      const passwords = config.AUTH_POLICY === 'standard'
      const platform = platformApp() !== undefined
      const [row] = await scope.tx.execute<{ ended: string[] | 'last' | null }>(
        sql`select unlink_identity(${actor.id}, ${id}, ${passwords}, ${platform}, ${now().toISOString()}) as ended`,
      )
      if (!row?.ended) throw notFound('identity')
      if (row.ended === 'last') throw new Problem(409, 'last_way_in', 'Without it you could not sign in any more')
      for (const key of row.ended) scope.signals.push({ topic: 'sessions', key })
      await audit(scope, 'identities.unlink', id, { before: { issuer: before.issuer }, after: { sessions_ended: row.ended.length } })
    },
    call,
  )
}

interface Person extends Record<string, unknown> {
  user_id: string
  email: string
  identity_id: string
}

const isAllowed = (email: string) =>
  config.AUTH_POLICY !== 'restricted' || config.AUTH_ALLOWED_EMAIL_DOMAINS.includes(domainOf(email) ?? '')

/** By the provider's own key for the person; else, once, by an address that both sides have proven or an invitation to it, and from then on by the key. */
export async function findPerson(app: App, named: Named, call: Call): Promise<Person | 'not_allowed' | undefined> {
  const known = await findByKey(named)
  if (known) return isAllowed(known.email) ? known : 'not_allowed'
  if (named.email === undefined || !(await isProven(app, named))) return undefined
  const owner = await findByAddress(app, named.email)
  if (owner && !isAllowed(owner.email)) return 'not_allowed'
  if (owner) await link(app.tenant_id ?? nobody, owner.user_id, named, call)
  else if (isAllowed(named.email)) await joinAsInvited({ ...named, email: named.email, only: app.tenant_id ?? undefined }, call)
  return findByKey(named)
}

async function findByKey({ way }: Named): Promise<Person | undefined> {
  const { issuer, directory, subject, provider_tenant_id } = way
  const [known] = await beforeTenant((tx) =>
    tx.execute<Person>(sql`select * from find_identity(${issuer}, ${directory}, ${subject}, ${provider_tenant_id}::uuid)`),
  )
  return known
}

/** The provider says that the address is his; to a tenant's own provider its domain must be proven, too: elsewhere the tenant has no say. */
async function isProven({ tenant_id }: App, { email, email_proven }: Named) {
  const domain = email === undefined ? undefined : domainOf(email)
  return domain !== undefined && email_proven && (tenant_id === null || (await tenantOfDomain(domain)) === tenant_id)
}

async function findByAddress({ tenant_id }: App, email: string) {
  const [owner] = await beforeTenant((tx) =>
    tx.execute<{ user_id: string; email: string }>(
      tenant_id === null ? sql`select * from find_confirmed_account(${email})` : sql`select * from find_member(${email}, ${tenant_id})`,
    ),
  )
  return owner
}

/** False where somebody is known by this key already. */
const link = (tenant_id: string, user_id: string, { way }: Named, call: Call) =>
  inTenant(
    bareUser(tenant_id, user_id),
    'read write',
    async (scope) => {
      const id = Bun.randomUUIDv7()
      const row = { id, user_id, kind: 'oidc' as const, ...way }
      const added = await scope.tx.insert(identities).values(row).onConflictDoNothing()
      if (added.count) await audit(scope, 'identities.link', id, { after: { issuer: way.issuer } })
      else await audit(scope, 'identities.refuse', null, { after: { reason: 'identity_taken', issuer: way.issuer } })
      return added.count > 0
    },
    call,
  )

/** Links whom the provider named to the account that asked for it, in the session that asked for it. `link_ended` where that is over. */
export async function linkTo(ref: SessionRef, named: Named, call: Call): Promise<'linked' | 'link_ended' | 'identity_taken'> {
  if (!(await loadSession(ref))) return 'link_ended'
  return (await link(ref.tenant_id, ref.user_id, named, call)) ? 'linked' : 'identity_taken'
}
