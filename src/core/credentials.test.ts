import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { startIngestor } from '../../ingestor/testing'
import { app } from '../app'
import { givePassword, password } from '../testing/account'
import { type Client, newTenant, problem, registered, send, signedIn } from '../testing/api'
import { config } from './config'
import { type CredentialKind, mintCredential } from './secrets'

// Every credential at every door: whatever is wrong with it, the answer is the one that a stranger gets who shows nothing.

const ingestor = startIngestor()
const internalToken = 'internal-token-of-these-tests-'.padEnd(40, 'x')
beforeAll(() => void (config.INTERNAL_TOKEN = [internalToken]))
afterAll(async () => {
  config.INTERNAL_TOKEN = []
  await ingestor.stop()
  await app.stop(true)
})

/** As bytes on the wire, which no client library changes; the answer up to its end, or to the bytes after a 101. */
function raw(path: string, lines: string[]): Promise<Response> {
  const { port } = app.server ?? app.listen({ hostname: '127.0.0.1', port: 0 }).server!
  return new Promise((resolve, reject) => {
    const socket = connect(port!, '127.0.0.1', () =>
      socket.write([`GET ${path} HTTP/1.1`, 'Host: localhost', ...lines, '', ''].join('\r\n')),
    )
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
      const [head = '', body] = text.split('\r\n\r\n')
      const length = Number(head.match(/content-length: (\d+)/i)?.[1] ?? 0)
      if (body === undefined || Buffer.byteLength(body) < length) return
      socket.destroy()
      const [first = '', ...rest] = head.split('\r\n')
      const status = Number(first.split(' ')[1])
      const headers = rest.map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string])
      resolve(new Response(status === 101 ? null : body, { status: status === 101 ? 204 : status, headers }))
    })
    socket.on('error', reject)
  })
}
const socketWith =
  (name: 'token' | 'ticket'): Ask =>
  (credential) => {
    const upgrade = [
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ]
    return raw(`/api/ws/security${credential === undefined ? '' : `?${name}=${encodeURIComponent(credential)}`}`, upgrade)
  }

type Ask = (credential: string | undefined) => Promise<Response>
const withHeader =
  (name: string, method: string, path: string, prefix = '', body?: object): Ask =>
  (credential) =>
    send(method, path, { body, headers: credential === undefined ? {} : { [name]: prefix + credential } })

/** Each door, and the kind of credential that opens it. */
const doors = {
  'a route of a signed-in user': { opens: ['access'], ask: withHeader('authorization', 'GET', '/api/v1/me', 'Bearer ') },
  'a route with a permission': { opens: ['access', 'api token'], ask: withHeader('authorization', 'GET', '/api/v1/devices', 'Bearer ') },
  'a WebSocket with a token': {
    opens: ['access'],
    ask: socketWith('token'),
  },
  'a WebSocket with a ticket': {
    opens: ['ticket'],
    ask: socketWith('ticket'),
  },
  'commands of a device': { opens: ['device key'], ask: withHeader('x-device-key', 'GET', '/api/v1/commands') },
  'the ingestor': {
    opens: ['device key'],
    ask: (credential) => {
      const headers: Record<string, string> = credential === undefined ? {} : { 'x-device-key': credential }
      return fetch(`${ingestor.url}/v1/ingest`, { method: 'POST', body: '[]', headers })
    },
  },
  registration: {
    opens: ['provisioning key'],
    ask: withHeader('x-provisioning-key', 'POST', '/api/v1/devices/register', '', { name: 'edge' }),
  },
  'registration, by its body': {
    opens: ['provisioning key'],
    ask: (credential) => send('POST', '/api/v1/devices/register', { body: { name: 'edge', registration_key: credential } }),
  },
  'the refresh cookie': { opens: ['cookie'], ask: withHeader('cookie', 'POST', '/api/v1/auth/refresh', 'monozu_refresh=') },
  'what is between the planes': {
    opens: ['internal token'],
    ask: withHeader('x-internal-token', 'GET', `/internal/v1/tenants/${Bun.randomUUIDv7()}/usage`),
  },
} satisfies Record<string, { opens: Kind[]; ask: Ask }>

type Kind = 'access' | 'api token' | 'device key' | 'provisioning key' | 'cookie' | 'ticket' | 'internal token'
type Wallet = Record<Kind, string>

