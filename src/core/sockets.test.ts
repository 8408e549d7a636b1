import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { createConnection } from 'node:net'
import { app } from '../app'
import { writeRefreshToken } from './refresh'
import { type Client, newTenant, registered, send, signedIn, within } from '../testing/api'
import { eventually } from '../testing/eventually'
import { licences } from '../identity/licences/schema'
import { owner } from '../testing/owner'
import { moveClock } from './clock'
import { limits } from './limits'
import { type Frame, publishWith } from './live'
import { type LiveEvent, announce } from './live-log'
import { listen } from './signals'
import { closeEnded, drainSockets } from './sockets'
import { accessSeconds, signAccess } from './tokens'

let base = ''
const openSockets = () => app.server!.pendingWebSockets
const opened: WebSocket[] = []

beforeAll(async () => {
  const { server } = app.listen({ hostname: '127.0.0.1', port: 0 })
  publishWith(server!)
  base = `127.0.0.1:${server!.port}/api/ws`
  await listen()
})
afterEach(async () => {
  moveClock(0)
  for (const socket of opened.splice(0)) socket.close()
  expect(await eventually(() => openSockets() === 0)).toBe(true)
})
afterAll(async () => void (await app.stop(true)))

interface Given {
  query?: string
  channel?: string
  protocols?: string[]
  headers?: Record<string, string>
}

/** A socket as a console holds it: all frames in the order of their arrival, and why it was closed. */
function connect({ query = '', channel = 'security', protocols, headers }: Given) {
  const socket = new WebSocket(`ws://${base}/${channel}?${query}`, { protocols, headers })
  opened.push(socket)
  const frames: Frame[] = []
  let closed: { code: number; reason: string } | undefined
  socket.addEventListener('message', ({ data }) => void frames.push(JSON.parse(String(data)) as Frame))
  socket.addEventListener('close', ({ code, reason }) => void (closed = { code, reason }))
  const told = () => frames.filter(({ type }) => type !== 'hello')
  return {
    socket,
    frames,
    told,
    hello: async () =>
      (await eventually(() => frames.some(({ type }) => type === 'hello') || closed))
        ? frames.find(({ type }) => type === 'hello')
        : undefined,
    heard: (count: number) => eventually(() => told().length >= count),
    code: async () => ((await eventually(() => closed, 2000)) ? closed!.code : undefined),
    closed: () => closed,
  }
}

const withToken = ({ token }: Client, more: Given & { since?: number } = {}) =>
  connect({ ...more, query: `token=${token}${more.since === undefined ? '' : `&since=${more.since}`}` })

const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

/** For a socket whose reading is in the hands of the test. */
const upgradeRequest = (query: string) =>
  `GET /api/ws/security?${query} HTTP/1.1\r\nhost: ${base.split('/')[0]}\r\n${Object.entries(upgrade)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`

/** The answer to a handshake that is refused. */
async function handshake(query: string, headers: Record<string, string> = {}) {
  return (await fetch(`http://${base}/security?${query}`, { headers: { ...upgrade, ...headers }, signal: AbortSignal.timeout(2000) }))
    .status
}

const ticketOf = async ({ api }: Client) => (await api.ws.ticket.post()).data!.ticket

const tell = (tenant_id: string, ...events: Partial<LiveEvent>[]) =>
  within(tenant_id, async (scope) => {
    for (const event of events)
      announce(scope, { channel: 'security', type: 'alert', permission: 'alerts.read', org_unit_id: null, data: {}, ...event })
  })

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, index) => ({ data: { n: from + index } }))
const seqs = (frames: Frame[]) => frames.map(({ seq }) => seq)

