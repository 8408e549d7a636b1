import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { app } from './app'
import { type Frame, publishWith } from './core/live'
import { type LiveEvent, announce } from './core/live-log'
import { everyPermission } from './core/permissions'
import { listen } from './core/signals'
import { type Client, registered, send, signedIn, within } from './testing/api'
import { eventually } from './testing/eventually'
import { addFrames, addLayout, report, runQueue } from './testing/world'

// What src/laws.test.ts asks of routes with an id, asked of what flows: sockets and files, all of them, by the route table.

let base = ''
beforeAll(async () => {
  const { server } = app.listen({ hostname: '127.0.0.1', port: 0 })
  publishWith(server!)
  base = `ws://127.0.0.1:${server!.port}`
  await listen()
})
afterAll(async () => void (await app.stop(true)))

const sockets = app.routes.filter(({ method }) => method === 'WS').map(({ path }) => path)

async function hear(path: string, { token }: Client) {
  const frames: Frame[] = []
  const socket = new WebSocket(`${base}${path}?token=${token}`)
  socket.addEventListener('message', ({ data }) => void frames.push(JSON.parse(String(data)) as Frame))
  expect(await eventually(() => frames.length, 5_000)).toBe(true)
  return { told: () => frames.filter(({ type }) => type !== 'hello').map(({ data }) => data), leave: () => socket.close() }
}

/** A tenant with two units, and who may not hear what happens in the one: somebody of the other unit, and of another tenant who may everything. */
async function place() {
  const boss = await signedIn()
  const { tenant_id } = boss
  const unit = async (name: string) => (await boss.api['org-units'].post({ name })).data!.id
  const [north, south] = [await unit('North'), await unit('South')]
  const sibling = await signedIn(undefined, { tenant_id, units: [south] })
  return { boss, tenant_id, north, south, sibling, stranger: await signedIn() }
}

describe('every socket', () => {
  test('there are some', () => expect(sockets.length).toBeGreaterThan(1))

  // ASVS 8.2.2, 8.4.1
  test.each(sockets)('%s tells nothing of another tenant or of a sibling unit, whatever the event', async (path) => {
    const { boss, tenant_id, north, south, sibling, stranger } = await place()
    const channel = path.split('/').at(-1) as LiveEvent['channel']
    const [mine, beside, outside] = await Promise.all([boss, sibling, stranger].map((client) => hear(path, client)))
    // One event of every permission there is, in the unit that is nobody else's; then one that each may hear, which ends what there was to hear.
    const events = everyPermission.map((permission) => ({ permission, org_unit_id: north, data: { is: permission } }))
    const last = { permission: channel === 'vpn' ? ('vpn.sessions.read' as const) : ('alerts.read' as const), data: { is: 'last' } }
    const tell = (tenant: string, list: Partial<LiveEvent>[]) =>
      within(tenant, async (scope) => {
        for (const event of list)
          announce(scope, { channel, type: 'alert', permission: last.permission, org_unit_id: null, data: {}, ...event })
      })
    await tell(tenant_id, [...events, { ...last, org_unit_id: south }])
    await tell(stranger.tenant_id, [last])
    for (const socket of [mine!, beside!, outside!])
      expect(await eventually(() => socket.told().some(({ is }) => is === 'last'), 5_000)).toBe(true)
    expect(mine!.told().length).toBeGreaterThan(1)
    expect(beside!.told()).toEqual([{ is: 'last' }])
    expect(outside!.told()).toEqual([{ is: 'last' }])
    for (const socket of [mine!, beside!, outside!]) socket.leave()
  })

  // ASVS 8.4.1
  test('hears nothing of a real device, its alert and its change, but in its own tenant and unit', async () => {
    const { boss, tenant_id, north, south, sibling, stranger } = await place()
    const [mine, beside, outside] = await Promise.all([boss, sibling, stranger].map((client) => hear('/api/ws/security', client)))
    const device = await registered(boss, { org_unit_id: north })
    await boss.api.devices({ id: device.device_id }).patch({ name: 'Renamed' })
    await report({ ...device, tenant_id }, [{ kind: 'security_alert', data: { title: 'Door open', severity: 'high' } }])
    await runQueue(tenant_id)
    expect(await eventually(() => mine!.told().length >= 3, 5_000)).toBe(true)
    // What comes later is told later: had they been told anything of it, it would be here before their own.
    const own = await registered(stranger)
    const theirs = await registered(sibling, { org_unit_id: south })
    expect(await eventually(() => outside!.told().length && beside!.told().length, 5_000)).toBe(true)
    expect(outside!.told()).toMatchObject([{ id: own.device_id }])
    expect(beside!.told()).toMatchObject([{ id: theirs.device_id }])
    for (const socket of [mine!, beside!, outside!]) socket.leave()
  })
})

