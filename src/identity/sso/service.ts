import { sql } from 'drizzle-orm'
import * as oidc from 'openid-client'
import { audit } from '../../core/audit'
import { config } from '../../core/config'
import { domainOf } from '../../core/email-domain'
import { Problem } from '../../core/errors'
import { log } from '../../core/log'
import { type Call, bareUser, beforeTenant, inTenant, nobody } from '../../core/scope'
import { enterByProvider } from '../auth/service'
import { identities } from '../users/schema'
import { type Named, currentApp, microsoftClient, readAnswer, redirectUri } from './microsoft'
import { beginTransaction, keepForExchange, takeHandoff, takeTransaction } from './transactions'

interface Person extends Record<string, unknown> {
  user_id: string
  email: string
}
type Refusal = 'sso_expired' | 'sso_denied' | 'sso_failed' | 'sso_unknown' | 'sso_domain'

const appPage = (query: Record<string, string>) => `${config.APP_BASE_URL}/auth/callback?${new URLSearchParams(query).toString()}`

/** A path of the console, and nothing that a browser could read as another site. */
const safePath = (path: string | undefined) => (path && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? path : '/')

export const describeSignIn = () => ({ microsoft: currentApp() !== undefined })

/** Where the browser goes, and the cookie that it takes along. 404 `sso_not_configured` without an app. */
export async function beginSignIn({ email, return_to }: { email?: string; return_to?: string }) {
  const app = currentApp()
  if (!app) throw new Problem(404, 'sso_not_configured', 'Signing in with Microsoft is not set up here')
  const client = await microsoftClient(app).catch((error: unknown) => {
    log.warn({ code: (error as { code?: string }).code }, 'the identity provider cannot be asked')
    throw new Problem(503, 'sso_unavailable', 'Microsoft cannot be asked just now', { retryAfterSeconds: 10 })
  })
  const { cookie, state, nonce, challenge } = await beginTransaction(app, safePath(return_to))
  const url = oidc.buildAuthorizationUrl(client, {
    redirect_uri: redirectUri(),
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(email ? { login_hint: email } : { prompt: 'select_account' }),
  })
  return { url: url.href, cookie }
}

/** What is refused before a tenant is known is recorded under nobody's. */
const recordRefusal = (reason: Refusal, call: Call) =>
  inTenant(bareUser(nobody), 'read write', (scope) => audit(scope, 'sso.refuse', null, { after: { reason } }), call)

/** By the directory's own key for the person; else, once, by an address that both sides have proven, and from then on by the key. */
async function findPerson({ issuer, directory, subject, proven_email }: Named, call: Call): Promise<Person | undefined> {
  const [known] = await beforeTenant((tx) => tx.execute<Person>(sql`select * from find_identity(${issuer}, ${directory}, ${subject})`))
  if (known || !proven_email || !domainOf(proven_email)) return known
  const [owner] = await beforeTenant((tx) => tx.execute<Person>(sql`select * from find_confirmed_account(${proven_email})`))
  if (!owner || !isAllowed(owner.email)) return owner
  await inTenant(
    bareUser(nobody, owner.user_id),
    'read write',
    async (scope) => {
      const id = Bun.randomUUIDv7()
      await scope.tx.insert(identities).values({ id, user_id: owner.user_id, kind: 'oidc', issuer, directory, subject })
      await audit(scope, 'identities.link', id, { after: { issuer } })
    },
    call,
  )
  return owner
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
  const app = currentApp()
  const state = answer.get('state')
  const transaction = app && (await takeTransaction(cookie, state, app))
  if (!transaction || cookie === undefined || state === null) return refuse('sso_expired')
  if (answer.has('error')) return refuse('sso_denied')
  const named = await readAnswer(app, search, { ...transaction, state }).catch((error: unknown) => {
    log.warn({ code: (error as { code?: string }).code, request_id: call.request_id }, 'the answer of an identity provider was refused')
    return undefined
  })
  if (!named) return refuse('sso_failed')
  const person = await findPerson(named, call)
  if (!person) return refuse('sso_unknown')
  if (!isAllowed(person.email)) return refuse('sso_domain')
  return appPage({ code: await keepForExchange(person, cookie), return_to: transaction.return_path })
}

/** As a login: 401 `exchange_ended` for whatever is wrong with code or cookie. */
export async function exchangeCode(code: string, cookie: string | undefined, call: Call, userAgent?: string) {
  const named = await takeHandoff(code, cookie)
  if (!named) throw new Problem(401, 'exchange_ended', 'Begin the sign-in again')
  return enterByProvider(named, call, userAgent)
}