describe('a socket is opened', () => {
  // ASVS 4.4.3
  test('by a ticket, once', async () => {
    const client = await signedIn()
    const ticket = await ticketOf(client)
    const socket = connect({ query: `ticket=${ticket}` })
    expect(await socket.hello()).toEqual({ type: 'hello', seq: 0, at: expect.any(String), data: { replayed: 0, gap: false } })
    expect(await handshake(`ticket=${ticket}`)).toBe(401)
  })

  test('by only one of those who use a ticket together', async () => {
    const ticket = await ticketOf(await signedIn())
    const sockets = Array.from({ length: 5 }, () => connect({ query: `ticket=${ticket}` }))
    const hellos = await Promise.all(sockets.map((socket) => socket.hello()))
    expect(hellos.filter(Boolean)).toHaveLength(1)
  })

  // ASVS 4.4.3, 4.4.4
  test('by a ticket for half a minute, and while its session lives', async () => {
    const client = await signedIn()
    const late = await ticketOf(client)
    moveClock(31_000)
    expect(await handshake(`ticket=${late}`)).toBe(401)
    const orphan = await ticketOf(client)
    const cookie = writeRefreshToken({ tenant_id: client.tenant_id, session_id: client.sid, generation: 1 })
    await send('POST', '/api/v1/auth/logout', { body: {}, headers: { cookie: `monozu_refresh=${cookie}` } })
    expect(await handshake(`ticket=${orphan}`)).toBe(401)
  })

  test('by an access token in the address, a header or the subprotocol', async () => {
    const client = await signedIn()
    expect(await withToken(client).hello()).toBeTruthy()
    expect(await connect({ headers: client.headers }).hello()).toBeTruthy()
    const spoken = connect({ protocols: ['bearer', client.token] })
    expect(await spoken.hello()).toBeTruthy()
    expect(spoken.socket.protocol).toBe('bearer')
  })

  test('by nothing else', async () => {
    const client = await signedIn()
    for (const query of ['', 'token=', 'ticket=', 'token=x', 'ticket=x', `ticket=${client.token}`, `token=${await ticketOf(client)}`]) {
      expect([query, await handshake(query)]).toEqual([query, 401])
    }
    expect(await handshake(`token=${client.token}&since=-1`)).toBe(422)
    expect(await handshake(`token=${client.token}&since=x`)).toBe(422)
    expect(openSockets()).toBe(0)
  })

  // ASVS 4.4.2
  test('only from our own pages, and by programs', async () => {
    const client = await signedIn()
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1.evil.example']) {
      const ticket = await ticketOf(client)
      expect([origin, await handshake(`ticket=${ticket}`, { origin })]).toEqual([origin, 403])
      expect(await connect({ query: `ticket=${ticket}`, headers: { origin: 'http://localhost:8000' } }).hello()).toBeTruthy()
    }
  })

  // ASVS 8.2.1
  test('by who may hear something there', async () => {
    const [deaf, vpn] = [await signedIn(['audit.read']), await signedIn(['vpn.sessions.read'])]
    expect(await handshake(`token=${deaf.token}`)).toBe(403)
    expect(await handshake(`token=${vpn.token}`)).toBe(403)
    expect(await withToken(vpn, { channel: 'vpn' }).hello()).toBeTruthy()
  })

  // ASVS 2.3.2
  test('ten times a user, not eleven', async () => {
    const client = await signedIn()
    const sockets = Array.from({ length: limits.socketsPerUser }, () => withToken(client))
    for (const socket of sockets) expect(await socket.hello()).toBeTruthy()
    expect(await withToken(client).code()).toBe(4429)
    const colleague = await signedIn(undefined, { tenant_id: client.tenant_id })
    expect(await withToken(colleague).hello()).toBeTruthy()
    sockets[0]!.socket.close()
    expect(await eventually(() => openSockets() === limits.socketsPerUser)).toBe(true)
    expect(await withToken(client).hello()).toBeTruthy()
  })
})

