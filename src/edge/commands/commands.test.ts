import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { app } from '../../app'
import { moveClock } from '../../core/clock'
import { limits } from '../../core/limits'
import { listen } from '../../core/signals'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'
import { owner, until, walk } from '../../testing/world'
import { answerPolls } from './poll'

// A machine that does other work as well takes its time; a poll that nobody wakes takes longer still.
setDefaultTimeout(20_000)

beforeAll(() => listen())
afterEach(() => moveClock(0))

const lease = limits.commandLeaseMs
type Device = Awaited<ReturnType<typeof registered>>
interface Leased {
  id: string
  type: string
  arguments: Record<string, unknown>
  lease_expires_at: string
}

async function polled(reply: Response) {
  expect(reply.status).toBe(200)
  return ((await reply.json()) as { items: Leased[] }).items
}
const poll = async (device: Device, wait = 0) => polled(await send('GET', `/api/v1/commands?wait=${wait}`, device))
const answer = (device: Device, id: string, body: Record<string, unknown>) =>
  send('POST', `/api/v1/commands/${id}/result`, { headers: device.headers, body })

async function arranged() {
  const client = await signedIn()
  return { client, device: await registered(client) }
}
const commandsOf = (client: Client, { device_id }: Device) => client.api.devices({ id: device_id }).commands
const queue = async (client: Client, device: Device, input: { expires_in_seconds?: number } = {}) =>
  (await commandsOf(client, device).post({ type: 'ping', ...input })).data!
const listed = async (client: Client, device: Device) => (await commandsOf(client, device).get({ query: {} })).data!.items

