import { config } from './config'
import { hashOf } from './secrets'

/** What we are at a provider: the platform's app in Entra, which every directory may use, a tenant's own in its own directory, or its client at any other issuer. */
export interface App {
  /** Another issuer, directory, id or secret makes it another one. A tenant's begins with the tenant's id. */
  key: string
  tenant_id: string | null
  /** `common` for every one; null where it is not Entra. */
  directory: string | null
  /** As tokens name it; the platform's app has Entra's template. */
  issuer: string
  client_id: string
  client_secret: string
  redirect_uri: string
}

/** The issuer of a tenant's own provider: Entra's is made of its directory. */
export const issuerOf = ({ directory, issuer }: { directory: string | null; issuer: string | null }) =>
  issuer ?? `${config.MS_AUTHORITY}/${directory}/v2.0`

const digestOf = ({ directory, issuer, client_id, client_secret }: Omit<App, 'key' | 'tenant_id' | 'redirect_uri'>) =>
  hashOf([issuer, directory ?? '', client_id, client_secret].join(' '))

type Registration = Pick<typeof config, 'MS_CLIENT_ID' | 'MS_CLIENT_SECRET' | 'API_PUBLIC_URL'>

/** A registration of the platform itself in Entra. Undefined where none is configured. */
export function ownApp(
  { MS_CLIENT_ID: client_id, MS_CLIENT_SECRET: client_secret, API_PUBLIC_URL }: Registration,
  directory = 'common',
): App | undefined {
  if (!client_id) return undefined
  const issuer = issuerOf({ directory: directory === 'common' ? '{tenantid}' : directory, issuer: null })
  const app = { directory, issuer, client_id, client_secret }
  const redirect_uri = redirectUri({ directory, tenant_id: null }, API_PUBLIC_URL)
  return { ...app, key: digestOf(app), tenant_id: null, redirect_uri }
}

export const platformApp = () => ownApp(config)

export const appOfTenant = (app: Omit<App, 'key' | 'redirect_uri'>): App => ({
  ...app,
  key: `${app.tenant_id} ${digestOf(app)}`,
  redirect_uri: redirectUri(app),
})

/**
 * Where a provider sends the browser back to. Entra's is the contract's. A tenant chooses its other issuer by itself, so each has an address of its own: a code that
 * one provider made is never taken for another's (mix-up, RFC 9700 section 4.4.2.2).
 */
export const redirectUri = (of: { directory: string | null; tenant_id: string | null }, publicUrl = config.API_PUBLIC_URL) =>
  `${publicUrl}/api/v1/auth/${of.directory === null ? `oidc/${of.tenant_id}` : 'microsoft'}/callback`