describe('what happened is told', () => {
  // ASVS 8.4.1
  test('with the commit, numbered, and to this tenant alone', async () => {
    const [boss, stranger] = [await signedIn(), await signedIn()]
    const [mine, theirs] = [withToken(boss), withToken(stranger)]
    await Promise.all([mine.hello(), theirs.hello()])
    const { device_id } = await registered(boss)
    await boss.api.devices({ id: device_id }).patch({ name: 'Renamed' })
    expect(await mine.heard(2)).toBe(true)
    expect(mine.told()).toMatchObject([
      { type: 'device', seq: 1, data: { id: device_id, event: 'created' } },
      { type: 'device', seq: 2, data: { id: device_id, event: 'updated' } },
    ])
    await registered(stranger)
    expect(await theirs.heard(1)).toBe(true)
    expect(seqs(theirs.told())).toEqual([1])
    expect(mine.told()).toHaveLength(2)
  })

  test('not at all when the transaction was rolled back', async () => {
    const boss = await signedIn()
    const socket = withToken(boss)
    await socket.hello()
    const failing = within(boss.tenant_id, async (scope) => {
      announce(scope, { channel: 'security', type: 'alert', permission: 'alerts.read', org_unit_id: null, data: { lost: true } })
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow()
    await tell(boss.tenant_id, { data: { kept: true } })
    expect(await socket.heard(1)).toBe(true)
    expect(socket.told()).toMatchObject([{ seq: 1, data: { kept: true } }])
  })

  test('only to who holds the permission and sees the unit', async () => {
    const boss = await signedIn()
    const { tenant_id } = boss
    const unit = async (name: string, parent_id?: string) => (await boss.api['org-units'].post({ name, parent_id })).data!.id
    const north = await unit('North')
    const [below, south] = [await unit('Below', north), await unit('South')]
    const listeners = {
      all: await signedIn(undefined, { tenant_id }),
      devices: await signedIn(['devices.read'], { tenant_id }),
      north: await signedIn(['alerts.read', 'devices.read'], { tenant_id, units: [north] }),
      south: await signedIn(['alerts.read'], { tenant_id, units: [south] }),
      none: await signedIn(['alerts.read'], { tenant_id, units: [] }),
    }
    const hearing = Object.entries(listeners).map(([name, client]) => ({ name, socket: withToken(client) }))
    for (const { socket } of hearing) await socket.hello()
    const places = { nowhere: null, north, below, south }
    const events = Object.entries(places).flatMap(([place, org_unit_id]) => [
      { org_unit_id, data: { is: `alert ${place}` } },
      { org_unit_id, type: 'device', permission: 'devices.read' as const, data: { is: `device ${place}` } },
    ])
    await tell(tenant_id, ...events)
    const heardBy = (name: string) => hearing.find((each) => each.name === name)!.socket
    expect(await heardBy('all').heard(8)).toBe(true)
    const told = (name: string) =>
      heardBy(name)
        .told()
        .map(({ data }) => data.is)
    expect(told('all')).toEqual(events.map(({ data }) => data.is))
    expect(told('devices')).toEqual(['device nowhere', 'device north', 'device below', 'device south'])
    expect(told('north')).toEqual(['alert north', 'device north', 'alert below', 'device below'])
    expect(told('south')).toEqual(['alert south'])
    expect(told('none')).toEqual([])
  })

  test('on its own channel', async () => {
    const client = await signedIn()
    const [security, vpn] = [withToken(client), withToken(client, { channel: 'vpn' })]
    await Promise.all([security.hello(), vpn.hello()])
    await tell(
      client.tenant_id,
      { data: { is: 'alert' } },
      { channel: 'vpn', type: 'session', permission: 'vpn.sessions.read', data: { is: 'session' } },
    )
    expect(await vpn.heard(1)).toBe(true)
    expect(await security.heard(1)).toBe(true)
    expect(vpn.told()).toMatchObject([{ type: 'session', seq: 1, data: { is: 'session' } }])
    expect(security.told()).toMatchObject([{ type: 'alert', seq: 1, data: { is: 'alert' } }])
  })
})

describe('what was missed', () => {
  test('is told first, then what is new, without a hole or a repetition', async () => {
    const client = await signedIn()
    const first = withToken(client)
    await first.hello()
    await tell(client.tenant_id, ...numbered(2))
    expect(await first.heard(2)).toBe(true)
    first.socket.close()
    await tell(client.tenant_id, ...numbered(3, 2))
    const second = withToken(client, { since: 2 })
    expect(await second.hello()).toMatchObject({ seq: 5, data: { replayed: 3, gap: false } })
    await tell(client.tenant_id, ...numbered(1, 5))
    expect(await second.heard(4)).toBe(true)
    expect(seqs(second.told())).toEqual([3, 4, 5, 6])
    expect(second.told().map(({ data }) => data.n)).toEqual([2, 3, 4, 5])
    expect(await withToken(client, { since: 6 }).hello()).toMatchObject({ seq: 6, data: { replayed: 0, gap: false } })
  })

  test('is told only as far as one may hear it', async () => {
    const boss = await signedIn()
    const north = (await boss.api['org-units'].post({ name: 'North' })).data!.id
    await tell(
      boss.tenant_id,
      { data: { is: 'not placed' } },
      { org_unit_id: north, data: { is: 'north' } },
      { permission: 'devices.read', org_unit_id: north, data: { is: 'device' } },
    )
    const technician = withToken(await signedIn(['alerts.read'], { tenant_id: boss.tenant_id, units: [north] }), { since: 0 })
    expect(await technician.hello()).toMatchObject({ seq: 3, data: { replayed: 1, gap: false } })
    expect(technician.told()).toMatchObject([{ seq: 2, data: { is: 'north' } }])
  })

  test('is a gap when it is gone or too much: the console loads anew', async () => {
    const client = await signedIn()
    await tell(client.tenant_id, ...numbered(5))
    await owner`delete from live_event where tenant_id = ${client.tenant_id} and seq <= 3`
    expect(await withToken(client, { since: 1 }).hello()).toMatchObject({ seq: 5, data: { replayed: 0, gap: true } })
    expect(await withToken(client, { since: 3 }).hello()).toMatchObject({ data: { replayed: 2, gap: false } })
    await owner`delete from live_event where tenant_id = ${client.tenant_id}`
    expect(await withToken(client, { since: 4 }).hello()).toMatchObject({ data: { replayed: 0, gap: true } })
    expect(await withToken(client, { since: 5 }).hello()).toMatchObject({ data: { replayed: 0, gap: false } })
    for (const socket of opened.splice(0)) socket.close()
    expect(await eventually(() => openSockets() === 0)).toBe(true)
    await tell(client.tenant_id, ...numbered(limits.replayFrames + 1))
    expect(await withToken(client, { since: 5 }).hello()).toMatchObject({ data: { replayed: 0, gap: true } })
    expect(await withToken(client, { since: 100_000 }).hello()).toMatchObject({ data: { replayed: 0, gap: true } })
  })

  test('what cannot be read just then is told later, without another signal', async () => {
    const client = await signedIn()
    const socket = withToken(client)
    await socket.hello()
    await owner`revoke select on live_event from monozu_app`
    try {
      await tell(client.tenant_id, ...numbered(1))
      expect(await socket.heard(1)).toBe(false)
    } finally {
      await owner`grant select on live_event to monozu_app`
    }
    expect(await eventually(() => socket.told().length === 1, 3 * limits.liveAgainMs)).toBe(true)
  }, 30_000)

  test('comes whole and in order to those who join while much happens', async () => {
    const tenant_id = await newTenant()
    const clients = await Promise.all(Array.from({ length: 4 }, () => signedIn(['alerts.read'], { tenant_id })))
    const total = 120
    const telling = (async () => {
      for (let n = 0; n < total; n += 1) await tell(tenant_id, { data: { n } })
    })()
    const sockets: ReturnType<typeof connect>[] = []
    for (let round = 0; round < 8; round += 1) {
      for (const client of clients) sockets.push(withToken(client, round % 2 ? { since: 0 } : {}))
      await sockets.at(-1)!.hello()
    }
    await telling
    for (const socket of sockets) {
      expect(await eventually(() => socket.frames.at(-1)?.seq === total, 3000)).toBe(true)
      const [hello, ...frames] = socket.frames
      expect(hello!.type).toBe('hello')
      const from = hello!.seq - Number(hello!.data.replayed)
      expect(seqs(frames)).toEqual(Array.from({ length: total - from }, (_, index) => from + index + 1))
    }
  })
})

describe('a socket is closed', () => {
  const within1s = async (socket: ReturnType<typeof connect>, change: () => Promise<unknown>) => {
    await socket.hello()
    await change()
    await eventually(() => socket.closed(), 1000)
    return socket.closed()?.code
  }

  // ASVS 7.4.1
  test('with 4401 when its user signs out, and no other', async () => {
    const client = await signedIn()
    const colleague = withToken(await signedIn(undefined, { tenant_id: client.tenant_id }))
    await colleague.hello()
    const cookie = writeRefreshToken({ tenant_id: client.tenant_id, session_id: client.sid, generation: 1 })
    const code = await within1s(withToken(client), () =>
      send('POST', '/api/v1/auth/logout', { body: {}, headers: { cookie: `monozu_refresh=${cookie}` } }),
    )
    expect(code).toBe(4401)
    expect(colleague.closed()).toBeUndefined()
  })

  // ASVS 7.4.1
  test("with 4401 when the tenant's provider that it rests on is removed or another one, and no other", async () => {
    const boss = await signedIn()
    const set = (directory: string, more: object = {}) =>
      boss.api.settings.sso.put({ directory, client_id: 'ours', client_secret: 'of ours', ...more })
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()]
    expect((await set(first)).status).toBe(200)
    const through = async () => {
      const client = await signedIn(undefined, { tenant_id: boss.tenant_id })
      await owner`update session set amr = '{sso,sso_tenant}' where id = ${client.sid}`
      return client
    }
    const [changed, removed] = [await through(), await through()]
    const [staying, again] = [withToken(boss), withToken(changed)]
    await Promise.all([staying.hello(), again.hello()])
    expect((await set(first, { client_secret: 'renewed' })).status).toBe(200)
    expect((await changed.api.me.get()).status).toBe(200)
    expect(await within1s(withToken(removed), () => set(second))).toBe(4401)
    expect(await again.code()).toBe(4401)
    expect((await changed.api.me.get()).status).toBe(401)
    const later = await through()
    expect(await within1s(withToken(later), () => boss.api.settings.sso.delete())).toBe(4401)
    expect([(await later.api.me.get()).status, (await boss.api.me.get()).status, staying.closed()]).toEqual([401, 200, undefined])
  })

  test('with 4401 when its user is removed, with 4403 when nothing is left to hear, with 1012 when it is something else', async () => {
    const boss = await signedIn()
    const { tenant_id } = boss
    const groupOf = async (user_id: string) => (await boss.api.users({ id: user_id }).get()).data!.groups[0]!.id
    const [removed, deaf, narrowed] = [
      await signedIn([], { tenant_id }),
      await signedIn(['alerts.read'], { tenant_id }),
      await signedIn(['alerts.read', 'devices.read'], { tenant_id }),
    ]
    const change = async ({ user_id }: Client, permissions: string[]) =>
      boss.api.groups({ id: await groupOf(user_id) }).patch({ permissions })
    expect(await within1s(withToken(deaf), () => change(deaf, []))).toBe(4403)
    expect(await within1s(withToken(narrowed), () => change(narrowed, ['alerts.read']))).toBe(1012)
    await change(removed, ['alerts.read'])
    const admin = (await boss.api.groups.get({ query: {} })).data!.items.find(({ built_in }) => built_in === 'admin')
    await owner`insert into membership_group (tenant_id, id, membership_id, group_id) select tenant_id, gen_random_uuid(), id, ${admin!.id} from membership where user_id = ${boss.user_id}`
    expect(await within1s(withToken(removed), () => boss.api.users({ id: removed.user_id }).delete())).toBe(4401)
  })

  test('with 1012 when a feature is switched off, whose events are then told no more', async () => {
    const client = await signedIn()
    const code = await within1s(withToken(client), () =>
      within(client.tenant_id, async (scope) => {
        await scope.tx.insert(licences).values(scope.owned({ plan: 'bare', features: [], limits: {}, as_of: new Date() }))
        scope.signals.push({ topic: 'licences', key: client.tenant_id }, { topic: 'sessions', key: client.tenant_id })
      }),
    )
    expect(code).toBe(1012)
    const again = withToken(client)
    await again.hello()
    await tell(client.tenant_id, { data: { is: 'alert' } }, { type: 'device', permission: 'devices.read', data: { is: 'device' } })
    expect(await again.heard(1)).toBe(true)
    expect(again.told()).toMatchObject([{ data: { is: 'device' } }])
  })

  test('when its token ends, unless it was renewed', async () => {
    const client = await signedIn()
    const [left, renewed] = [withToken(client), withToken(client)]
    await Promise.all([left.hello(), renewed.hello()])
    moveClock((accessSeconds - 60) * 1000)
    closeEnded()
    const { user_id, tenant_id, sid } = client
    const access_token = await signAccess({ user_id, tenant_id, sid, amr: ['pwd'] })
    // Known from here on: the socket need not ask the database, and has renewed before it answers what comes next.
    expect((await send('GET', '/api/v1/me', { headers: { authorization: `Bearer ${access_token}` } })).status).toBe(200)
    renewed.socket.send(JSON.stringify({ type: 'renew', access_token }))
    renewed.socket.send(JSON.stringify({ type: 'ping' }))
    expect(await eventually(() => renewed.frames.some(({ type }) => type === 'pong'))).toBe(true)
    moveClock(61_000)
    closeEnded()
    expect(await left.code()).toBe(4401)
    expect(renewed.closed()).toBeUndefined()
    moveClock(accessSeconds * 1000)
    closeEnded()
    expect(await renewed.code()).toBe(4401)
  })

  test('when the token that opened it ends, not an hour after it was opened', async () => {
    const client = await signedIn()
    moveClock((accessSeconds - 60) * 1000)
    const socket = withToken(client)
    await socket.hello()
    moveClock(61_000)
    closeEnded()
    expect(await socket.code()).toBe(4401)
  })

  test('when its session ends by age', async () => {
    const client = await signedIn()
    await owner`update session set expires_at = now() + interval '10 minutes' where id = ${client.sid}`
    const socket = withToken(client)
    await socket.hello()
    moveClock(11 * 60_000)
    closeEnded()
    expect(await socket.code()).toBe(4401)
  })

  test("when it is renewed with somebody else's token, or with none", async () => {
    const client = await signedIn()
    const other = await signedIn(undefined, { tenant_id: client.tenant_id })
    for (const access_token of [other.token, 'x', '']) {
      const socket = withToken(client)
      await socket.hello()
      socket.socket.send(JSON.stringify({ type: 'renew', access_token }))
      expect(await socket.code()).toBe(4401)
    }
  })

  // ASVS 15.2.2
  test('by a message that is too long', async () => {
    const socket = withToken(await signedIn())
    await socket.hello()
    socket.socket.send('x'.repeat(70_000))
    expect([1006, 1009]).toContain((await socket.code())!)
  })

  test('when its reader takes nothing: those beside it get everything', async () => {
    const client = await signedIn()
    const reader = withToken(client)
    await reader.hello()
    const stuck = createConnection({ host: '127.0.0.1', port: app.server!.port! })
    stuck.write(upgradeRequest(`token=${client.token}`))
    expect(await eventually(() => openSockets() === 2)).toBe(true)
    stuck.pause()
    const told = { text: 'x'.repeat(limits.socketBacklogBytes / 16) }
    for (let sent = 0; openSockets() === 2 && sent < 640; sent += 16) {
      await tell(client.tenant_id, ...Array.from({ length: 16 }, () => ({ data: told })))
      expect(await reader.heard(sent + 16)).toBe(true)
    }
    expect(openSockets()).toBe(1)
    stuck.destroy()
    expect(reader.closed()).toBeUndefined()
    expect(seqs(reader.told())).toEqual(reader.told().map((_, index) => index + 1))
  })

  test('with 1001 when the server goes away', async () => {
    const socket = withToken(await signedIn())
    await socket.hello()
    drainSockets()
    expect(await socket.code()).toBe(1001)
  })
})

test('a message that means nothing is passed over', async () => {
  const socket = withToken(await signedIn())
  await socket.hello()
  for (const text of [
    'canary-1',
    '{"type":"canary-2"}',
    '{"type":{"renew":1}}',
    '[]',
    'null',
    '{"__proto__":{"type":"ping"}}',
    '\u0000',
    '{'.repeat(10_000),
  ])
    socket.socket.send(text)
  socket.socket.send(new Uint8Array([1, 2, 3]))
  socket.socket.send(JSON.stringify({ type: 'ping' }))
  await eventually(() => socket.closed() || socket.frames.some(({ type }) => type === 'pong'))
  expect(socket.told()).toEqual([{ type: 'pong' }] as never)
})