describe('a command', () => {
  test('waits for a device that is offline, and is then delivered once', async () => {
    const { client, device } = await arranged()
    const created = await commandsOf(client, device).post({ type: 'set_interval', arguments: { seconds: 30, more: 'is dropped' } })
    expect(created.status).toBe(201)
    expect(created.data).toMatchObject({
      device_id: device.device_id,
      type: 'set_interval',
      arguments: { seconds: 30 },
      state: 'queued',
      attempts: 0,
      result: null,
      error: null,
      requested_by: { kind: 'user', id: client.user_id, name: 'Somebody' },
      delivered_at: null,
      finished_at: null,
    })
    moveClock(3_600_000)
    const items = await poll(device)
    expect(items).toMatchObject([{ id: created.data!.id, type: 'set_interval', arguments: { seconds: 30 } }])
    expect(items[0]!.arguments).toEqual({ seconds: 30 })
    expect(await poll(device)).toEqual([])
    expect(await listed(await signedIn(undefined, client), device)).toMatchObject([{ state: 'delivered', attempts: 1 }])
  })

  test('is delivered at once to a device that already waits', async () => {
    const { client, device } = await arranged()
    const waiting = poll(device, limits.commandWaitSeconds)
    await until('the device has asked', async () => (await client.api.devices({ id: device.device_id }).get()).data!.status === 'online')
    const { id } = await queue(client, device)
    expect(await waiting).toMatchObject([{ id }])
  })

  test('of another device does not wake one that waits', async () => {
    const { client, device } = await arranged()
    const other = await registered(client, { name: 'edge-2' })
    const waiting = poll(device, limits.commandWaitSeconds)
    await until('the device has asked', async () => (await client.api.devices({ id: device.device_id }).get()).data!.status === 'online')
    await queue(client, other)
    expect(await poll(other)).toHaveLength(1)
    const mine = await queue(client, device)
    expect(await waiting).toMatchObject([{ id: mine.id }])
  })

  test('goes through running to its end, and the record names the device', async () => {
    const { client, device } = await arranged()
    const { id } = await queue(client, device)
    await poll(device)
    expect((await answer(device, id, { state: 'running' })).status).toBe(204)
    expect(await listed(client, device)).toMatchObject([{ state: 'running', finished_at: null }])
    expect((await answer(device, id, { state: 'succeeded', result: { pong: true } })).status).toBe(204)
    const [command] = await listed(client, device)
    expect(command).toMatchObject({ state: 'succeeded', result: { pong: true }, error: null })
    expect(command!.finished_at).not.toBeNull()
    const { items } = (await client.api.audit.get({ query: { entity_id: id } })).data!
    expect(items).toMatchObject([
      { action: 'commands.succeeded', actor_kind: 'device', actor_id: device.device_id },
      { action: 'commands.create', actor_kind: 'user', actor_id: client.user_id },
    ])
    expect(await poll(device)).toEqual([])
  })

  test('that failed says why', async () => {
    const { client, device } = await arranged()
    const { id } = await queue(client, device)
    await poll(device)
    expect((await answer(device, id, { state: 'failed', error: `no route ${'x'.repeat(5000)}` })).status).toBe(204)
    const [command] = await listed(client, device)
    expect(command).toMatchObject({ state: 'failed', result: null })
    expect(command!.error).toStartWith('no route x')
    expect(command!.error!.length).toBeLessThanOrEqual(2000)
  })

  test('whose end is told twice stays as it is; another end is refused', async () => {
    const { client, device } = await arranged()
    const { id } = await queue(client, device)
    await poll(device)
    expect((await answer(device, id, { state: 'succeeded', result: { n: 1 } })).status).toBe(204)
    expect((await answer(device, id, { state: 'succeeded', result: { n: 1 } })).status).toBe(204)
    for (const state of ['failed', 'running']) {
      const refused = await answer(device, id, { state })
      expect(refused.status).toBe(409)
      expect((await problem(refused)).error).toBe('already_finished')
    }
    expect(await listed(client, device)).toMatchObject([{ state: 'succeeded', result: { n: 1 } }])
    expect((await client.api.audit.get({ query: { entity_id: id, action: 'commands.succeeded' } })).data!.items).toHaveLength(1)
  })

  test('whose end is told again with the same Idempotency-Key stays as it is', async () => {
    const { client, device } = await arranged()
    const { id } = await queue(client, device)
    await poll(device)
    const tell = () =>
      send('POST', `/api/v1/commands/${id}/result`, {
        headers: { ...device.headers, 'idempotency-key': 'once' },
        body: { state: 'succeeded' },
      })
    expect((await tell()).status).toBe(204)
    expect((await tell()).status).toBe(204)
    expect(await listed(client, device)).toMatchObject([{ state: 'succeeded' }])
  })

  test('of which two ends are told at once has one of them', async () => {
    const { client, device } = await arranged()
    const { id } = await queue(client, device)
    await poll(device)
    const replies = await Promise.all(['succeeded', 'failed'].map((state) => answer(device, id, { state })))
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 409])
  })

  test('of one device does not exist for another of the same tenant', async () => {
    const { client, device } = await arranged()
    const other = await registered(client, { name: 'edge-2' })
    const { id } = await queue(client, device)
    expect(await poll(other)).toEqual([])
    const [theirs, none] = [
      await answer(other, id, { state: 'succeeded' }),
      await answer(other, Bun.randomUUIDv7(), { state: 'succeeded' }),
    ]
    expect([theirs.status, none.status]).toEqual([404, 404])
    expect(await listed(client, device)).toMatchObject([{ state: 'queued', result: null }])
  })

  test.each([
    ['an unknown type', { type: 'reboot' }],
    ['no interval', { type: 'set_interval' }],
    ['an interval of 0 s', { type: 'set_interval', arguments: { seconds: 0 } }],
    ['an interval of more than an hour', { type: 'set_interval', arguments: { seconds: 3601 } }],
    ['half a second', { type: 'set_interval', arguments: { seconds: 0.5 } }],
    ['an interval in words', { type: 'set_interval', arguments: { seconds: '30' } }],
    ['an end too near', { type: 'ping', expires_in_seconds: 59 }],
    ['an end too far', { type: 'ping', expires_in_seconds: 604_801 }],
  ])('with %s is refused', async (_, body) => {
    const { client, device } = await arranged()
    const reply = await send('POST', `/api/v1/devices/${device.device_id}/commands`, { headers: client.headers, body })
    expect(reply.status).toBe(422)
    expect((await problem(reply)).error).toBe('invalid')
    expect(await listed(client, device)).toEqual([])
  })

  test.each([
    ['an unknown state', { state: 'paused' }],
    ['a state that is the platform’s to give', { state: 'queued' }],
    ['text that holds a NUL', { state: 'succeeded', result: { text: 'a\0b' } }],
    ['an error without end', { state: 'failed', error: 'x'.repeat(10_001) }],
  ])('answered with %s stays as it was', async (_, body) => {
    const { client, device } = await arranged()
    const { id } = await queue(client, device)
    await poll(device)
    expect((await answer(device, id, body)).status).toBe(422)
    expect(await listed(client, device)).toMatchObject([{ state: 'delivered' }])
  })

  test('made twice with one Idempotency-Key is one command', async () => {
    const { client, device } = await arranged()
    const ask = () =>
      send('POST', `/api/v1/devices/${device.device_id}/commands`, {
        headers: { ...client.headers, 'idempotency-key': 'once' },
        body: { type: 'ping' },
      })
    const ids = await Promise.all([ask(), ask(), ask()].map(async (reply) => ((await (await reply).json()) as { id: string }).id))
    expect(new Set(ids).size).toBe(1)
    expect(await listed(client, device)).toHaveLength(1)
  })
})

