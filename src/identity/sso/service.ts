import { sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { config } from '../../core/config'
import { domainOf } from '../../core/email-domain'
import { Problem } from '../../core/errors'
import { log } from '../../core/log'
import { type Call, bareUser, beforeTenant, inTenant, nobody } from '../../core/scope'
import { assertPasswordsAllowed } from '../../core/passwords'
import { enterByProvider } from '../auth/service'
import { joinAsInvited } from '../invitations/service'
import { identities } from '../users/schema'
import { type App, type Named, authorizationUrl, platformApp, readAnswer } from '../../core/microsoft'
import { appOf, appOfDomain, tenantOfDomain } from '../sso-settings/service'
import { beginTransaction, keepForExchange, takeHandoff, takeTransaction } from './transactions'

interface Person extends Record<string, unknown> {
  user_id: string
  email: string
}
type Refusal = 'sso_expired' | 'sso_denied' | 'sso_failed' | 'sso_unknown' | 'sso_domain'

const appPage = (query: Record<string, string>) => `${config.APP_BASE_URL}/auth/callback?${new URLSearchParams(query).toString()}`

/** A path of the console, and nothing that a browser could read as another site. */
const safePath = (path: string | undefined) => (path && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? path : '/')

export const describeSignIn = () => ({ microsoft: platformApp() !== undefined })

/** Where the browser goes, and the cookie that it takes along. 404 `sso_not_configured` without an app. */
export async function beginSignIn({ email, return_to }: { email?: string; return_to?: string }) {
  const app = (email && (await appOfDomain(domainOf(email)))) || platformApp()
  if (!app) throw new Problem(404, 'sso_not_configured', 'Signing in with Microsoft is not set up here')
  const { cookie, ...checks } = await beginTransaction(app.key, safePath(return_to))
  return { url: await authorizationUrl(app, checks, email), cookie }
}

/** What is refused before a tenant is known is recorded under nobody's. */
const recordRefusal = (reason: Refusal, call: Call) =>
  inTenant(bareUser(nobody), 'read write', (scope) => audit(scope, 'sso.refuse', null, { after: { reason } }), call)

/** By the directory's own key for the person; else, once, by an address that both sides have proven or an invitation to it, and from then on by the key. */
async function findPerson(app: App, { way, email, edov, name }: Named, call: Call): Promise<Person | undefined> {
  const { issuer, directory, subject } = way
  const only = app.tenant_id
  const [known] = await beforeTenant((tx) =>
    tx.execute<Person>(sql`select * from find_identity(${issuer}, ${directory}, ${subject}, ${only}::uuid)`),
  )
  const domain = email && domainOf(email)
  if (known || !domain || !(await isProven(app, domain, edov))) return known
  const [owner] = await beforeTenant((tx) =>
    tx.execute<Person>(
      only === null ? sql`select * from find_confirmed_account(${email})` : sql`select * from find_member(${email}, ${only})`,
    ),
  )
  if (!owner) {
    const user_id = isAllowed(email) ? await joinAsInvited({ email, name, way, only: only ?? undefined }, call) : undefined
    return user_id ? { user_id, email } : undefined
  }
  if (!isAllowed(owner.email)) return owner
  await inTenant(
    bareUser(only ?? nobody, owner.user_id),
    'read write',
    async (scope) => {
      const id = Bun.randomUUIDv7()
      await scope.tx.insert(identities).values({ id, user_id: owner.user_id, kind: 'oidc', ...way })
      await audit(scope, 'identities.link', id, { after: { issuer } })
    },
    call,
  )
  return owner
}

/** To the platform an address is proven by Microsoft's word; to a tenant's own app by the tenant's proof that the domain is its own. */
const isProven = async ({ tenant_id }: App, domain: string, edov: boolean) =>
  tenant_id === null ? edov : (await tenantOfDomain(domain)) === tenant_id

/** Decided by the domain alone, so that it tells nothing of accounts. */
export async function checkMethod(email: string) {
  assertPasswordsAllowed()
  if (!(await appOfDomain(domainOf(email)))) return { method: 'password' as const }
  return {
    method: 'sso' as const,
    sso_url: `${config.API_PUBLIC_URL}/api/v1/auth/microsoft/login?${new URLSearchParams({ email }).toString()}`,
  }
}

const isAllowed = (email: string) =>
  config.AUTH_POLICY !== 'restricted' || config.AUTH_ALLOWED_EMAIL_DOMAINS.includes(domainOf(email) ?? '')

/** The page the browser goes to: with a code to exchange, or with the word of what was wrong. Nobody is signed in by this alone. */
export async function finishAtProvider(search: string, cookie: string | undefined, call: Call): Promise<string> {
  const answer = new URLSearchParams(search)
  const refuse = async (reason: Refusal) => {
    await recordRefusal(reason, call)
    return appPage({ error: reason })
  }
  const state = answer.get('state')
  const transaction = await takeTransaction(cookie, state)
  const app = transaction && (await appOf(transaction.provider))
  if (!transaction || !app || cookie === undefined || state === null) return refuse('sso_expired')
  if (answer.has('error')) return refuse('sso_denied')
  const named = await readAnswer(app, search, { ...transaction, state }).catch((error: unknown) => {
    log.warn({ code: (error as { code?: string }).code, request_id: call.request_id }, 'the answer of an identity provider was refused')
    return undefined
  })
  if (!named) return refuse('sso_failed')
  const person = await findPerson(app, named, call)
  if (!person) return refuse('sso_unknown')
  if (!isAllowed(person.email)) return refuse('sso_domain')
  return appPage({
    code: await keepForExchange({ ...person, provider_tenant_id: app.tenant_id }, cookie),
    return_to: transaction.return_path,
  })
}

/** As a login: 401 `exchange_ended` for whatever is wrong with code or cookie. */
export async function exchangeCode(code: string, cookie: string | undefined, call: Call, userAgent?: string) {
  const named = await takeHandoff(code, cookie)
  if (!named) throw new Problem(401, 'exchange_ended', 'Begin the sign-in again')
  return enterByProvider(named, call, userAgent)
}
