import { sql } from 'drizzle-orm'
import * as oidc from 'openid-client'
import { audit } from '../../core/audit'
import { Problem, invalid, notFound } from '../../core/errors'
import { type Actor, type Call, type Scope, beforeTenant, expectVersion, inTenant, jobActor } from '../../core/scope'
import { seal, unseal } from '../../core/secrets'
import { type App, appOfTenant, microsoftClient, platformApp, redirectUri } from '../../core/microsoft'
import { ssoProviders } from './schema'

interface ProviderInput {
  directory: string
  client_id: string
  client_secret?: string
}

const place = (tenant_id: string) => `sso_provider ${tenant_id}`

async function find({ tx, own }: Scope) {
  const [row] = await tx.select().from(ssoProviders).where(own(ssoProviders))
  return row
}
type Row = NonNullable<Awaited<ReturnType<typeof find>>>

/** The secret is never given back. */
const shown = (row: Row | undefined) => ({
  directory: row?.directory ?? null,
  client_id: row?.client_id ?? null,
  redirect_uri: redirectUri(),
  version: row?.version ?? 0,
})

export const getProvider = async (scope: Scope) => shown(await find(scope))

/** 422 without a secret for another directory or app: a secret belongs to the app it was made for. */
export async function setProvider(scope: Scope, { directory, client_id, client_secret }: ProviderInput) {
  const { tx, owned, actor } = scope
  const before = await find(scope)
  expectVersion(scope, before ?? { version: 0 })
  const same = before?.directory === directory && before.client_id === client_id
  if (client_secret === undefined && !same) throw invalid('/client_secret', 'is required for another directory or app')
  const secret_sealed = client_secret === undefined ? before!.secret_sealed : seal(client_secret, place(actor.tenant_id))
  const change = { directory, client_id, secret_sealed }
  const [after] = await tx
    .insert(ssoProviders)
    .values(owned(change))
    .onConflictDoUpdate({ target: ssoProviders.tenant_id, set: { ...change, version: sql`"sso_provider"."version" + 1` } })
    .returning()
  const told = (row: Row | undefined) => row && { directory: row.directory, client_id: row.client_id }
  await audit(scope, 'sso_settings.update', after!.id, {
    before: told(before),
    after: { ...told(after), secret_changed: client_secret !== undefined },
  })
  return shown(after)
}

export async function removeProvider(scope: Scope) {
  const [before] = await scope.tx.delete(ssoProviders).where(scope.own(ssoProviders)).returning()
  if (!before) throw notFound('provider')
  const { id, directory, client_id } = before
  await audit(scope, 'sso_settings.delete', id, { before: { directory, client_id } })
}

async function appIn(tenant_id: string): Promise<App | undefined> {
  const row = await inTenant(jobActor(tenant_id), 'read only', find)
  if (!row) return undefined
  const { directory, client_id, secret_sealed } = row
  return appOfTenant({ tenant_id, directory, client_id, client_secret: unseal(secret_sealed, place(tenant_id)) })
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

/** Asks the directory with the secret: whether it answers, and knows the app. */
export async function checkProvider(actor: Actor, call: Call) {
  const app = await appIn(actor.tenant_id)
  if (!app) throw new Problem(409, 'sso_not_configured', 'Save the directory and its app first')
  const outcome = await ask(app)
  await inTenant(actor, 'read write', (scope) => audit(scope, 'sso_settings.check', null, { after: { outcome } }), call)
  return { outcome }
}

async function ask(app: App): Promise<'accepted' | 'refused' | 'unreachable'> {
  try {
    await oidc.clientCredentialsGrant(await microsoftClient(app), { scope: 'https://graph.microsoft.com/.default' })
    return 'accepted'
  } catch (error) {
    return error instanceof oidc.ResponseBodyError || error instanceof oidc.WWWAuthenticateChallengeError ? 'refused' : 'unreachable'
  }
}