describe('a lease', () => {
  test('that ends without an answer hands the command out again, five times in all', async () => {
    const { client, device } = await arranged()
    const { id } = await queue(client, device)
    for (let attempt = 1; attempt <= limits.commandAttempts; attempt += 1) {
      expect(await poll(device)).toMatchObject([{ id }])
      expect(await listed(client, device)).toMatchObject([{ state: 'delivered', attempts: attempt }])
      moveClock(lease - 1_000)
      expect(await poll(device)).toEqual([])
      moveClock(2_000)
    }
    expect(await poll(device)).toEqual([])
    expect(await listed(client, device)).toMatchObject([{ attempts: limits.commandAttempts }])
  })

  test('says when it ends, and the first delivery stays on record', async () => {
    const { client, device } = await arranged()
    await queue(client, device)
    const [first] = await poll(device)
    const left = Date.parse(first!.lease_expires_at) - Date.now()
    expect(left).toBeGreaterThan(lease - 5_000)
    expect(left).toBeLessThanOrEqual(lease)
    const [before] = await listed(client, device)
    moveClock(lease + 1_000)
    await poll(device)
    const [after] = await listed(client, device)
    expect(after!.delivered_at).toEqual(before!.delivered_at)
  })

  test('is kept by a device that says it is still running, and lost by one that no longer does', async () => {
    const { client, device } = await arranged()
    const { id } = await queue(client, device)
    await poll(device)
    for (let step = 0; step < 3; step += 1) {
      expect((await answer(device, id, { state: 'running' })).status).toBe(204)
      moveClock(lease - 5_000)
      expect(await poll(device)).toEqual([])
    }
    moveClock(10_000)
    expect(await poll(device)).toMatchObject([{ id }])
    expect(await listed(client, device)).toMatchObject([{ attempts: 2 }])
    expect((await answer(device, id, { state: 'succeeded' })).status).toBe(204)
  })

  test('hands out the oldest ten first', async () => {
    const { client, device } = await arranged()
    const ids: string[] = []
    for (let count = 0; count < 12; count += 1) ids.push((await queue(client, device)).id)
    expect((await poll(device)).map(({ id }) => id)).toEqual(ids.slice(0, limits.commandsPerLease))
    expect((await poll(device)).map(({ id }) => id)).toEqual(ids.slice(limits.commandsPerLease))
  })

  test('is never given twice, however many poll for one device', async () => {
    const { client, device } = await arranged()
    const ids = new Set((await Promise.all(Array.from({ length: 40 }, () => queue(client, device)))).map(({ id }) => id))
    const leased: string[] = []
    while (leased.length < ids.size) {
      const rounds = await Promise.all(Array.from({ length: 6 }, () => poll(device)))
      leased.push(...rounds.flat().map(({ id }) => id))
    }
    expect(leased).toHaveLength(ids.size)
    expect(new Set(leased)).toEqual(ids)
  })

  test('goes to one of two that wait', async () => {
    const { client, device } = await arranged()
    const waiting = [poll(device, limits.commandWaitSeconds), poll(device, limits.commandWaitSeconds)]
    await until('the device has asked', async () => (await client.api.devices({ id: device.device_id }).get()).data!.status === 'online')
    const { id } = await queue(client, device)
    const first = await Promise.race(waiting)
    answerPolls()
    const items = (await Promise.all(waiting)).flat()
    expect(items).toMatchObject([{ id }])
    expect(first.length).toBeLessThanOrEqual(1)
  })
})

