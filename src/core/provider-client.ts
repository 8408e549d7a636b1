import * as oidc from 'openid-client'
import { nowMs } from './clock'
import { config } from './config'
import { limits } from './limits'
import { log } from './log'
import { Problem } from './problem'
import { fetchOutside } from './outside'
import { callingOut } from './spans'
import type { App } from './provider'

const microsoft = 'https://login.microsoftonline.com'
const known = new Map<string, { at: number; client: oidc.Configuration }>()

/** The provider names itself otherwise than it was asked for (OpenID Connect Discovery 1.0 section 4.3). */
class OtherIssuer extends Error {}

/** Speaks to the provider of an app, by what that says of itself; believed for an hour. */
export async function clientOf(app: App): Promise<oidc.Configuration> {
  const kept = known.get(app.key)
  if (kept && nowMs() - kept.at < limits.providerKeptMs) return kept.client
  const client = await (app.directory === null ? atIssuer(app) : atMicrosoft(app))
  if (client.serverMetadata().issuer !== app.issuer) throw new OtherIssuer('the provider names another issuer')
  if (known.size >= limits.providersKept) known.clear()
  known.set(app.key, { at: nowMs(), client })
  return client
}

const execute = (url: string) => [oidc.enableNonRepudiationChecks, ...(url.startsWith('http:') ? [oidc.allowInsecureRequests] : [])]

/**
 * The library fills the issuer's template with the token's `tid` under Microsoft's own name alone. So for the platform's app other authorities (national
 * clouds, tests) are asked for under that name too, and fetched where MS_AUTHORITY says. A tenant's directory names its own issuer.
 */
function atMicrosoft({ directory, client_id, client_secret }: App) {
  const { MS_AUTHORITY } = config
  return oidc.discovery(
    new URL(`${directory === 'common' ? microsoft : MS_AUTHORITY}/${directory}/v2.0`),
    client_id,
    { id_token_signed_response_alg: 'RS256' },
    oidc.ClientSecretPost(client_secret),
    {
      timeout: limits.providerSeconds,
      execute: execute(MS_AUTHORITY),
      [oidc.customFetch]: (url: string, options: object) =>
        callingOut('microsoft', () => fetch(url.startsWith(`${microsoft}/`) ? MS_AUTHORITY + url.slice(microsoft.length) : url, options)),
    },
  )
}

/** As the provider takes it; where it does not say, as RFC 6749 section 2.3.1 has it. */
const authenticate =
  (secret: string): oidc.ClientAuth =>
  (server, ...rest) =>
    (server.token_endpoint_auth_methods_supported?.includes('client_secret_post')
      ? oidc.ClientSecretPost(secret)
      : oidc.ClientSecretBasic(secret))(server, ...rest)

/** A tenant chose the address, so that everything goes through `fetchOutside`. */
async function atIssuer({ issuer, client_id, client_secret }: App) {
  const client = await oidc
    .discovery(new URL(issuer), client_id, {}, authenticate(client_secret), {
      timeout: limits.providerSeconds,
      execute: execute(issuer),
      [oidc.customFetch]: (url: string, options: object) => callingOut('issuer', () => fetchOutside(url, options)),
    })
    .catch((error: unknown) => {
      throw (error as { code?: string }).code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED' ? new OtherIssuer('another issuer') : error
    })
  const { authorization_endpoint = '' } = client.serverMetadata()
  if (!URL.canParse(authorization_endpoint) || new URL(authorization_endpoint).protocol !== new URL(issuer).protocol)
    throw new Error('the provider leads browsers elsewhere')
  return client
}

/** Asks the provider with the secret: whether it answers as itself, and knows us. */
export async function askProvider(app: App): Promise<'accepted' | 'refused' | 'unreachable' | 'other_issuer'> {
  try {
    const client = await clientOf(app)
    if (app.directory !== null) await oidc.clientCredentialsGrant(client, { scope: 'https://graph.microsoft.com/.default' })
    else await oidc.genericGrantRequest(client, 'authorization_code', { code: 'of a check', redirect_uri: app.redirect_uri })
    return 'accepted'
  } catch (error) {
    if (error instanceof OtherIssuer) return 'other_issuer'
    // Only who has shown the secret is told that the code is none.
    if (error instanceof oidc.ResponseBodyError && app.directory === null && error.error === 'invalid_grant') return 'accepted'
    return error instanceof oidc.ResponseBodyError || error instanceof oidc.WWWAuthenticateChallengeError ? 'refused' : 'unreachable'
  }
}

/** Where a browser is sent to sign in; `anew` also where somebody is signed in there already. 503 `sso_unavailable` where the provider cannot be asked. */
export async function authorizationUrl(
  app: App,
  { state, nonce, challenge }: Record<'state' | 'nonce' | 'challenge', string>,
  email?: string,
  anew?: boolean,
) {
  const client = await clientOf(app).catch((error: unknown) => {
    log.warn({ code: (error as { code?: string }).code }, 'the identity provider cannot be asked')
    throw new Problem(503, 'sso_unavailable', 'The identity provider cannot be asked just now', { retryAfterSeconds: 10 })
  })
  const url = oidc.buildAuthorizationUrl(client, {
    redirect_uri: app.redirect_uri,
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(email ? { login_hint: email } : { prompt: 'select_account' }),
    // OpenID Connect Core 1.0 section 3.1.2.1: with max_age the answer says when, so that leaving both out of the address gains nothing.
    ...(anew && { prompt: 'login', max_age: '0' }),
  })
  return url.href
}
