import { generateKeyPairSync } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export interface Account {
  tid: string
  oid: string
  email?: string
  name?: string
  xms_edov?: boolean
}
type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>
export type Tokens = Record<string, unknown> & { id_token: string }

const encode = (account: Account) => Buffer.from(JSON.stringify(account)).toString('base64url')
const decode = (sub: string) => JSON.parse(Buffer.from(sub, 'base64url').toString()) as Account & Record<string, unknown>

async function bodyOf(request: IncomingMessage) {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

/**
 * A real OpenID provider on loopback in the shape of Entra: one issuer a directory, and in front of them /common with the template of an issuer.
 * `account` is who sits at the browser; `forge` may change what the token endpoint answers.
 */
export async function entra(...redirect_uris: string[]) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'of the peer', alg: 'RS256', use: 'sig' }
  const peer = {
    privateKey,
    publicKey,
    origin: '',
    account: { tid: '', oid: '' } as Account,
    forge: (tokens: Tokens) => tokens,
    close: () => {},
  }
  const providers = new Map<string, Provider>()

  function providerOf(tid: string) {
    const provider =
      providers.get(tid) ??
      new Provider(`${peer.origin}/${tid}/v2.0`, {
        clients: [
          {
            client_id: 'monozu',
            client_secret: 'what the app keeps',
            redirect_uris,
            token_endpoint_auth_method: 'client_secret_post',
            grant_types: ['authorization_code', 'client_credentials'],
          },
        ],
        jwks: { keys: [jwk] },
        scopes: ['openid', 'profile', 'email', 'https://graph.microsoft.com/.default'],
        claims: { openid: ['sub', 'tid', 'oid', 'email', 'name', 'xms_edov'] },
        conformIdTokenClaims: false,
        features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
        interactions: { url: (_, { uid }) => `/${tid}/sit/${uid}` },
        cookies: { keys: ['of a test'] },
        findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...decode(sub), sub }) }),
        async loadExistingGrant({ oidc }) {
          const grant = new oidc.provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! })
          grant.addOIDCScope('openid profile email')
          await grant.save()
          return grant
        },
      })
    providers.set(tid, provider)
    return provider
  }

  const common: Record<string, Handler> = {
    '/common/v2.0/.well-known/openid-configuration': async (_, response) => {
      const told = {
        issuer: `${peer.origin}/{tenantid}/v2.0`,
        authorization_endpoint: `${peer.origin}/common/authorize`,
        token_endpoint: `${peer.origin}/common/token`,
        jwks_uri: `${peer.origin}/common/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
        response_types_supported: ['code'],
        subject_types_supported: ['pairwise'],
      }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(told))
    },
    '/common/authorize': async (request, response) => {
      const { search } = new URL(request.url!, peer.origin)
      response.writeHead(302, { location: `${peer.origin}/${peer.account.tid}/v2.0/auth${search}` }).end()
    },
    '/common/token': async (request, response) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const reply = await fetch(`${peer.origin}/${peer.account.tid}/v2.0/token`, { method: 'POST', headers, body: await bodyOf(request) })
      const tokens = (await reply.json()) as Tokens
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.ok ? peer.forge(tokens) : tokens))
    },
    '/common/keys': async (_, response) => {
      const reply = await fetch(`${peer.origin}/${peer.account.tid}/v2.0/jwks`)
      response.setHeader('content-type', 'application/json').end(await reply.text())
    },
  }

  async function answer(request: IncomingMessage & { originalUrl?: string }, response: ServerResponse) {
    const path = new URL(request.url!, peer.origin).pathname
    const [, tid = '', kind] = path.split('/')
    if (common[path]) return common[path](request, response)
    if (kind === 'sit') return providerOf(tid).interactionFinished(request, response, { login: { accountId: encode(peer.account) } })
    request.originalUrl = request.url
    request.url = request.url!.slice(`/${tid}/v2.0`.length)
    return providerOf(tid).callback()(request, response)
  }
  const server = createServer((request, response) => void answer(request, response).catch(() => response.writeHead(500).end()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  peer.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  peer.close = () => void server.close()
  return peer
}

/** A browser at the provider, until that sends it back to `home`. */
export async function browse(start: string, home: string): Promise<URL> {
  const jar = new Map<string, string>()
  let url = start
  for (let hops = 0; hops < 10 && !url.startsWith(home); hops += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const reply = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const line of reply.headers.getSetCookie()) jar.set(line.split('=')[0]!, line.split(';')[0]!.slice(line.indexOf('=') + 1))
    const next = reply.headers.get('location')
    if (!next) throw new Error(`the provider stopped with ${reply.status}: ${await reply.text()}`)
    url = new URL(next, url).href
  }
  return new URL(url)
}