describe('time and change of mind', () => {
  test('a command that nobody fetched in time has expired', async () => {
    const { client, device } = await arranged()
    const { id } = await queue(client, device, { expires_in_seconds: 60 })
    moveClock(59_000)
    expect(await listed(client, device)).toMatchObject([{ state: 'queued' }])
    moveClock(2_000)
    expect(await poll(device)).toEqual([])
    expect(await listed(client, device)).toMatchObject([{ state: 'expired', attempts: 0 }])
    const late = await client.api.commands({ id }).cancel.post()
    expect(late.status).toBe(409)
    expect(late.error!.value).toMatchObject({ error: 'not_cancellable' })
  })

  test('a command that was fetched and not finished in time has expired, and is not handed out again', async () => {
    const { client, device } = await arranged()
    await queue(client, device, { expires_in_seconds: 60 })
    expect(await poll(device)).toHaveLength(1)
    moveClock(lease + 1_000)
    expect(await poll(device)).toEqual([])
    expect(await listed(client, device)).toMatchObject([{ state: 'expired', attempts: 1 }])
  })

  test('a command can be cancelled until it runs', async () => {
    const { client, device } = await arranged()
    const [queued, delivered, running] = [await queue(client, device), await queue(client, device), await queue(client, device)]
    const cancel = (id: string) => client.api.commands({ id }).cancel.post()
    const cancelled = await cancel(queued.id)
    expect(cancelled.data).toMatchObject({ id: queued.id, state: 'cancelled' })
    expect(cancelled.data!.finished_at).not.toBeNull()
    expect((await poll(device)).map(({ id }) => id)).toEqual([delivered.id, running.id])
    await answer(device, running.id, { state: 'running' })
    expect((await cancel(delivered.id)).data).toMatchObject({ state: 'cancelled' })
    expect((await cancel(running.id)).status).toBe(409)
    expect((await cancel(queued.id)).status).toBe(409)
    expect((await answer(device, delivered.id, { state: 'succeeded' })).status).toBe(409)
    moveClock(lease + 1_000)
    expect((await poll(device)).map(({ id }) => id)).toEqual([running.id])
    expect((await client.api.audit.get({ query: { entity_id: queued.id } })).data!.items).toMatchObject([
      { action: 'commands.cancel', before: { state: 'queued' }, after: { state: 'cancelled' } },
      { action: 'commands.create' },
    ])
  })
})

