import * as oidc from 'openid-client'
import { nowMs } from './clock'
import { config } from './config'
import { limits } from './limits'
import { log } from './log'
import { Problem } from './problem'
import { hashOf } from './secrets'
import { callingOut } from './spans'

export const redirectUri = (publicUrl = config.API_PUBLIC_URL) => `${publicUrl}/api/v1/auth/microsoft/callback`

/** An app in Entra: the platform's, which every directory may use, or a tenant's own in its own directory. */
export interface App {
  /** Another authority, directory, id or secret makes it another one. A tenant's begins with the tenant's id. */
  key: string
  tenant_id: string | null
  /** `common` for every directory. */
  directory: string
  client_id: string
  client_secret: string
  redirect_uri: string
}

const digestOf = (directory: string, client_id: string, client_secret: string) =>
  hashOf([config.MS_AUTHORITY, directory, client_id, client_secret].join(' '))

/** A registration of the platform itself. Undefined where none is configured. */
export function ownApp(
  { MS_CLIENT_ID: client_id, MS_CLIENT_SECRET: client_secret, API_PUBLIC_URL }: typeof config,
  directory = 'common',
): App | undefined {
  const key = digestOf(directory, client_id, client_secret)
  return client_id ? { key, tenant_id: null, directory, client_id, client_secret, redirect_uri: redirectUri(API_PUBLIC_URL) } : undefined
}

export const platformApp = () => ownApp(config)

export const appOfTenant = (app: Omit<App, 'key' | 'redirect_uri'>): App => ({
  ...app,
  redirect_uri: redirectUri(),
  key: `${app.tenant_id} ${digestOf(app.directory, app.client_id, app.client_secret)}`,
})

const microsoft = 'https://login.microsoftonline.com'
const known = new Map<string, { at: number; client: oidc.Configuration }>()

/**
 * The library fills the issuer's template with the token's `tid` under Microsoft's own name alone. So for the platform's app other authorities (national
 * clouds, tests) are asked for under that name too, and fetched where MS_AUTHORITY says. A tenant's directory names its own issuer.
 */
export async function microsoftClient({ key, directory, client_id, client_secret }: App): Promise<oidc.Configuration> {
  const kept = known.get(key)
  if (kept && nowMs() - kept.at < limits.providerKeptMs) return kept.client
  const { MS_AUTHORITY } = config
  const execute = [oidc.enableNonRepudiationChecks, ...(MS_AUTHORITY.startsWith('http:') ? [oidc.allowInsecureRequests] : [])]
  const client = await oidc.discovery(
    new URL(`${directory === 'common' ? microsoft : MS_AUTHORITY}/${directory}/v2.0`),
    client_id,
    { id_token_signed_response_alg: 'RS256' },
    oidc.ClientSecretPost(client_secret),
    {
      timeout: limits.providerSeconds,
      execute,
      [oidc.customFetch]: (url: string, options: object) =>
        callingOut('microsoft', () => fetch(url.startsWith(`${microsoft}/`) ? MS_AUTHORITY + url.slice(microsoft.length) : url, options)),
    },
  )
  if (client.serverMetadata().issuer !== `${MS_AUTHORITY}/${directory === 'common' ? '{tenantid}' : directory}/v2.0`)
    throw new Error('the authority names another issuer')
  if (known.size >= limits.providersKept) known.clear()
  known.set(key, { at: nowMs(), client })
  return client
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const yes = new Set<unknown>([true, 1, '1', 'true'])

/** Whom the answer names. Signature, issuer (by `tid`), audience, nonce, state and times were checked; throws where any of it does not hold. */
export async function readAnswer(app: App, search: string, checks: { state: string; nonce: string; verifier: string }) {
  const client = await microsoftClient(app)
  const tokens = await oidc.authorizationCodeGrant(client, new URL(app.redirect_uri + search), {
    expectedState: checks.state,
    expectedNonce: checks.nonce,
    pkceCodeVerifier: checks.verifier,
    idTokenExpected: true,
  })
  const { iss, tid, oid, email, name, xms_edov } = tokens.claims()!
  if (
    typeof tid !== 'string' ||
    typeof oid !== 'string' ||
    !guid.test(tid) ||
    !guid.test(oid) ||
    iss !== `${config.MS_AUTHORITY}/${tid}/v2.0` ||
    (app.directory !== 'common' && tid !== app.directory)
  )
    throw new Error('the answer names no directory or nobody in it')
  const text = (claim: unknown) => (typeof claim === 'string' && claim ? claim.slice(0, 120) : undefined)
  return {
    way: { issuer: iss, directory: tid, subject: oid, provider_tenant_id: app.tenant_id },
    email: typeof email === 'string' ? email : undefined,
    name: text(name),
    /** An address is anybody's claim: it counts where Microsoft says that its domain is proven. */
    edov: yes.has(xms_edov),
  }
}

/** Where a browser is sent to sign in. 503 `sso_unavailable` where the provider cannot be asked. */
export async function authorizationUrl(
  app: App,
  { state, nonce, challenge }: { state: string; nonce: string; challenge: string },
  email?: string,
) {
  const client = await microsoftClient(app).catch((error: unknown) => {
    log.warn({ code: (error as { code?: string }).code }, 'the identity provider cannot be asked')
    throw new Problem(503, 'sso_unavailable', 'Microsoft cannot be asked just now', { retryAfterSeconds: 10 })
  })
  const url = oidc.buildAuthorizationUrl(client, {
    redirect_uri: app.redirect_uri,
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(email ? { login_hint: email } : { prompt: 'select_account' }),
  })
  return url.href
}

export type Named = Awaited<ReturnType<typeof readAnswer>>
