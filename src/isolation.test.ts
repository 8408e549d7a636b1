import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { app } from './app'
import { type Frame, publishWith } from './core/live'
import { type LiveEvent, announce } from './core/live-log'
import { everyPermission } from './core/permissions'
import { listen } from './core/signals'
import { type Client, registered, send, signedIn, within } from './testing/api'
import { eventually } from './testing/eventually'
import { addFrames, addLayout, addRejected, report, runQueue } from './testing/world'

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

/** Somebody and something of everything that a unit can have, each with the same words in its name; `ids` are what they are known by. */
async function furnish({ boss, tenant_id, north }: Awaited<ReturnType<typeof place>>) {
  const org_unit_scope = [{ org_unit_id: north, subtree: true }]
  const [email, invited] = [`${Bun.randomUUIDv7()}@test.example`, `${Bun.randomUUIDv7()}@test.example`]
  const { data: group } = await boss.api.groups.post({ name: 'Held everywhere', permissions: ['devices.read'] })
  const { data: user } = await boss.api.users.post({ email, name: words, group_ids: [group!.id], org_unit_scope })
  await boss.api.users({ id: user!.id }).patch({ name: `${words}, renamed` })
  const { data: invitation } = await boss.api.invitations.post({ email: invited, group_ids: [], org_unit_scope })
  const { data: account } = await boss.api['service-accounts'].post({ name: words, group_ids: [group!.id], org_unit_scope })
  await boss.api['api-tokens'].post({
    name: words,
    scopes: ['devices.read'],
    service_account_id: account!.id,
    expires_at: new Date(Date.now() + 3_600_000),
  })
  await boss.api.settings['edge-registration-keys'].post({ label: words, org_unit_id: north })
  const device = await registered(boss, { org_unit_id: north, name: words })
  await addFrames(device, await addLayout(tenant_id, ['cpu_percent']), [[Date.now() - 60_000, 4242.5]])
  await addRejected({ ...device, tenant_id }, JSON.stringify({ kind: words }))
  await report({ ...device, tenant_id }, [
    { kind: 'security_alert', data: { title: words, severity: 'high' } },
    { kind: 'discovery', data: { ip: '192.0.2.7', hostname: words, open_ports: [] } },
  ])
  await runQueue(tenant_id)
  const ids = [north, user!.id, email, invitation!.id, invited, account!.id, device.device_id]
  return { group_id: group!.id, user_id: user!.id, email, device_id: device.device_id, traces: [words, '4242.5', ...ids] }
}
const words = 'of the north'

describe('every list', () => {
  const lists = app.routes
    .filter(({ method, path }) => method === 'GET' && path.startsWith('/api/v1/') && !path.includes(':'))
    .map(({ path }) => path.replace(/^\/api\/v1\/|\/$/g, ''))

  // ASVS 8.2.2, 8.2.3, 8.4.1
  test('tells nothing of another tenant or of a sibling unit: neither its things nor its people', async () => {
    const here = await place()
    const { boss, sibling, stranger } = here
    const { device_id, traces } = await furnish(here)
    const query: Record<string, string> = {
      search: `q=${words}`,
      'telemetry/query': `device_id=${device_id}&metric=cpu_percent&from=${new Date(0).toISOString()}&to=${new Date().toISOString()}`,
      'telemetry/latest': `device_id=${device_id}`,
      'telemetry/metrics': `device_id=${device_id}`,
    }
    const telling: string[] = []
    for (const path of lists) {
      const told = async ({ headers }: Client) => (await send('GET', `/api/v1/${path}?${query[path] ?? ''}`, { headers })).text()
      const isTold = async (client: Client) => (async (text) => traces.filter((trace) => text.includes(trace)))(await told(client))
      if ((await isTold(boss)).length) telling.push(path)
      for (const other of [sibling, stranger]) expect([path, await isTold(other)]).toEqual([path, []])
    }
    const known =
      'alerts api-tokens audit devices discoveries invitations mail-outbox org-units search service-accounts users telemetry/query'
    expect(telling).toEqual(expect.arrayContaining(known.split(' ')))
  }, 30_000)

  test('counts no colleague of a sibling unit', async () => {
    const here = await place()
    const { group_id } = await furnish(here)
    const countOf = async ({ api }: Client) => [
      (await api.groups.get({ query: {} })).data!.items.find(({ id }) => id === group_id)!.member_count,
      (await api.groups({ id: group_id }).get()).data!.member_count,
    ]
    expect([await countOf(here.boss), await countOf(here.sibling)]).toEqual([
      [1, 1],
      [0, 0],
    ])
  })
})

describe('a user of a sibling unit', () => {
  const ofOne = app.routes.filter(({ path }) => path.startsWith('/api/v1/users/:id'))

  // ASVS 8.2.2, 8.4.1
  test('is to each route as one who never was, and stays as he is', async () => {
    const here = await place()
    const { user_id } = await furnish(here)
    const before = (await here.boss.api.users({ id: user_id }).get()).data
    expect(ofOne.length).toBeGreaterThan(4)
    for (const { method, path } of ofOne) {
      const body = method === 'GET' ? undefined : {}
      const ask = async (id: string) => {
        const reply = await send(method, path.replace(':id', id), { headers: here.sibling.headers, body })
        return [reply.status, (await reply.text()).replace(/"request_id":"[^"]*"/, '')]
      }
      const refused = await ask(user_id)
      expect([path, refused]).toEqual([path, await ask(Bun.randomUUIDv7())])
      expect([path, refused[0]]).toEqual([path, 404])
    }
    expect((await here.boss.api.users({ id: user_id }).get()).data).toEqual(before)
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
    const here = await place()
    const { boss, sibling, stranger } = here
    const { device_id, user_id, traces } = await furnish(here)
    const isOfUsers = path.startsWith('/api/v1/users')
    const fileOf = async ({ headers }: Client) => {
      const asked = await send('POST', path, { headers, body: asking[path]!(device_id) })
      // A device that is not his to see is refused as one that does not exist, or the file has no line of it.
      if (asked.status !== 201) return String(asked.status)
      const { id } = (await asked.json()) as { id: string }
      return (await send('GET', `${path}/${id}`, { headers })).text()
    }
    expect(await fileOf(boss)).toContain(isOfUsers ? user_id : device_id)
    for (const other of [stranger, sibling]) {
      const file = await fileOf(other)
      expect(traces.filter((trace) => file.includes(trace))).toEqual([])
    }
  })
})
