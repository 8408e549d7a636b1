import { type Way, ways } from '../../ingestor/doors/testing/doors'
import { app } from '../app'
import { config } from '../core/config'
import { nowMs } from '../core/clock'
import { featureNames } from '../core/feature-flags'
import { handOff } from '../core/hand-off'
import { writeRefreshToken } from '../core/refresh'
import { mintCredential } from '../core/secrets'
import { codeOf, stepAt } from '../core/totp'
import { signWebhook } from '../core/webhook'
import type { TenantState } from '../management/states'
import { givePassword, password } from './account'
import { type Client, problem, registered, send, signedIn } from './api'
import type { entra } from './entra'
import { mailOf, tokenIn } from './mail'
import { owner } from './owner'
import { atProvider, ssoCookieIn, withCookie } from './sso'

// Everything that leads into a tenant, got ready while it is open: each way is tried once, and tells its status and the word of a refusal.

export const said = async (reply: Response) => {
  if (reply.status === 302) return new URL(reply.headers.get('location')!).searchParams.get('error') ?? '302'
  return reply.ok ? `${reply.status}` : `${reply.status} ${(await problem(reply)).error}`
}

const secret = Buffer.alloc(32, 8)
/** As where a Management plane gives out licences, and Entra is the provider. */
export const manage = (peer: Awaited<ReturnType<typeof entra>>) => ({
  CLOUD_WEBHOOK_HMAC_SECRET: [secret],
  INTERNAL_TOKEN: ['between-the-planes-of-these-tests'.padEnd(40, 'x')],
  MS_AUTHORITY: peer.origin,
  MS_CLIENT_ID: 'monozu',
  MS_CLIENT_SECRET: 'what the app keeps',
})

export function webhook(path: string, body: object) {
  const [id, timestamp] = [`msg_${Bun.randomUUIDv7()}`, Math.floor(nowMs() / 1000)]
  const signature = signWebhook(secret, { id, timestamp, body: Buffer.from(JSON.stringify(body)) })
  return send('POST', path, { body, headers: { 'webhook-id': id, 'webhook-timestamp': `${timestamp}`, 'webhook-signature': signature } })
}

let revision = 0
/** As the Management plane changes it: all processes are told. */
export const tellState = (tenant_id: string, status: TenantState) =>
  webhook('/internal/license/refresh', {
    tenant_id,
    plan: 'whole',
    features: [...featureNames],
    expires_at: null,
    status,
    revision: (revision += 1),
  })

const post = (path: string, body: object, headers?: Record<string, string>) => send('POST', path, { body, headers })
const answer = async <T>(reply: Response) => (await reply.json()) as T
const asked = () => ({
  id: Bun.randomUUIDv7(),
  staff: { id: Bun.randomUUIDv7(), name: 'Somebody', email: 'somebody@platform.example' },
  reason: 'Ticket 4711',
  mode: 'read',
  hours: 1,
})

interface Surroundings {
  /** host:port of an API process, for sockets. */
  api: string
  peer: Awaited<ReturnType<typeof entra>>
}

async function colleague({ tenant_id }: Client) {
  const client = await signedIn(undefined, { tenant_id })
  await givePassword(client.user_id)
  return client
}

const begun = async ({ email }: { email: string }) => {
  const reply = await post('/api/v1/auth/login', { email, password })
  return (await answer<{ session_token: string }>(reply)).session_token
}

/** Sign-ins that wait for a second factor, or for one to be set up. */
async function halfSignedIn(client: Client) {
  const [known, fresh, slow] = [await colleague(client), await colleague(client), await colleague(client)]
  const { secret: mine } = await answer<{ secret: string }>(await post('/api/v1/me/mfa/enrol', { password }, known.headers))
  const confirmed = await post('/api/v1/me/mfa/confirm', { totp_code: codeOf(mine, stepAt(nowMs())) }, known.headers)
  const { recovery_codes } = await answer<{ recovery_codes: string[] }>(confirmed)
  const waiting = await begun(known)
  await owner`update tenant set require_mfa = true where id = ${client.tenant_id}`
  const [enrolling, enrolled] = [await begun(slow), await begun(fresh)]
  await owner`update tenant set require_mfa = false where id = ${client.tenant_id}`
  const factor = await answer<{ secret: string }>(await post('/api/v1/auth/mfa/enrol', { session_token: enrolled }))
  const totp_code = codeOf(factor.secret, stepAt(nowMs()))
  return {
    'POST /api/v1/auth/mfa/verify': () => post('/api/v1/auth/mfa/verify', { session_token: waiting, recovery_code: recovery_codes[0] }),
    'POST /api/v1/auth/mfa/enrol/confirm': () => post('/api/v1/auth/mfa/enrol/confirm', { session_token: enrolled, totp_code }),
    'POST /api/v1/auth/mfa/enrol': () => post('/api/v1/auth/mfa/enrol', { session_token: enrolling }),
  }
}