async function walletOf(client: Client): Promise<Wallet> {
  await givePassword(client.user_id)
  const provisioning = (await client.api.settings['edge-registration-keys'].post({ label: 'x' })).data!.provisioning_key
  const expires_at = new Date(Date.now() + 86_400_000)
  const signIn = await send('POST', '/api/v1/auth/login', { body: { email: client.email, password } })
  return {
    access: client.token,
    'api token': (await client.api['api-tokens'].post({ name: 'x', scopes: ['devices.read'], expires_at })).data!.token,
    'device key': (await registered(client)).device_key,
    'provisioning key': provisioning,
    cookie: signIn.headers
      .getSetCookie()
      .find((line) => line.startsWith('monozu_refresh='))!
      .split(/[=;]/)[1]!,
    ticket: (await client.api.ws.ticket.post()).data!.ticket,
    'internal token': internalToken,
  }
}

/** What the caller can see of a refusal, but for its number. */
async function seen(reply: Response) {
  const { request_id: _, ...told } = await problem(reply)
  const headers = [...reply.headers].filter(([name]) => !['x-request-id', 'date', 'content-length'].includes(name)).sort()
  return { status: reply.status, told, headers }
}

const kinds: CredentialKind[] = ['mzp', 'mzd', 'mzw', 'mzm', 'mzt', 'mzr', 'mzi', 'mzc', 'mzv']
const cut = (text: string, at: number) => [text.slice(0, at), text.slice(at)] as const

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** The digit of base64url that differs in its lowest bit alone. */
const neighbour = (digit: string) => alphabet[alphabet.indexOf(digit) ^ 1] ?? 'A'

/** A credential changed in every way that must not go. Those that HTTP itself takes the edges off are told apart below. */
function spoiled(text: string): Record<string, string> {
  const other = (digit: string) => (digit === 'A' ? 'B' : 'A')
  const [head, tail] = cut(text, text.length >> 1)
  const last = text.at(-1)!
  return {
    'cut short': text.slice(0, -1),
    'too long': `${text}A`,
    'changed in its middle': `${head}${other(tail[0]!)}${tail.slice(1)}`,
    'changed at its end': `${text.slice(0, -1)}${other(last)}`,
    'changed in bits that may be dropped': text.slice(0, -1) + neighbour(last),
    'changed at its beginning': `${other(text[0]!)}${text.slice(1)}`,
    padded: `${text}=`,
    'padded twice': `${text}==`,
    'with a blank inside': `${head} ${tail}`,
    'with a tab inside': `${head}\t${tail}`,
    'in quotes': `"${text}"`,
    twice: `${text}${text}`,
    'twice, as a repeated header is joined': `${text}, ${text}`,
    'beside another, as a repeated header is joined': `${text}, nonsense`,
    'in other letters': text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase(),
    'in five segments': `${text}.${text}.${text}.${text}.${text}`,
    'with dots around': `.${text}.`,
    'percent-encoded': `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`,
    'in base64': Buffer.from(text).toString('base64url'),
    'with a letter of another alphabet': `${head}\u00e9${tail.slice(1)}`,
    empty: '',
    'one letter': 'x',
    null: 'null',
    'an object': '[object Object]',
    '100 KB long': text.padEnd(100_000, 'A'),
    '100 KB of dots': '.'.repeat(100_000),
  }
}

/** As they would be in the wrong place, with a sound checksum, of this tenant and of others. */
function forged(tenant_id: string): Record<string, string> {
  const minted = kinds.flatMap((kind) => [
    [`a ${kind} that nobody made`, mintCredential(kind, tenant_id, Bun.randomUUIDv7()).text],
    [`a ${kind} of no tenant`, mintCredential(kind, Bun.randomUUIDv7(), Bun.randomUUIDv7()).text],
  ])
  return Object.fromEntries(minted) as Record<string, string>
}