describe('a poll', () => {
  test('without anything to fetch and without waiting is answered at once', async () => {
    const { device } = await arranged()
    expect(await poll(device)).toEqual([])
  })

  test('is answered when the process drains', async () => {
    const { client, device } = await arranged()
    const waiting = poll(device, limits.commandWaitSeconds)
    await until('the device has asked', async () => (await client.api.devices({ id: device.device_id }).get()).data!.status === 'online')
    answerPolls()
    expect(await waiting).toEqual([])
  })

  test('of a caller who has gone before it began does not wait', async () => {
    const { device } = await arranged()
    const url = `http://localhost/api/v1/commands?wait=${limits.commandWaitSeconds}`
    expect(await polled(await app.handle(new Request(url, { headers: device.headers, signal: AbortSignal.abort() })))).toEqual([])
  })

  test.each(['wait=31', 'wait=-1', 'wait=soon'])('with ?%s is refused', async (query) => {
    const { device } = await arranged()
    expect((await send('GET', `/api/v1/commands?${query}`, device)).status).toBe(422)
  })

  test('whose key was replaced while it waited gets nothing more', async () => {
    const client = await signedIn()
    const { provisioning_key } = (await client.api.settings['edge-registration-keys'].post({ label: 'test' })).data!
    const register = async (): Promise<Device> => {
      const reply = await send('POST', '/api/v1/devices/register', {
        body: { name: 'edge', hardware_id: 'hw-1', registration_key: provisioning_key },
      })
      const told = (await reply.json()) as Omit<Device, 'headers'>
      return { ...told, headers: { 'x-device-key': told.device_key } }
    }
    const lost = await register()
    const waiting = send('GET', `/api/v1/commands?wait=${limits.commandWaitSeconds}`, lost)
    await until('the device has asked', async () => (await client.api.devices({ id: lost.device_id }).get()).data!.status === 'online')
    const found = await register()
    const { id } = await queue(client, found)
    expect((await waiting).status).toBe(401)
    expect(await poll(found)).toMatchObject([{ id }])
  })
})

describe('over a real connection', () => {
  const server = Bun.serve({ port: 0, fetch: (request) => app.fetch(request) })
  afterAll(() => server.stop(true))

  test('a device that hangs up stops waiting, and takes nothing with it', async () => {
    const { client, device } = await arranged()
    const hangUp = new AbortController()
    const asked = fetch(new URL(`/api/v1/commands?wait=${limits.commandWaitSeconds}`, server.url), {
      headers: device.headers,
      signal: hangUp.signal,
    })
    asked.catch(() => {})
    await until('the device has asked', async () => (await client.api.devices({ id: device.device_id }).get()).data!.status === 'online')
    hangUp.abort()
    await until('its request has ended', () => server.pendingRequests === 0)
    const { id } = await queue(client, device)
    expect(await listed(client, device)).toMatchObject([{ id, state: 'queued', attempts: 0 }])
    expect(await poll(device)).toMatchObject([{ id }])
  })

  test('a waiting device costs no database connection', async () => {
    const client = await signedIn()
    const all = await Promise.all(Array.from({ length: 30 }, (_, index) => registered(client, { name: `edge-${index}` })))
    const waiting = all.map(async (device) =>
      polled(await fetch(new URL(`/api/v1/commands?wait=${limits.commandWaitSeconds}`, server.url), { headers: device.headers })),
    )
    await until('all have asked', async () => (await client.api.devices.summary.get()).data!.online === all.length)
    await until('no transaction is left open', async () => {
      const [open] =
        await owner`select count(*)::int as busy from pg_stat_activity where usename = 'monozu_app' and state like 'idle in transaction%'`
      return open?.busy === 0
    })
    const ids = await Promise.all(all.map(async (device) => (await queue(client, device)).id))
    expect((await Promise.all(waiting)).map(([command]) => command!.id)).toEqual(ids)
  })
})

describe('the list', () => {
  test('shows the commands of one device, newest first, page by page', async () => {
    const { client, device } = await arranged()
    const other = await registered(client, { name: 'edge-2' })
    await queue(client, other)
    const ids: string[] = []
    for (let count = 0; count < 5; count += 1) ids.unshift((await queue(client, device)).id)
    const walked = await walk(async (cursor) => (await commandsOf(client, device).get({ query: { limit: 2, cursor } })).data!)
    expect(walked.map(({ id }) => id)).toEqual(ids)
  })

  test('and the queue need their permissions', async () => {
    const { client, device } = await arranged()
    const reader = await signedIn(['commands.read'], client)
    expect((await commandsOf(reader, device).get({ query: {} })).status).toBe(200)
    expect((await commandsOf(reader, device).post({ type: 'ping' })).status).toBe(403)
    const { id } = await queue(client, device)
    expect((await reader.api.commands({ id }).cancel.post()).status).toBe(403)
    expect((await send('GET', '/api/v1/commands', client)).status).toBe(401)
    expect((await send('GET', `/api/v1/devices/${device.device_id}/commands`, device)).status).toBe(401)
  })
})
