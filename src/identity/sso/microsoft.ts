import * as oidc from 'openid-client'
import { nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { limits } from '../../core/limits'
import { hashOf } from '../../core/secrets'

export const redirectUri = () => `${config.API_PUBLIC_URL}/api/v1/auth/microsoft/callback`

/** The app that is asked just now: another authority, id or secret makes it another one. Undefined where none is configured. */
export const currentApp = () =>
  config.MS_CLIENT_ID ? hashOf(`${config.MS_AUTHORITY} ${config.MS_CLIENT_ID} ${config.MS_CLIENT_SECRET}`) : undefined

const microsoft = 'https://login.microsoftonline.com'
let known: { app: string; at: number; client: oidc.Configuration } | undefined

/**
 * The library fills the issuer's template with the token's `tid` under Microsoft's own name alone. So other authorities (national clouds, tests) are
 * asked for under that name too, and fetched where MS_AUTHORITY says.
 */
export async function microsoftClient(app: string): Promise<oidc.Configuration> {
  if (known?.app === app && nowMs() - known.at < limits.providerKeptMs) return known.client
  const { MS_AUTHORITY, MS_CLIENT_ID, MS_CLIENT_SECRET } = config
  const execute = [oidc.enableNonRepudiationChecks, ...(MS_AUTHORITY.startsWith('http:') ? [oidc.allowInsecureRequests] : [])]
  const client = await oidc.discovery(
    new URL(`${microsoft}/common/v2.0`),
    MS_CLIENT_ID,
    { id_token_signed_response_alg: 'RS256' },
    oidc.ClientSecretPost(MS_CLIENT_SECRET),
    {
      timeout: limits.providerSeconds,
      execute,
      [oidc.customFetch]: (url: string, options: object) =>
        fetch(url.startsWith(`${microsoft}/`) ? MS_AUTHORITY + url.slice(microsoft.length) : url, options),
    },
  )
  if (client.serverMetadata().issuer !== `${MS_AUTHORITY}/{tenantid}/v2.0`) throw new Error('the authority names another issuer')
  known = { app, at: nowMs(), client }
  return client
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const yes = new Set<unknown>([true, 1, '1', 'true'])

/** Whom the answer names. Signature, issuer (by `tid`), audience, nonce, state and times were checked; throws where any of it does not hold. */
export async function readAnswer(app: string, search: string, checks: { state: string; nonce: string; verifier: string }) {
  const client = await microsoftClient(app)
  const tokens = await oidc.authorizationCodeGrant(client, new URL(redirectUri() + search), {
    expectedState: checks.state,
    expectedNonce: checks.nonce,
    pkceCodeVerifier: checks.verifier,
    idTokenExpected: true,
  })
  const { iss, tid, oid, email, xms_edov } = tokens.claims()!
  if (
    typeof tid !== 'string' ||
    typeof oid !== 'string' ||
    !guid.test(tid) ||
    !guid.test(oid) ||
    iss !== `${config.MS_AUTHORITY}/${tid}/v2.0`
  )
    throw new Error('the answer names no directory or nobody in it')
  // An address is anybody's claim: it counts where Microsoft says that its domain is proven (xms_edov).
  return { issuer: iss, directory: tid, subject: oid, proven_email: typeof email === 'string' && yes.has(xms_edov) ? email : undefined }
}

export type Named = Awaited<ReturnType<typeof readAnswer>>