describe.each(Object.entries(doors))('%s', (name, { opens, ask }) => {
  const opening = new Set<string>(opens)
  /** Not longer than HTTP itself takes here (431) or the body's schema (422), and no other spelling that HTTP reads as the same. */
  const isSent = (what: string, text: string) => {
    if (name === 'registration, by its body') return text.length <= 200
    if (name === 'the refresh cookie') return !/quotes|percent/.test(what)
    return name.includes('WebSocket') || name === 'the ingestor' ? text.length < 8_000 : true
  }

  test('is refused to whoever shows nothing, or the wrong thing, in the very same words', async () => {
    const client = await signedIn()
    const [mine, theirs] = [await walletOf(client), await walletOf(await signedIn())]
    const nothing = await seen(await ask(undefined))
    expect(nothing).toMatchObject({ status: 401, told: { error: 'unauthenticated' } })
    const wrong: Record<string, string> = { ...forged(client.tenant_id) }
    for (const [kind, text] of Object.entries(mine)) {
      if (opening.has(kind)) Object.assign(wrong, spoiled(text))
      else wrong[`the own ${kind}`] = text
      if (/^mz\w_/.test(text))
        for (const other of kinds) if (!text.startsWith(other)) wrong[`the own ${kind} as ${other}`] = other + text.slice(3)
    }
    for (const [kind, text] of Object.entries(theirs)) if (!opening.has(kind)) wrong[`the ${kind} of another tenant`] = text
    for (const [what, text] of Object.entries(wrong)) {
      if (isSent(what, text)) expect({ what, ...(await seen(await ask(text))) }).toEqual({ what, ...nothing })
    }
  })

  test('opens to what it is for', async () => {
    const mine = await walletOf(await signedIn())
    for (const kind of opens) expect([kind, (await ask(mine[kind])).status]).not.toEqual([kind, 401])
  })
})

describe('a credential that has ended', () => {
  test('is refused in the words for any stranger', async () => {
    const client = await signedIn()
    const mine = await walletOf(client)
    const { api } = client
    const [token] = (await api['api-tokens'].get({ query: {} })).data!.items
    const [key] = (await api.settings['edge-registration-keys'].get({ query: {} })).data!.items
    const [device] = (await api.devices.get({ query: {} })).data!.items
    const [deviceKey] = (await api.devices({ id: device!.id }).keys.get({ query: {} })).data!.items
    expect((await api['api-tokens']({ id: token!.id }).delete()).status).toBe(204)
    expect((await api.settings['edge-registration-keys']({ id: key!.id }).delete()).status).toBe(204)
    expect((await api['device-keys']({ id: deviceKey!.id }).delete()).status).toBe(204)
    expect((await api.me.sessions.delete()).status).toBe(204)
    expect((await api.me.sessions({ id: client.sid }).delete()).status).toBe(204)
    const ended: [keyof typeof doors, Kind][] = [
      ['a route of a signed-in user', 'access'],
      ['a route with a permission', 'access'],
      ['a route with a permission', 'api token'],
      ['a WebSocket with a token', 'access'],
      ['a WebSocket with a ticket', 'ticket'],
      ['commands of a device', 'device key'],
      ['the refresh cookie', 'cookie'],
    ]
    for (const [door, kind] of ended) {
      const { ask } = doors[door]
      expect({ door, kind, ...(await seen(await ask(mine[kind]))) }).toEqual({ door, kind, ...(await seen(await ask(undefined))) })
    }
  })
})

describe('a header that is sent twice', () => {
  const statusOf = async (path: string, headers: string[]) => (await raw(path, headers)).status

  test('opens nothing, in whichever order', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const good = [`Authorization: Bearer ${client.token}`, `X-Device-Key: ${device.device_key}`]
    const bad = ['Authorization: Bearer nonsense', 'X-Device-Key: nonsense']
    for (const [index, path] of ['/api/v1/me', '/api/v1/commands'].entries()) {
      expect(await statusOf(path, [good[index]!])).toBe(200)
      expect(await statusOf(path, [good[index]!, bad[index]!])).toBe(401)
      expect(await statusOf(path, [bad[index]!, good[index]!])).toBe(401)
      expect(await statusOf(path, [good[index]!, good[index]!])).toBe(401)
    }
  })
})

test("a tenant's credentials open nothing of another, whatever the request says", async () => {
  const [client, other] = [await signedIn(), await newTenant()]
  const headers = { ...client.headers, 'x-tenant-id': other, 'x-forwarded-host': other }
  const { tenant } = (await (await send('GET', `/api/v1/me?tenant_id=${other}`, { headers })).json()) as { tenant: { id: string } }
  expect(tenant.id).toBe(client.tenant_id)
})