/** A browser that comes back from the provider, and one that has come back already. */
async function throughProvider(client: Client, { peer }: Surroundings) {
  const account = { tid: crypto.randomUUID(), oid: crypto.randomUUID() }
  await owner`insert into identity (id, user_id, kind, issuer, directory, subject, created_at)
    values (${crypto.randomUUID()}, ${client.user_id}, 'oidc', ${`${peer.origin}/${account.tid}/v2.0`}, ${account.tid}, ${account.oid}, now())`
  const goOut = async () => {
    peer.account = account
    const started = await send('GET', '/api/v1/auth/microsoft/login?email=somebody@test.example')
    return { back: await atProvider(started.headers.get('location')!), cookie: ssoCookieIn(started) }
  }
  const comeBack = ({ back, cookie }: Awaited<ReturnType<typeof goOut>>) =>
    send('GET', back.pathname + back.search, { headers: withCookie(cookie) })
  const [away, returned] = [await goOut(), await goOut()]
  const code = new URL((await comeBack(returned)).headers.get('location')!).searchParams.get('code')!
  return {
    'GET /api/v1/auth/microsoft/callback': () => comeBack(away),
    'POST /api/v1/auth/exchange': () => post('/api/v1/auth/exchange', { code }, withCookie(returned.cookie)),
  }
}

/** Links that were mailed. */
async function mailed(client: Client) {
  const invited = { email: `${Bun.randomUUIDv7()}@test.example`, group_ids: [], org_unit_scope: 'all' as const }
  expectOk(await post('/api/v1/invitations', invited, client.headers))
  const token = tokenIn((await mailOf(client.tenant_id)).at(-1)!.text)
  const joining = { token, name: 'Ada', password: 'a vessel of nine lanterns' }
  return {
    'POST /api/v1/auth/invitations/inspect': () => post('/api/v1/auth/invitations/inspect', { token }),
    'POST /api/v1/auth/invitations/accept': () => post('/api/v1/auth/invitations/accept', joining),
  }
}

function expectOk(reply: Response) {
  if (!reply.ok) throw new Error(`arranging a test was answered with ${reply.status}`)
}

/** The link to what a tenant that leaves takes along. */
async function archived({ tenant_id, user_id }: Client) {
  const [archive_id, id] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()]
  const { text: token, hash } = mintCredential('mza', tenant_id, id)
  await owner`insert into archive (tenant_id, id, state, ready_at) values (${tenant_id}, ${archive_id}, 'ready', now())`
  await owner`insert into archive_link (tenant_id, id, archive_id, hash, user_id, expires_at)
    values (${tenant_id}, ${id}, ${archive_id}, ${hash}, ${user_id}, now() + interval '1 day')`
  const path = '/api/v1/exports/archive'
  return {
    'POST /api/v1/exports/archive/open': () => post(`${path}/open`, { token }),
    'GET /api/v1/exports/archive/': () => send('GET', path, { headers: { cookie: `monozu_archive=${token}` } }),
  }
}

/** What the planes say and ask of each other about this tenant. */
async function betweenPlanes({ tenant_id, headers }: Client, state: () => TenantState) {
  const grant = asked()
  expectOk(await webhook('/internal/v1/support/requests', { tenant_id, ...grant }))
  expectOk(await post(`/api/v1/support-access/${grant.id}/approve`, {}, headers))
  const code = () => handOff.write(secret, { grant_id: grant.id, tenant_id, staff_id: grant.staff.id })
  const internal = { headers: { 'x-internal-token': config.INTERNAL_TOKEN[0]! } }
  const administrator = { email: `${Bun.randomUUIDv7()}@new.example`, language: 'en' }
  return {
    'POST /internal/license/refresh': () => tellState(tenant_id, state()),
    'POST /internal/v1/tenants': () => webhook('/internal/v1/tenants', { tenant_id, name: 'Told again', administrator }),
    'POST /internal/v1/tenants/archive-links': () => webhook('/internal/v1/tenants/archive-links', { tenant_id }),
    'POST /internal/v1/support/requests': () => webhook('/internal/v1/support/requests', { tenant_id, ...asked() }),
    'POST /api/v1/auth/support': () => post('/api/v1/auth/support', { code: code() }),
    'POST /internal/v1/support/ends': () => webhook('/internal/v1/support/ends', { tenant_id, id: grant.id }),
    'GET /internal/v1/tenants/:id/usage': () => send('GET', `/internal/v1/tenants/${tenant_id}/usage`, internal),
    'GET /internal/v1/usage/': () => send('GET', '/internal/v1/usage?since=2026-01-01', internal),
  }
}

