import * as oidc from 'openid-client'
import { nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { limits } from '../../core/limits'
import { hashOf } from '../../core/secrets'
import { callingOut } from '../../core/spans'

export const redirectUri = () => `${config.API_PUBLIC_URL}/api/v1/auth/microsoft/callback`

/** An app in Entra: the platform's, which every directory may use, or a tenant's own in its own directory. */
export interface App {
  /** Another authority, directory, id or secret makes it another one. A tenant's begins with the tenant's id. */
  key: string
  tenant_id: string | null
  directory: string
  client_id: string
  client_secret: string
}

const digestOf = (directory: string, client_id: string, client_secret: string) =>
  hashOf([config.MS_AUTHORITY, directory, client_id, client_secret].join(' '))

/** Undefined where none is configured. */
export function platformApp(): App | undefined {
  const { MS_CLIENT_ID: client_id, MS_CLIENT_SECRET: client_secret } = config
  return client_id
    ? { key: digestOf('common', client_id, client_secret), tenant_id: null, directory: 'common', client_id, client_secret }
    : undefined
}

export const appOfTenant = (app: Omit<App, 'key'>): App => ({
  ...app,
  key: `${app.tenant_id} ${digestOf(app.directory, app.client_id, app.client_secret)}`,
})

const microsoft = 'https://login.microsoftonline.com'
const known = new Map<string, { at: number; client: oidc.Configuration }>()

/**
 * The library fills the issuer's template with the token's `tid` under Microsoft's own name alone. So for the platform's app other authorities (national
 * clouds, tests) are asked for under that name too, and fetched where MS_AUTHORITY says. A tenant's directory names its own issuer.
 */
export async function microsoftClient({ key, tenant_id, directory, client_id, client_secret }: App): Promise<oidc.Configuration> {
  const kept = known.get(key)
  if (kept && nowMs() - kept.at < limits.providerKeptMs) return kept.client
  const { MS_AUTHORITY } = config
  const execute = [oidc.enableNonRepudiationChecks, ...(MS_AUTHORITY.startsWith('http:') ? [oidc.allowInsecureRequests] : [])]
  const client = await oidc.discovery(
    new URL(`${tenant_id === null ? microsoft : MS_AUTHORITY}/${directory}/v2.0`),
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
  if (client.serverMetadata().issuer !== `${MS_AUTHORITY}/${tenant_id === null ? '{tenantid}' : directory}/v2.0`)
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
  const tokens = await oidc.authorizationCodeGrant(client, new URL(redirectUri() + search), {
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
    (app.tenant_id !== null && tid !== app.directory)
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

export type Named = Awaited<ReturnType<typeof readAnswer>>