describe('every file', () => {
  const downloads = app.routes.filter(({ method, path }) => method === 'GET' && path.endsWith('/exports/:id')).map(({ path }) => path)
  const asking: Record<string, (device_id: string) => object> = {
    '/api/v1/alerts/exports': () => ({}),
    '/api/v1/audit/exports': () => ({}),
    '/api/v1/devices/exports': () => ({}),
    '/api/v1/telemetry/exports': (device_id) => ({ device_id: [device_id], metric: ['cpu_percent'], from: new Date(0), to: new Date() }),
    '/api/v1/users/exports': () => ({}),
  }

  test('is known here', () => expect(downloads.map((path) => path.replace('/:id', '')).toSorted()).toEqual(Object.keys(asking)))

  // ASVS 8.2.2, 8.4.1
  test.each(downloads)(
    '%s is its maker’s alone: for another tenant, a sibling and a colleague it is as one that never was',
    async (path) => {
      const { boss, tenant_id, north, sibling, stranger } = await place()
      const { device_id } = await registered(boss, { org_unit_id: north })
      const body = asking[path.replace('/:id', '')]!(device_id)
      const made = await send('POST', path.replace('/:id', ''), { headers: boss.headers, body })
      const { id } = (await made.json()) as { id: string }
      const get = async ({ headers }: Client, which: string) => {
        const reply = await send('GET', path.replace(':id', which), { headers })
        return { status: reply.status, text: (await reply.text()).replace(/"request_id":"[^"]*"/, '') }
      }
      expect(await get(boss, id)).toMatchObject({ status: 200 })
      for (const other of [stranger, sibling, await signedIn(undefined, { tenant_id })]) {
        const refused = await get(other, id)
        expect(refused).toEqual(await get(other, Bun.randomUUIDv7()))
        expect(refused.status).toBe(404)
      }
    },
  )

  // ASVS 8.2.2
  test.each(Object.keys(asking))('%s holds no row of another tenant or of a sibling unit', async (path) => {
    const { boss, tenant_id, north, sibling, stranger } = await place()
    const device = await registered(boss, { org_unit_id: north, name: 'of the north' })
    await addFrames(device, await addLayout(tenant_id, ['cpu_percent']), [[Date.now() - 60_000, 4242.5]])
    await report({ ...device, tenant_id }, [{ kind: 'security_alert', data: { title: 'Door of the north', severity: 'high' } }])
    await runQueue(tenant_id)
    // Colleagues belong to no unit: who may see users sees those of his tenant.
    const isOfUsers = path.startsWith('/api/v1/users')
    const [row, others] = isOfUsers ? [boss.user_id, [stranger]] : [device.device_id, [stranger, sibling]]
    const fileOf = async ({ headers }: Client) => {
      const asked = await send('POST', path, { headers, body: asking[path]!(device.device_id) })
      // A device that is not his to see is refused as one that does not exist, or the file has no line of it.
      if (asked.status !== 201) return String(asked.status)
      const { id } = (await asked.json()) as { id: string }
      return (await send('GET', `${path}/${id}`, { headers })).text()
    }
    expect(await fileOf(boss)).toContain(row)
    for (const other of others) for (const trace of [row, 'of the north', '4242.5']) expect(await fileOf(other)).not.toContain(trace)
  })
})