async function machines(client: Client) {
  const device = await registered(client)
  const key = (await client.api.settings['edge-registration-keys'].post({ label: 'gate' })).data!.provisioning_key
  const command = (await client.api.devices({ id: device.device_id }).commands.post({ type: 'ping' })).data!.id
  const leased = await send('GET', '/api/v1/commands', { headers: device.headers })
  expectOk(leased)
  const expires_at = new Date(nowMs() + 86_400_000)
  const token = (await client.api['api-tokens'].post({ name: 'program', scopes: ['devices.read'], expires_at })).data!.token
  const late = { name: 'late', hardware_id: Bun.randomUUIDv7() }
  const routes = {
    'POST /api/v1/devices/register': () => post('/api/v1/devices/register', late, { 'x-provisioning-key': key }),
    'GET /api/v1/commands': () => send('GET', '/api/v1/commands', { headers: device.headers }),
    'POST /api/v1/commands/:id/result': () => post(`/api/v1/commands/${command}/result`, { state: 'succeeded' }, device.headers),
    'POST /api/v1/devices/self/key': () => post('/api/v1/devices/self/key', {}, device.headers),
    'an API token': () => send('GET', '/api/v1/devices', { headers: { authorization: `Bearer ${token}` } }),
  }
  return { device, routes }
}

let moments = Date.now() - 3_600_000
const doors = [...new Map(ways.map((way) => [way.path, way])).values()]
export const doorsOf = (ingestUrl: string, { headers }: { headers: Record<string, string> }) =>
  Object.fromEntries(
    doors.map((way: Way) => [
      `ingestor ${way.path}`,
      async () => {
        const body = way.encode([{ at: (moments += 1), name: 'room_celsius', value: 7, labels: {} }])
        const reply = await fetch(`${ingestUrl}${way.path}`, { method: 'POST', headers: { ...way.headers, ...headers }, body })
        const isStored = reply.status === way.stored
        return isStored ? 'stored' : `${reply.status}${reply.headers.has('retry-after') ? ' later' : ''}`
      },
    ]),
  )

const upgrade = {
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
}
/** A browser is told nothing of why it is not let in; a program is. */
async function handshake(at: string): Promise<Response> {
  const socket = new WebSocket(`ws://${at}`)
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true))
    socket.addEventListener('close', () => resolve(false))
  })
  socket.close()
  return isOpen ? new Response(null, { status: 200 }) : fetch(`http://${at}`, { headers: upgrade })
}
const sockets = ({ token }: Client, { api }: Surroundings) =>
  Object.fromEntries(['security', 'vpn'].map((name) => [`WS /api/ws/${name}`, () => handshake(`${api}/api/ws/${name}?token=${token}`)]))

/** `state` is the one the tenant is in by then. */
export async function waysInto(client: Client, around: Surroundings, state: () => TenantState) {
  await givePassword(client.user_id)
  const { device, routes } = await machines(client)
  const cookie = `monozu_refresh=${writeRefreshToken({ tenant_id: client.tenant_id, session_id: client.sid, generation: 1 })}`
  // Somebody who belongs to another organization too, and is there just now.
  const elsewhere = await signedIn()
  expectOk(await tellState(elsewhere.tenant_id, 'active'))
  await owner`insert into membership (tenant_id, id, user_id, name, whole_tenant) values (${client.tenant_id}, ${Bun.randomUUIDv7()}, ${elsewhere.user_id}, 'Both', true)`
  const asks: Record<string, () => Promise<Response>> = {
    'a session': () => send('GET', '/api/v1/devices', client),
    'POST /api/v1/auth/switch-tenant': () => post('/api/v1/auth/switch-tenant', { tenant_id: client.tenant_id }, elsewhere.headers),
    ...(await halfSignedIn(client)),
    ...(await mailed(client)),
    ...(await throughProvider(client, around)),
    ...(await archived(client)),
    ...(await betweenPlanes(client, state)),
    ...routes,
    ...sockets(client, around),
    'POST /api/v1/auth/login': () => post('/api/v1/auth/login', { email: client.email, password }),
    'POST /api/v1/auth/refresh': () => post('/api/v1/auth/refresh', {}, { cookie }),
  }
  const ways: [string, () => Promise<string>][] = Object.entries(asks).map(([name, ask]) => [name, async () => said(await ask())])
  return { device, ways: Object.fromEntries(ways) }
}

/** The routes that declare one of these guards. */
export const routesOf = (kinds: string[]) =>
  app.routes
    .filter(({ method, hooks }) => {
      const detail = (hooks as { detail?: Record<string, unknown> }).detail ?? {}
      return method !== 'OPTIONS' && kinds.some((kind) => detail[`x-${kind}`])
    })
    .map(({ method, path }) => `${method} ${path}`)
