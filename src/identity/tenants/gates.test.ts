import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openIngestor } from '../../../ingestor/server'
import { listen } from '../../core/signals'
import { givePassword, password } from '../../testing/account'
import { type Client, problem, registered, send, signedIn, within } from '../../testing/api'
import { eventually } from '../../testing/eventually'
import { setTenantStatus } from '../../testing/owner'
import { startApi } from '../../testing/process'
import { queued, report, runQueue } from '../../testing/world'
import { writeRefreshToken } from '../../core/refresh'
import { tenantStates } from './schema'

let api: Awaited<ReturnType<typeof startApi>>
let base = ''
let ingestor: ReturnType<typeof openIngestor>
beforeAll(async () => {
  api = await startApi()
  base = new URL(api.url).host
  ingestor = openIngestor({ databaseUrl: Bun.env.DATABASE_INGEST_URL!, port: 0, hostname: '127.0.0.1' })
  await listen()
})
afterAll(async () => {
  await Promise.all([api.stop(), ingestor.stop()])
})

const said = async (reply: Response) => (reply.ok ? `${reply.status}` : `${reply.status} ${(await problem(reply)).error}`)

/** Everything that leads into a tenant, with what opens it. */
async function furnished() {
  const client: Client = await signedIn()
  await givePassword(client.user_id)
  const device = await registered(client)
  const key = (await client.api.settings['edge-registration-keys'].post({ label: 'gate' })).data!.provisioning_key
  const expires_at = new Date(Date.now() + 86_400_000)
  const token = (await client.api['api-tokens'].post({ name: 'program', scopes: ['devices.read'], expires_at })).data!.token
  const cookie = `monozu_refresh=${writeRefreshToken({ tenant_id: client.tenant_id, session_id: client.sid, generation: 1 })}`
  const record = JSON.stringify([{ kind: 'telemetry', timestamp: new Date().toISOString(), data: { cpu_percent: 1 } }])
  const entries: Record<string, () => Promise<string>> = {
    'sign-in': async () => said(await send('POST', '/api/v1/auth/login', { body: { email: client.email, password } })),
    refresh: async () => said(await send('POST', '/api/v1/auth/refresh', { body: {}, headers: { cookie } })),
    session: async () => said(await send('GET', '/api/v1/devices', { headers: client.headers })),
    'api token': async () => said(await send('GET', '/api/v1/devices', { headers: { authorization: `Bearer ${token}` } })),
    registration: async () =>
      said(
        await send('POST', '/api/v1/devices/register', {
          body: { name: 'late', hardware_id: Bun.randomUUIDv7() },
          headers: { 'x-provisioning-key': key },
        }),
      ),
    commands: async () => said(await send('GET', '/api/v1/commands', { headers: device.headers })),
    ingest: async () =>
      said(
        await fetch(`${ingestor.url}/v1/ingest`, {
          method: 'POST',
          body: record,
          headers: { 'content-type': 'application/json', ...device.headers },
        }),
      ),
    socket: async () =>
      said(
        await fetch(`http://${base}/api/ws/security?token=${client.token}`, {
          headers: {
            connection: 'upgrade',
            upgrade: 'websocket',
            'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
            'sec-websocket-version': '13',
          },
        }),
      ),
  }
  return { client, device, entries }
}

/** As the Management plane changes it: all processes are told. */
async function change(tenant_id: string, status: string) {
  await setTenantStatus(tenant_id, status)
  await within(tenant_id, async ({ signals }) => {
    signals.push({ topic: 'sessions', key: tenant_id }, { topic: 'devices', key: tenant_id })
  })
}

const shut = (word: string, ingest: string) => ({
  'sign-in': `403 ${word}`,
  refresh: `403 ${word}`,
  session: `403 ${word}`,
  'api token': `403 ${word}`,
  registration: `403 ${word}`,
  commands: `403 ${word}`,
  ingest,
  socket: `403 ${word}`,
})
const open = {
  'sign-in': '200',
  refresh: '200',
  session: '200',
  'api token': '200',
  registration: '201',
  commands: '200',
  ingest: '204',
}
/** A sender keeps what he has where the tenant may come back (503 with Retry-After), and need not come again where it will not. */
const matrix: Record<(typeof tenantStates)[number], Record<string, string>> = {
  pending: shut('tenant_pending', '503 tenant_pending'),
  active: open,
  grace: open,
  suspended: shut('tenant_suspended', '503 tenant_suspended'),
  offboarding: shut('tenant_suspended', '403 tenant_suspended'),
  deleted: shut('tenant_suspended', '403 tenant_suspended'),
}

test.each(tenantStates)('a tenant that is %s: every way in', async (status) => {
  const { client, entries } = await furnished()
  const wanted = matrix[status]
  expect(await entries.ingest!()).toBe('204')
  await change(client.tenant_id, status)
  if (wanted !== open) expect(await eventually(async () => (await entries.ingest!()) !== '204', 5_000)).toBe(true)
  const found: Record<string, string> = {}
  for (const name of Object.keys(wanted)) found[name] = await entries[name]!()
  expect(found).toEqual(wanted)
  if (wanted === open) return
  await change(client.tenant_id, 'active')
  expect(await eventually(async () => (await entries.ingest!()) === '204', 5_000)).toBe(true)
  expect(await entries.session!()).toBe('200')
})

test('a socket that is open is closed with 4403, and what was acknowledged before is still worked on', async () => {
  const { client, device } = await furnished()
  const socket = new WebSocket(`ws://${base}/api/ws/security?token=${client.token}`)
  const ended = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
  await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
  await report({ ...device, tenant_id: client.tenant_id }, [{ kind: 'security_alert', data: { title: 'Door open', severity: 'high' } }])
  await change(client.tenant_id, 'suspended')
  expect(await ended).toBe(4403)
  await runQueue(client.tenant_id)
  expect(await queued(client.tenant_id)).toEqual([])
  await change(client.tenant_id, 'active')
  expect((await client.api.alerts.get({ query: {} })).data!.items).toHaveLength(1)
})
