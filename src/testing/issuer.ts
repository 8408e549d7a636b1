import { generateKeyPairSync } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import type { Tokens } from './entra'

export interface Person {
  sub: string
  email?: string
  email_verified?: boolean
  name?: string
}
export const clientOfIssuer = { client_id: 'monozu', client_secret: 'what the client keeps' }

const formPage = `<!doctype html><title>The directory</title><form method="post"><label>Login <input name="login"></label><button>Enter</button></form>`

/**
 * A real provider of OpenID Connect on loopback, at the root of its address. `person` is who sits at the browser, unless the provider shows its form (`form`): then
 * it is whose address is typed. `forge` and `say` may change what the token endpoint answers and what the provider says of itself.
 */
export async function issuer({ form = false, accessOnly = false } = {}) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'of the issuer', alg: 'RS256', use: 'sig' }
  const peer = {
    origin: '',
    privateKey,
    person: { sub: 'nobody' } as Person,
    people: new Map<string, Person>(),
    forge: (tokens: Tokens) => tokens,
    say: (told: Record<string, unknown>): unknown => told,
    /** Paths that were asked for. */
    asked: [] as string[],
    redirect_uris: [] as string[],
    close: () => {},
  }
  let provider: Provider | undefined

  function make() {
    const made = new Provider(peer.origin, {
      clients: [{ ...clientOfIssuer, redirect_uris: peer.redirect_uris, grant_types: ['authorization_code'] }],
      jwks: { keys: [jwk] },
      scopes: ['openid', 'profile', 'email'],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      conformIdTokenClaims: accessOnly,
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/sit/${uid}` },
      cookies: { keys: ['of a test'] },
      findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...(peer.people.get(sub) ?? peer.person), sub }) }),
      async loadExistingGrant({ oidc }) {
        const grant = new oidc.provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! })
        grant.addOIDCScope('openid profile email')
        await grant.save()
        return grant
      },
    })
    made.use(async (context, next) => {
      await next()
      const body = context.body as Tokens | undefined
      if (context.path === '/token' && body?.id_token) context.body = peer.forge(body)
      if (context.path === '/.well-known/openid-configuration') context.body = peer.say(body as Record<string, unknown>)
    })
    return made
  }

  async function sit(request: IncomingMessage, response: ServerResponse) {
    let person = peer.person
    if (form) {
      if (request.method === 'GET') return void response.setHeader('content-type', 'text/html').end(formPage)
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const login = new URLSearchParams(body).get('login') ?? ''
      person = { sub: `sub of ${login}`, email: login, email_verified: true, name: 'Ada' }
    }
    peer.people.set(person.sub, person)
    await provider!.interactionFinished(request, response, { login: { accountId: person.sub } })
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const path = new URL(request.url!, peer.origin).pathname
    peer.asked.push(path)
    // Made at the first question, when it is known where browsers are sent back to.
    provider ??= make()
    return path.startsWith('/sit/') ? sit(request, response) : provider.callback()(request, response)
  }
  const server = createServer((request, response) => void answer(request, response).catch(() => response.writeHead(500).end()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  peer.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  peer.close = () => {
    server.closeAllConnections()
    server.close()
  }
  return peer
}
