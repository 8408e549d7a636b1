import * as oidc from 'openid-client'
import { config } from './config'
import type { App } from './provider'
import { clientOf } from './provider-client'

interface Named {
  way: { issuer: string; directory: string; subject: string; provider_tenant_id: string | null }
  email?: string
  name?: string
  /** The provider's own word that the address is this person's: what it is worth is another question. */
  email_proven: boolean
  /** When the person showed himself there, epoch seconds, where the provider tells it. */
  auth_time?: number
}

/** Whom the answer names. Signature, issuer, audience, nonce, state and times were checked; throws where any of it does not hold. */
export async function readAnswer(app: App, search: string, checks: { state: string; nonce: string; verifier: string }): Promise<Named> {
  const client = await clientOf(app)
  const tokens = await oidc.authorizationCodeGrant(client, new URL(app.redirect_uri + search), {
    expectedState: checks.state,
    expectedNonce: checks.nonce,
    pkceCodeVerifier: checks.verifier,
    idTokenExpected: true,
  })
  const claims = tokens.claims()!
  return app.directory === null
    ? ofIssuer(app, { ...(await asked(client, tokens.access_token, claims)), ...claims })
    : ofMicrosoft(app, claims)
}

/** Some providers tell the address only where they are asked for it (OpenID Connect Core 1.0 section 5.4); the answer must be about the same person. */
async function asked(client: oidc.Configuration, access_token: string, { email, sub }: oidc.IDToken) {
  return email === undefined && client.serverMetadata().userinfo_endpoint ? oidc.fetchUserInfo(client, access_token, sub) : {}
}

const text = (claim: unknown) => (typeof claim === 'string' && claim ? claim : undefined)
const nameOf = (claim: unknown) => text(claim)?.slice(0, 120)

function ofIssuer(app: App, { iss, sub, email, email_verified, name, auth_time }: oidc.IDToken): Named {
  if (iss !== app.issuer || !sub || sub.length > 255) throw new Error('the answer names nobody')
  return {
    way: { issuer: iss, directory: '', subject: sub, provider_tenant_id: app.tenant_id },
    email: text(email),
    name: nameOf(name),
    email_proven: email_verified === true,
    auth_time,
  }
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const yes = new Set<unknown>([true, 1, '1', 'true'])

/** The issuer belongs to the directory that the token names; a tenant's app takes its own directory alone, and that answers for its addresses. */
function ofMicrosoft(app: App, { iss, tid, oid, email, name, xms_edov, auth_time }: oidc.IDToken): Named {
  if (
    typeof tid !== 'string' ||
    typeof oid !== 'string' ||
    !guid.test(tid) ||
    !guid.test(oid) ||
    iss !== `${config.MS_AUTHORITY}/${tid}/v2.0` ||
    (app.directory !== 'common' && tid !== app.directory)
  )
    throw new Error('the answer names no directory or nobody in it')
  return {
    way: { issuer: iss, directory: tid, subject: oid, provider_tenant_id: app.tenant_id },
    email: text(email),
    name: nameOf(name),
    email_proven: app.directory !== 'common' || yes.has(xms_edov),
    auth_time,
  }
}

export type { Named }
