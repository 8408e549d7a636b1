import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openIngestor } from '../../../ingestor/server'
import { config } from '../../core/config'
import { listen } from '../../core/signals'
import { entra } from '../../testing/entra'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'
import { eventually } from '../../testing/eventually'
import { startApi } from '../../testing/process'
import { doorsOf, manage, routesOf, tellState, waysInto } from '../../testing/ways-in'
import { owner, queued, report, runQueue } from '../../testing/world'
import { tenantStates } from './schema'

type State = (typeof tenantStates)[number]

let api: Awaited<ReturnType<typeof startApi>>
let peer: Awaited<ReturnType<typeof entra>>
let ingestor: ReturnType<typeof openIngestor>
beforeAll(async () => {
  api = await startApi()
  ingestor = openIngestor({ databaseUrl: Bun.env.DATABASE_INGEST_URL!, port: 0, hostname: '127.0.0.1' })
  peer = await entra(`${config.API_PUBLIC_URL}/api/v1/auth/microsoft/callback`)
  Object.assign(config, manage(peer))
  await listen()
})
afterAll(async () => {
  const none = { CLOUD_WEBHOOK_HMAC_SECRET: [], INTERNAL_TOKEN: [], MS_CLIENT_ID: '', MS_CLIENT_SECRET: '' }
  Object.assign(config, none, { MS_AUTHORITY: 'https://login.microsoftonline.com' })
  peer.close()
  await Promise.all([api.stop(), ingestor.stop()])
})

/** The word of a state that nobody enters. */
const words: Record<State, string | undefined> = {
  pending: 'tenant_pending',
  active: undefined,
  grace: undefined,
  suspended: 'tenant_suspended',
  offboarding: 'tenant_suspended',
  deleted: 'tenant_suspended',
}
const closed = tenantStates.filter((state) => words[state])

/** What leads in, and what it answers while the tenant is open; else it is 403 with the word of the state. */
const ways: Record<string, string> = {
  'a session': '200',
  'an API token': '200',
  'POST /api/v1/auth/login': '200',
  'POST /api/v1/auth/mfa/verify': '200',
  'POST /api/v1/auth/mfa/enrol/confirm': '200',
  'POST /api/v1/auth/exchange': '200',
  'POST /api/v1/auth/refresh': '200',
  'POST /api/v1/auth/switch-tenant': '200',
  'POST /api/v1/auth/support': '200',
  'POST /api/v1/devices/register': '201',
  'POST /api/v1/devices/self/key': '201',
  'GET /api/v1/commands': '200',
  'POST /api/v1/commands/:id/result': '204',
  'WS /api/ws/security': '200',
  'WS /api/ws/vpn': '200',
}
const always = (said: string) => Object.fromEntries(tenantStates.map((state) => [state, said])) as Record<State, string>
/** Those that go by a rule of their own. */
const others: Record<string, Record<State, string>> = {
  // The first administrator of a tenant joins before it has its licence.
  'POST /api/v1/auth/invitations/inspect': { ...always('403 tenant_suspended'), pending: '200', active: '200', grace: '200' },
  'POST /api/v1/auth/invitations/accept': { ...always('403 tenant_suspended'), pending: '200', active: '200', grace: '200' },
  // Led back to the console with a code: what that opens is decided as it is exchanged.
  'GET /api/v1/auth/microsoft/callback': always('302'),
  // Shows a secret to who has given the password; only its confirmation would lead in.
  'POST /api/v1/auth/mfa/enrol': always('200'),
  // What a tenant that leaves takes along.
  'POST /api/v1/exports/archive/open': { ...always('422 link_ended'), offboarding: '200' },
  'GET /api/v1/exports/archive/': { ...always('422 link_ended'), offboarding: '200' },
  // The planes go on telling each other.
  'POST /internal/license/refresh': always('200'),
  'POST /internal/v1/tenants': always('200'),
  'POST /internal/v1/tenants/archive-links': always('200'),
  'POST /internal/v1/support/requests': always('200'),
  'POST /internal/v1/support/ends': always('200'),
  'GET /internal/v1/tenants/:id/usage': always('200'),
  'GET /internal/v1/usage/': always('200'),
}
/** A sender keeps what he has where the tenant may come back, and need not come again where it will not. */
const ingest: Record<State, string> = {
  pending: '503 later',
  active: 'stored',
  grace: 'stored',
  suspended: '503 later',
  offboarding: '403',
  deleted: '403',
}

