import { and, isNull, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { audit } from '../../core/audit'
import { now } from '../../core/clock'
import { config } from '../../core/config'
import { Problem, invalid, notFound } from '../../core/errors'
import { assertFeature, featuresOf } from '../../core/features'
import { type Actor, type Call, type Scope, beforeTenant, expectVersion, inTenant, jobActor } from '../../core/scope'
import { seal, unseal } from '../../core/secrets'
import { sessions, tenantChoices } from '../auth/schema'
import { boundToTenant } from '../auth/session-rules'
import { mfaChallenges } from '../mfa/schema'
import { type App, appOfTenant, issuerOf, platformApp, redirectUri } from '../../core/provider'
import { askProvider } from '../../core/provider-client'
import { ssoProviders } from './schema'

interface ProviderInput {
  directory?: string
  issuer?: string
  client_id: string
  client_secret?: string
}

const place = (tenant_id: string) => `sso_provider ${tenant_id}`

async function find({ tx, own }: Scope) {
  const [row] = await tx.select().from(ssoProviders).where(own(ssoProviders))
  return row
}
type Row = NonNullable<Awaited<ReturnType<typeof find>>>
const told = (row: Row | undefined) => row && { directory: row.directory, issuer: row.issuer, client_id: row.client_id }

/** The secret is never given back. */
const shown = (row: Row | undefined, tenant_id: string) => ({
  directory: row?.directory ?? null,
  issuer: row?.issuer ?? null,
  client_id: row?.client_id ?? null,
  redirect_uri: redirectUri({ directory: 'any', tenant_id }),
  issuer_redirect_uri: redirectUri({ directory: null, tenant_id }),
  version: row?.version ?? 0,
})

export const getProvider = async (scope: Scope) => shown(await find(scope), scope.actor.tenant_id)

/** As it stands in tokens, to the letter (OpenID Connect Core 1.0 section 2: a URL without query and fragment). */
function assertIssuer(issuer: string) {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  const schemes = config.OIDC_PRIVATE_NETWORKS.length ? ['https:', 'http:'] : ['https:']
  if (!url || !schemes.includes(url.protocol) || url.username || url.password || /[?#\s]/.test(issuer))
    throw invalid('/issuer', 'must be an https address without query')
}

async function placeOf({ actor }: Scope, input: ProviderInput) {
  const { directory = null, issuer = null }: { directory?: string | null; issuer?: string | null } = input
  if ((directory === null) === (issuer === null)) throw new Problem(422, 'invalid', 'Send either directory or issuer')
  if (issuer === null) return { directory, issuer }
  await assertFeature(actor.tenant_id, 'oidc')
  assertIssuer(issuer)
  return { directory, issuer }
}

/** What was opened through the provider that it was ends at once, on every process and socket, and so do sign-ins under way. Locked before: no sign-in passes by. */
async function endSessions({ tx, own, signals }: Scope) {
  const bound = (amr: AnyPgColumn) => sql`${boundToTenant} = any(${amr})`
  await tx.delete(mfaChallenges).where(and(own(mfaChallenges), bound(mfaChallenges.amr)))
  await tx.delete(tenantChoices).where(and(own(tenantChoices), bound(tenantChoices.amr)))
  const ended = await tx
    .update(sessions)
    .set({ ended_at: now(), end_reason: 'provider_changed' })
    .where(and(own(sessions), isNull(sessions.ended_at), bound(sessions.amr)))
    .returning({ id: sessions.id })
  for (const { id } of ended) signals.push({ topic: 'sessions', key: id })
  return ended.length
}

/** 422 without a secret for another provider or app: a secret belongs to the app it was made for. Another one ends the sessions of the one before. */
export async function setProvider(scope: Scope, input: ProviderInput) {
  const { tx, owned, actor } = scope
  const { client_id, client_secret } = input
  const where = await placeOf(scope, input)
  const before = await find(scope)
  expectVersion(scope, before ?? { version: 0 })
  const same = before?.directory === where.directory && before.issuer === where.issuer && before.client_id === client_id
  if (client_secret === undefined && !same) throw invalid('/client_secret', 'is required for another provider or app')
  const secret_sealed = client_secret === undefined ? before!.secret_sealed : seal(client_secret, place(actor.tenant_id))
  const change = { ...where, client_id, secret_sealed }
  const [after] = await tx
    .insert(ssoProviders)
    .values(owned(change))
    .onConflictDoUpdate({ target: ssoProviders.tenant_id, set: { ...change, version: sql`"sso_provider"."version" + 1` } })
    .returning()
  const sessions_ended = before && !same ? await endSessions(scope) : 0
  await audit(scope, 'sso_settings.update', after!.id, {
    before: told(before),
    after: { ...told(after), secret_changed: client_secret !== undefined, sessions_ended },
  })
  return shown(after, actor.tenant_id)
}

export async function removeProvider(scope: Scope) {
  const [before] = await scope.tx.delete(ssoProviders).where(scope.own(ssoProviders)).returning()
  if (!before) throw notFound('provider')
  const sessions_ended = await endSessions(scope)
  await audit(scope, 'sso_settings.delete', before.id, { before: told(before), after: { sessions_ended } })
}

/** A tenant's own app; of another issuer than Entra only where that is switched on. */
export async function appIn(tenant_id: string): Promise<App | undefined> {
  const row = await inTenant(jobActor(tenant_id), 'read only', find)
  if (!row || (row.issuer !== null && !(await featuresOf(tenant_id)).oidc)) return undefined
  const { directory, client_id, secret_sealed } = row
  return appOfTenant({ tenant_id, directory, issuer: issuerOf(row), client_id, client_secret: unseal(secret_sealed, place(tenant_id)) })
}

/** The tenant that has proven this domain. */
export async function tenantOfDomain(domain: string): Promise<string | undefined> {
  const [row] = await beforeTenant((tx) => tx.execute<{ tenant_id: string }>(sql`select * from find_domain(${domain})`))
  return row?.tenant_id
}

/** The app of the tenant that has proven this domain. */
export async function appOfDomain(domain: string | undefined): Promise<App | undefined> {
  const tenant_id = domain && (await tenantOfDomain(domain))
  return tenant_id ? appIn(tenant_id) : undefined
}

/** The app of this key, as long as it is configured in the same way. */
export async function appOf(key: string): Promise<App | undefined> {
  const [tenant_id] = key.split(' ')
  const app = key.includes(' ') ? await appIn(tenant_id!) : platformApp()
  return app?.key === key ? app : undefined
}

/** Asks the provider with the secret: whether it answers, and knows the app. */
export async function checkProvider(actor: Actor, call: Call) {
  const app = await appIn(actor.tenant_id)
  if (!app) throw new Problem(409, 'sso_not_configured', 'Save the provider and its app first')
  const outcome = await askProvider(app)
  await inTenant(actor, 'read write', (scope) => audit(scope, 'sso_settings.check', null, { after: { outcome } }), call)
  return { outcome }
}
