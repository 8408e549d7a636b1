import { audit } from '../../core/audit'
import type { Known } from '../../core/authenticate'
import { config } from '../../core/config'
import { domainOf } from '../../core/email-domain'
import { Problem } from '../../core/errors'
import { limits } from '../../core/limits'
import { log } from '../../core/log'
import { type Call, bareUser, inTenant, nobody } from '../../core/scope'
import { assertPasswordsAllowed } from '../../core/passwords'
import { addressOfUser } from '../auth/proof'
import { assertNotBound } from '../auth/session-rules'
import { type Proof, type Provider, appFor, findPerson, hasPlatformWay, linkTo, prove, provenTo, proving } from '../identities/service'
import { enterByProvider } from '../auth/service'
import { appOf, appOfDomain } from '../sso-settings/service'
import { readAnswer } from '../../core/provider-answer'
import { type App, platformApp } from '../../core/provider'
import { authorizationUrl } from '../../core/provider-client'
import type { Errand } from './schema'
import { beginTransaction, keepForExchange, takeHandoff, takeTransaction } from './transactions'

type Refusal = 'sso_expired' | 'sso_denied' | 'sso_failed' | 'sso_unknown' | 'sso_domain' | 'link_ended' | 'identity_taken' | 'sso_stale'

const page = (path: string, query: Record<string, string>) => `${config.APP_BASE_URL}${path}?${new URLSearchParams(query).toString()}`

/** A path of the console, and nothing that a browser could read as another site. */
const safePath = (path: string | undefined) => (path && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? path : '/')

export const describeSignIn = () => ({ microsoft: platformApp() !== undefined })

interface Begin {
  email?: string
  return_to?: string
}

/** Where the browser goes, and the cookie that it takes along. 404 `sso_not_configured` without an app. */
export async function beginSignIn({ email, return_to }: Begin) {
  const app = (email && (await appOfDomain(domainOf(email)))) || platformApp()
  if (!app) throw new Problem(404, 'sso_not_configured', 'Signing in with Microsoft is not set up here')
  return beginAt(app, { email, return_path: safePath(return_to) })
}

/** The same, to link whoever comes back to the account of this session; for that the address is only a hint. Needs proof; 403 `bound_to_provider`. */
export async function beginLink(known: Known, { provider, ...proof }: Proof & { provider: Provider }, call: Call) {
  const { actor, session: link } = known
  assertNotBound(known.bound)
  await prove(known, proof, call)
  const app = await appFor(provider, actor.tenant_id)
  if (!app) throw new Problem(404, 'sso_not_configured', 'This provider is not set up here')
  const begun = await beginAt(app, { email: await addressOfUser(actor), return_path: '/account/ways', link })
  await inTenant(actor, 'read write', (scope) => audit(scope, 'identities.begin_link', actor.id, { after: { provider } }), call)
  return begun
}

/**
 * For who has neither password nor factor: the browser goes to the platform's provider, where he signs in anew, and comes back to the account page with a code that is
 * proof, and with `next`. 404 `sso_not_configured` for who does not sign in there.
 */
export async function beginProof(known: Known, next: string, call: Call) {
  const { actor, session } = known
  assertNotBound(known.bound)
  const app = platformApp()
  if (!app || !session || !(await hasPlatformWay(actor)))
    throw new Problem(404, 'sso_not_configured', 'You do not sign in with a provider of the platform')
  const begun = await beginAt(app, { email: await addressOfUser(actor), return_path: '/account/ways', link: { ...session, proves: next } })
  await inTenant(actor, 'read write', (scope) => audit(scope, 'identities.begin_proof', actor.id), call)
  return begun
}

async function beginAt(app: App, { email, return_path, link }: { email?: string; return_path: string; link?: Errand }) {
  const { cookie, ...checks } = await beginTransaction({ provider: app.key, return_path, link })
  return { url: await authorizationUrl(app, checks, email, link?.proves !== undefined), cookie }
}