/** Public, and no way into a tenant that is there. */
const nowhere: Record<string, string> = {
  'GET /healthz': 'of the program',
  'GET /readyz': 'of the program',
  'GET /': 'the console without data',
  'GET /*': 'the console without data',
  'GET /api/docs': 'the console without data',
  'GET /api/v1/auth/methods': 'of the deployment',
  'POST /api/v1/auth/check-method': 'decided by the domain alone',
  'GET /api/v1/auth/microsoft/login': 'leads to the provider; the way back is above',
  'GET /api/v1/auth/oidc/:id/callback': 'the way back of /microsoft/callback, from another issuer',
  'POST /api/v1/auth/logout': 'ends a session',
  'POST /api/v1/auth/register': 'makes a tenant of its own',
  'POST /api/v1/auth/password/forgot': 'of an account: signs nobody in',
  'POST /api/v1/auth/password/reset': 'of an account: signs nobody in',
  'POST /api/v1/auth/verify-email': 'of an account: signs nobody in',
  'GET /api/v1/admin/installation': 'of the installation, for staff',
  'GET /api/v1/admin/jobs/failed': 'names of tasks, for staff',
  'POST /api/v1/admin/jobs/:id/retry': 'work that was accepted is done in every state',
}

test('every route that no session or permission guards is decided here', () => {
  const decided = new Set([...Object.keys(ways), ...Object.keys(others), ...Object.keys(nowhere)])
  const routes = routesOf(['public', 'device', 'webhook', 'internal', 'staff'])
  expect(routes.length).toBeGreaterThan(25)
  expect(routes.filter((route) => !decided.has(route))).toEqual([])
  expect(
    [...decided].filter((name) => name.includes(' /') && name !== 'POST /api/v1/auth/switch-tenant' && !routes.includes(name)),
  ).toEqual([])
})

const answersIn = (state: State): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(ways).map(([name, open]) => [name, words[state] ? `403 ${words[state]}` : open])),
  ...Object.fromEntries(Object.entries(others).map(([name, told]) => [name, told[state]])),
})

async function tenant() {
  const client = await signedIn()
  expect((await tellState(client.tenant_id, 'active')).status).toBe(200)
  return client
}

/** Told to this process and, by the database, to all others; the ingestor has heard of it by then. */
async function become(client: Client, state: State, doors: Record<string, () => Promise<string>>) {
  expect((await tellState(client.tenant_id, state)).status).toBe(200)
  const [door] = Object.values(doors)
  expect(await eventually(async () => (await door!()) === ingest[state], 5_000)).toBe(true)
}

test.each(tenantStates)(
  'a tenant that is %s: every way in',
  async (state) => {
    const client = await tenant()
    let current: State = 'active'
    const around = { api: new URL(api.url).host, peer }
    const { ways: asked, device } = await waysInto(client, around, () => current)
    const doors = doorsOf(ingestor.url, device)
    await become(client, (current = state), doors)
    const found: Record<string, string> = {}
    for (const [name, ask] of Object.entries(asked)) found[name] = await ask()
    expect(found).toEqual(answersIn(state))
    for (const [name, ask] of Object.entries(doors)) expect([name, await ask()]).toEqual([name, ingest[state]])
    expect(Object.keys(doors).length).toBe(6)
    if (state === 'deleted' || !words[state]) return
    await become(client, 'active', doors)
    expect((await send('GET', '/api/v1/devices', client)).status).toBe(200)
  },
  30_000,
)

test.each(closed)('a tenant that is %s: no route is open to a session, a token or a device', async (state) => {
  const client = await tenant()
  const device = await registered(client)
  const expires_at = new Date(Date.now() + 86_400_000)
  const token = (await client.api['api-tokens'].post({ name: 'program', scopes: ['devices.read'], expires_at })).data!.token
  await tellState(client.tenant_id, state)
  const holders: [string[], Record<string, string>][] = [
    [['permission', 'signed-in'], client.headers],
    [['permission'], { authorization: `Bearer ${token}` }],
    [['device'], device.headers],
  ]
  for (const [guards, headers] of holders)
    for (const route of routesOf(guards)) {
      const [method = '', path = ''] = route.split(' ')
      const reply = await send(method, path.replaceAll(/:\w+/g, Bun.randomUUIDv7()), { headers, body: method === 'GET' ? undefined : {} })
      expect([route, reply.status, (await problem(reply)).error]).toEqual([route, 403, words[state]!])
    }
})

test.each(closed)('a socket that is open as its tenant becomes %s is closed with 4403', async (state) => {
  const client = await tenant()
  const socket = new WebSocket(`ws://${new URL(api.url).host}/api/ws/security?token=${client.token}`)
  const ended = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
  await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
  await tellState(client.tenant_id, state)
  expect(await ended).toBe(4403)
})

/** Rows of alerts that come of one that was acknowledged before. */
const worked: Record<State, number> = { pending: 1, active: 1, grace: 1, suspended: 1, offboarding: 1, deleted: 0 }

test.each(tenantStates)('a tenant that is %s: what was acknowledged before is still worked on', async (state) => {
  const client = await tenant()
  const device = await registered(client)
  await report({ ...device, tenant_id: client.tenant_id }, [{ kind: 'security_alert', data: { title: 'Door open', severity: 'high' } }])
  await tellState(client.tenant_id, state)
  await runQueue(client.tenant_id)
  expect(await queued(client.tenant_id)).toEqual([])
  expect(await owner`select 1 from alert where tenant_id = ${client.tenant_id}`).toHaveLength(worked[state])
})