/** What is refused before a tenant is known is recorded under nobody's. */
const recordRefusal = (reason: Refusal, call: Call) =>
  inTenant(bareUser(nobody), 'read write', (scope) => audit(scope, 'sso.refuse', null, { after: { reason } }), call)

/** Decided by the domain alone, so that it tells nothing of accounts. */
export async function checkMethod(email: string) {
  assertPasswordsAllowed()
  if (!(await appOfDomain(domainOf(email)))) return { method: 'password' as const }
  return {
    method: 'sso' as const,
    sso_url: `${config.API_PUBLIC_URL}/api/v1/auth/microsoft/login?${new URLSearchParams({ email }).toString()}`,
  }
}

/** A browser that came back from a provider: with what, to which of our addresses, and with which cookie. */
export interface Return {
  search: string
  came_to: string
  cookie: string | undefined
}
type Session = Extract<Awaited<ReturnType<typeof enterByProvider>>, { access_token: string }>

/**
 * The page the browser goes to: with a code to exchange, or with the word of what was wrong. With SSO_HANDOFF=token somebody who needs to show nothing more is
 * signed in by this, and the page gets a token of 60 seconds.
 */
export async function finishAtProvider(back: Return, call: Call, userAgent?: string): Promise<{ to: string; session?: Session }> {
  const { search, cookie } = back
  const answer = new URLSearchParams(search)
  let from = '/auth/callback'
  const refuse = async (reason: Refusal) => {
    await recordRefusal(reason, call)
    return { to: page(from, { error: reason }) }
  }
  const state = answer.get('state')
  const transaction = await takeTransaction(cookie, state)
  if (transaction?.link) from = transaction.return_path
  const app = transaction && (await appOf(transaction.provider))
  if (!transaction || !app || cookie === undefined || state === null) return refuse('sso_expired')
  if (back.came_to !== app.redirect_uri) return refuse('sso_failed')
  if (answer.has('error')) return refuse('sso_denied')
  const named = await readAnswer(app, search, { ...transaction, state }).catch((error: unknown) => {
    log.warn({ code: (error as { code?: string }).code, request_id: call.request_id }, 'the answer of an identity provider was refused')
    return undefined
  })
  if (!named) return refuse('sso_failed')
  if (transaction.link?.proves !== undefined) {
    const shown = await provenTo(transaction.link, named, call)
    if (typeof shown === 'string') return refuse(shown)
    const proof = await keepForExchange({ ...shown, provider: proving(app) }, cookie)
    return { to: page(from, { proof, next: transaction.link.proves }) }
  }
  if (transaction.link) {
    const outcome = await linkTo(transaction.link, named, call)
    return outcome === 'linked' ? { to: page(from, { linked: '1' }) } : refuse(outcome)
  }
  const person = await findPerson(app, named, call)
  if (!person) return refuse('sso_unknown')
  if (person === 'not_allowed') return refuse('sso_domain')
  const return_to = transaction.return_path
  if (config.SSO_HANDOFF === 'token') {
    const session = await enterByProvider({ ...person, provider_tenant_id: app.tenant_id }, call, userAgent, limits.ssoHandoffMs / 1000)
    if ('access_token' in session) return { to: page(from, { token: session.access_token, return_to }), session }
  }
  return { to: page(from, { code: await keepForExchange({ ...person, provider: app.key }, cookie), return_to }) }
}

/** As a login: 401 `exchange_ended` for whatever is wrong with code or cookie, or where the provider is no longer the one that was asked. */
export async function exchangeCode(code: string, cookie: string | undefined, call: Call, userAgent?: string) {
  const named = await takeHandoff(code, cookie)
  const app = named && (await appOf(named.provider))
  if (!app) throw new Problem(401, 'exchange_ended', 'Begin the sign-in again')
  return enterByProvider({ ...named, provider_tenant_id: app.tenant_id }, call, userAgent)
}
