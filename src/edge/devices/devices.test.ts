import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock, now } from '../../core/clock'
import { limits } from '../../core/limits'
import { listen } from '../../core/signals'
import { type Client, problem, registered, send, signedIn, within } from '../../testing/api'
import { addFrames, addLayout, owner, queued, report, runQueue, told, until, walk } from '../../testing/world'
import { devicePresence, devices } from './schema'

beforeAll(() => listen())
afterEach(() => moveClock(0))

const minute = 60_000

async function units(client: Client, ...names: string[]) {
  const made: string[] = []
  for (const name of names) made.push((await client.api['org-units'].post({ name })).data!.id)
  return made
}

const poll = (device: { headers: Record<string, string> }) => send('GET', '/api/v1/commands', device)

interface Row {
  name: string
  type?: string
  location?: string
  hardware_id?: string
  org_unit_id?: string
  created_at?: Date
  seen?: Date
}

/** Devices as if they had registered long ago. */
const furnish = (tenant_id: string, rows: Row[]) =>
  within(tenant_id, async ({ tx, owned }) => {
    const ids: string[] = []
    for (const { seen, ...row } of rows) {
      const [device] = await tx.insert(devices).values(owned(row)).returning({ id: devices.id })
      ids.push(device!.id)
      if (seen) await tx.insert(devicePresence).values(owned({ device_id: device!.id, last_seen_at: seen }))
    }
    return ids
  })

describe('adding', () => {
  test('makes a device that needs no more than its key, and leaves a record of who added it', async () => {
    const client = await signedIn()
    const { data, status } = await client.api.devices.post({ name: 'site-7', type: 'gateway' })
    expect([status, data]).toEqual([
      201,
      expect.objectContaining({ tenant_id: client.tenant_id, ingest_url: 'http://localhost:8090/v1/ingest' }),
    ])
    const { device_id, device_key } = data!
    expect((await client.api.devices({ id: device_id }).get()).data).toMatchObject({
      name: 'site-7',
      type: 'gateway',
      address: null,
      status: 'never',
    })
    expect((await poll({ headers: { 'x-device-key': device_key } })).status).toBe(200)
    const { items } = (await client.api.audit.get({ query: { entity_id: device_id } })).data!
    expect(items).toMatchObject([{ action: 'devices.create', actor_kind: 'user', actor_id: client.user_id }])
    expect(JSON.stringify(items)).not.toContain(device_key)
    expect(await told(client.tenant_id)).toMatchObject([{ type: 'device', data: { id: device_id, event: 'created' } }])
  })

  test('puts it where one sees, and nowhere else', async () => {
    const client = await signedIn()
    const [north, south] = await units(client, 'North', 'South')
    const place = { tenant_id: client.tenant_id, units: [north!] }
    const technician = await signedIn(['settings.edge_registration_keys.create', 'devices.read'], place)
    const { data } = await technician.api.devices.post({ name: 'mine', org_unit_id: north! })
    expect((await technician.api.devices({ id: data!.device_id }).get()).data).toMatchObject({ org_unit_id: north })
    for (const org_unit_id of [south!, null, Bun.randomUUIDv7()])
      expect((await technician.api.devices.post({ name: 'theirs', org_unit_id })).status).toBeGreaterThanOrEqual(400)
    expect((await client.api.devices.get({ query: {} })).data!.items.map(({ name }) => name)).toEqual(['mine'])
  })
})

describe('registering', () => {
  const register = async (client: Client) => {
    const { provisioning_key } = (await client.api.settings['edge-registration-keys'].post({ label: 'test' })).data!
    return async (body: Record<string, unknown>, headers: Record<string, string> = {}) => {
      const reply = await send('POST', '/api/v1/devices/register', {
        body,
        headers: { 'x-provisioning-key': provisioning_key, ...headers },
      })
      const answer = (await reply.json()) as {
        device_id: string
        device_key: string
        tenant_id: string
        ingest_url: string
        commands_url: string
      }
      return { status: reply.status, ...answer, headers: { 'x-device-key': answer.device_key } }
    }
  }

  test('makes a device, tells where to deliver, and leaves a record', async () => {
    const client = await signedIn()
    const ask = await register(client)
    const device = await ask(
      { name: 'edge-1', type: 'gateway', hardware_id: 'hw-1', location: 'Rack 4' },
      { 'user-agent': 'monozu-edge/1.2.3' },
    )
    expect(device).toMatchObject({
      status: 201,
      tenant_id: client.tenant_id,
      ingest_url: 'http://localhost:8090/v1/ingest',
      commands_url: 'http://localhost:8000/api/v1/commands',
    })
    const { data } = await client.api.devices({ id: device.device_id }).get()
    expect(data).toMatchObject({
      name: 'edge-1',
      type: 'gateway',
      hardware_id: 'hw-1',
      location: 'Rack 4',
      agent_version: '1.2.3',
      org_unit_id: null,
      status: 'never',
      last_seen_at: null,
    })
    expect((await poll(device)).status).toBe(200)
    expect((await client.api.devices({ id: device.device_id }).get()).data).toMatchObject({ status: 'online' })
    const { items } = (await client.api.audit.get({ query: { entity_id: device.device_id } })).data!
    expect(items).toMatchObject([{ action: 'devices.register', actor_kind: 'device', actor_id: device.device_id, actor_name: 'edge-1' }])
    expect(await told(client.tenant_id)).toMatchObject([
      {
        seq: 1,
        type: 'device',
        permission: 'devices.read',
        org_unit_id: null,
        data: { id: device.device_id, event: 'created', device: { name: 'edge-1', status: 'never' } },
      },
    ])
  })

  test('the same hardware again is the same device with a new key, and the old key is dead', async () => {
    const client = await signedIn()
    const ask = await register(client)
    const first = await ask({ name: 'edge-1', hardware_id: 'hw-1' })
    expect((await poll(first)).status).toBe(200)
    const second = await ask({ name: 'another name', hardware_id: 'hw-1' }, { 'user-agent': 'monozu-edge/2.0.0' })
    expect(second.device_id).toBe(first.device_id)
    expect(second.device_key).not.toBe(first.device_key)
    await until('the first key is refused', async () => (await poll(first)).status === 401, 1_000)
    expect((await poll(second)).status).toBe(200)
    const { items } = (await client.api.devices.get({ query: {} })).data!
    expect(items).toMatchObject([{ name: 'edge-1', agent_version: '2.0.0' }])
    expect((await told(client.tenant_id)).map(({ data }) => data.event)).toEqual(['created', 'updated'])
  })

  test('the same hardware many times at once is one device with one living key', async () => {
    const client = await signedIn()
    const ask = await register(client)
    const all = await Promise.all(Array.from({ length: 8 }, () => ask({ name: 'edge-1', hardware_id: 'hw-1' })))
    expect(new Set(all.map(({ status, device_id }) => `${status} ${device_id}`)).size).toBe(1)
    const [row] = await owner`select count(*)::int as living from device_key where device_id = ${all[0]!.device_id} and revoked_at is null`
    expect(row).toEqual({ living: 1 })
    await until(
      'one key is left',
      async () => (await Promise.all(all.map(poll))).filter(({ status }) => status === 200).length === 1,
      1_000,
    )
  })

  test('the same hardware in another tenant is another device', async () => {
    const [mine, theirs] = [await register(await signedIn()), await register(await signedIn())]
    const [a, b] = [await mine({ name: 'edge-1', hardware_id: 'hw-1' }), await theirs({ name: 'edge-1', hardware_id: 'hw-1' })]
    expect(a.device_id).not.toBe(b.device_id)
    expect((await poll(a)).status).toBe(200)
  })

  test('devices without a hardware_id are never taken for each other', async () => {
    const client = await signedIn()
    const ask = await register(client)
    const [a, b] = [await ask({ name: 'edge' }), await ask({ name: 'edge' })]
    expect(a.device_id).not.toBe(b.device_id)
    expect((await poll(a)).status).toBe(200)
  })
})

describe('the list', () => {
  const names = async (client: Client, query: NonNullable<Parameters<Client['api']['devices']['get']>[0]>['query']) =>
    (await client.api.devices.get({ query })).data!.items.map(({ name }) => name)

  test('searches name, location and hardware, and takes wildcards as they are', async () => {
    const client = await signedIn()
    await furnish(client.tenant_id, [
      { name: 'Alpha', location: 'Roof' },
      { name: 'beta', hardware_id: 'roof-77' },
      { name: 'gamma 100%' },
      { name: 'gamma_1' },
      { name: 'gammax1' },
    ])
    expect(await names(client, { search: 'ROOF' })).toEqual(['Alpha', 'beta'])
    expect(await names(client, { search: 'lph' })).toEqual(['Alpha'])
    expect(await names(client, { search: '%' })).toEqual(['gamma 100%'])
    expect(await names(client, { search: 'a_1' })).toEqual(['gamma_1'])
    expect(await names(client, { search: '\\' })).toEqual([])
  })

  test('filters by status, type and unit, together as well', async () => {
    const client = await signedIn()
    const [north, south] = await units(client, 'North', 'South')
    const [fresh, stale] = [now(), new Date(now().getTime() - 10 * minute)]
    await furnish(client.tenant_id, [
      { name: 'a', seen: fresh, type: 'gateway', org_unit_id: north },
      { name: 'b', seen: fresh, org_unit_id: south },
      { name: 'c', seen: stale, type: 'gateway', org_unit_id: north },
      { name: 'd', org_unit_id: north },
    ])
    expect(await names(client, { status: ['online'] })).toEqual(['a', 'b'])
    expect(await names(client, { status: ['offline'] })).toEqual(['c'])
    expect(await names(client, { status: ['never'] })).toEqual(['d'])
    expect(await names(client, { type: ['gateway'] })).toEqual(['a', 'c'])
    expect(await names(client, { org_unit_id: north })).toEqual(['a', 'c', 'd'])
    expect(await names(client, { org_unit_id: north, status: ['online'], type: ['gateway'], search: 'a' })).toEqual(['a'])
    expect((await client.api.devices.summary.get()).data).toEqual({ total: 4, online: 2, offline: 1, never: 1 })
    const northern = await signedIn(['devices.read'], { tenant_id: client.tenant_id, units: [north!] })
    expect(await names(northern, {})).toEqual(['a', 'c', 'd'])
    expect((await northern.api.devices.summary.get()).data).toEqual({ total: 3, online: 1, offline: 1, never: 1 })
  })

  test('a device that is silent for longer than 75 s is offline, and online again as soon as it asks', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const status = async () => {
      const { data } = await client.api.devices({ id: device.device_id }).get()
      const [summary] = [(await client.api.devices.summary.get()).data!]
      expect(summary[data!.status]).toBe(1)
      expect(await names(client, { status: [data!.status] })).toEqual(['edge-1'])
      return data!.status
    }
    expect(await status()).toBe('never')
    await poll(device)
    expect(await status()).toBe('online')
    moveClock(limits.onlineMs - 2_000)
    expect(await status()).toBe('online')
    moveClock(3_000)
    expect(await status()).toBe('offline')
    await poll(device)
    expect(await status()).toBe('online')
  })

  const day = (count: number) => new Date(Date.UTC(2026, 0, count))
  const rows: Row[] = [
    { name: 'same', created_at: day(3), seen: day(20) },
    { name: 'same', created_at: day(3), seen: day(20) },
    { name: 'same', created_at: day(3) },
    { name: 'alpha', created_at: day(1) },
    { name: 'zeta', created_at: day(9), seen: day(25) },
    { name: 'beta', created_at: day(3), seen: day(20) },
    { name: 'omega', created_at: day(2) },
  ]

  test.each(['name', '-name', 'last_seen_at', '-last_seen_at', 'created_at', '-created_at'] as const)(
    'sorted by %s is walked once, page by page, with equal and missing values',
    async (sort) => {
      const client = await signedIn()
      await furnish(client.tenant_id, rows)
      const { items: all, next_cursor } = (await client.api.devices.get({ query: { sort } })).data!
      expect(all).toHaveLength(rows.length)
      expect(next_cursor).toBeNull()
      for (const limit of [1, 2, 3, 7]) {
        const walked = await walk(async (cursor) => (await client.api.devices.get({ query: { sort, limit, cursor } })).data!)
        expect(walked.map(({ id }) => id)).toEqual(all.map(({ id }) => id))
      }
      const column = sort.replace('-', '') as 'name' | 'last_seen_at' | 'created_at'
      const values = all.map((device) => (column === 'name' ? device.name : (device[column]?.getTime() ?? 0)))
      const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      expect(values).toEqual(sort.startsWith('-') ? sorted.reverse() : sorted)
    },
  )

  test('what registers while one pages is neither lost nor doubled', async () => {
    const client = await signedIn()
    await furnish(client.tenant_id, [{ name: 'b' }, { name: 'd' }, { name: 'f' }])
    const first = (await client.api.devices.get({ query: { limit: 2 } })).data!
    await furnish(client.tenant_id, [{ name: 'a' }, { name: 'e' }])
    const rest = (await client.api.devices.get({ query: { limit: 10, cursor: first.next_cursor! } })).data!
    expect([...first.items, ...rest.items].map(({ name }) => name)).toEqual(['b', 'd', 'e', 'f'])
  })

  const cursor = (...position: unknown[]) => Buffer.from(JSON.stringify(position)).toString('base64url')
  test.each([
    ['no cursor at all', 'name', 'nonsense'],
    ['a cursor whose place is no id', 'name', cursor('edge', 'nonsense')],
    ['a cursor of another list', 'name', cursor(null, Bun.randomUUIDv7())],
    ['a cursor with a number for a name', 'name', cursor(5, Bun.randomUUIDv7())],
    ['a cursor of another order', 'created_at', cursor('edge-1', Bun.randomUUIDv7())],
    ['a cursor of another order', '-last_seen_at', cursor('edge-1', Bun.randomUUIDv7())],
  ])('refuses %s (%#)', async (_, sort, given) => {
    const client = await signedIn()
    await furnish(client.tenant_id, [{ name: 'a' }])
    const reply = await send('GET', `/api/v1/devices?sort=${sort}&cursor=${given}`, client)
    expect(reply.status).toBe(422)
    expect((await problem(reply)).error).toBe('invalid')
  })

  test.each(['limit=0', 'limit=201', 'sort=color', 'status=away', 'org_unit_id=north', `search=${'x'.repeat(201)}`])(
    'refuses ?%s',
    async (query) => {
      const client = await signedIn()
      expect((await send('GET', `/api/v1/devices?${query}`, client)).status).toBe(422)
    },
  )
})

describe('a change', () => {
  const patch = (client: Client, id: string, body: unknown, match?: string) =>
    send('PATCH', `/api/v1/devices/${id}`, { body, headers: { ...client.headers, ...(match && { 'if-match': match }) } })
  const etag = async (client: Client, id: string) => (await send('GET', `/api/v1/devices/${id}`, client)).headers.get('etag')!

  test('renames, describes and clears, and leaves the rest alone', async () => {
    const client = await signedIn()
    const { device_id } = await registered(client)
    const reply = await patch(client, device_id, { name: 'Roof', type: 'gateway', location: 'Roof' })
    expect(reply.status).toBe(200)
    expect(await reply.json()).toMatchObject({ id: device_id, name: 'Roof', type: 'gateway', location: 'Roof', status: 'never' })
    expect(await (await patch(client, device_id, { location: null })).json()).toMatchObject({ name: 'Roof', location: null })
    const { items } = (await client.api.audit.get({ query: { entity_id: device_id, action: 'devices.update' } })).data!
    expect(items).toMatchObject([
      { before: { location: 'Roof' }, after: { location: null } },
      { actor_id: client.user_id, before: { name: 'edge-1', type: 'appliance' }, after: { name: 'Roof', type: 'gateway' } },
    ])
    expect((await told(client.tenant_id)).map(({ data }) => data.event)).toEqual(['created', 'updated', 'updated'])
  })

  test('of what somebody else has changed meanwhile is refused', async () => {
    const client = await signedIn()
    const { device_id } = await registered(client)
    const seen = await etag(client, device_id)
    const first = await patch(client, device_id, { name: 'one' }, seen)
    expect(first.status).toBe(200)
    const stale = await patch(client, device_id, { name: 'two' }, seen)
    expect(stale.status).toBe(412)
    expect((await problem(stale)).error).toBe('stale')
    const refused = await send('DELETE', `/api/v1/devices/${device_id}`, { headers: { ...client.headers, 'if-match': seen } })
    expect(refused.status).toBe(412)
    expect(first.headers.get('etag')).toBe(await etag(client, device_id))
    expect((await patch(client, device_id, { name: 'three' }, first.headers.get('etag')!)).status).toBe(200)
    expect((await patch(client, device_id, { name: 'four' }, '*')).status).toBe(200)
  })

  test('made by ten at once on what all of them saw is made by one', async () => {
    const client = await signedIn()
    const { device_id } = await registered(client)
    const seen = await etag(client, device_id)
    const replies = await Promise.all(Array.from({ length: 10 }, (_, index) => patch(client, device_id, { name: `edge ${index}` }, seen)))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(412)])
  })

  test.each([
    { name: '' },
    { name: ' ' },
    { name: 'x'.repeat(201) },
    { type: '' },
    { org_unit_id: 'north' },
    { org_unit_id: Bun.randomUUIDv7() },
    { name: 'a\0b' },
  ])('to %j is refused', async (body) => {
    const client = await signedIn()
    const { device_id } = await registered(client)
    expect((await patch(client, device_id, body)).status).toBe(422)
    expect((await client.api.devices({ id: device_id }).get()).data).toMatchObject({ name: 'edge-1', type: 'appliance', org_unit_id: null })
  })

  test('needs the permission', async () => {
    const client = await signedIn()
    const { device_id } = await registered(client)
    const reader = await signedIn(['devices.read'], client)
    expect((await patch(reader, device_id, { name: 'mine' })).status).toBe(403)
    expect((await reader.api.devices({ id: device_id }).delete()).status).toBe(403)
  })
})

describe('the place of a device', () => {
  async function placed() {
    const client = await signedIn()
    const [north, south] = (await units(client, 'North', 'South')) as [string, string]
    const device = await registered(client, { org_unit_id: north })
    const part = (unit: string) => signedIn(undefined, { tenant_id: client.tenant_id, units: [unit] })
    return { client, device, north, south, northern: await part(north), southern: await part(south) }
  }

  /** Everything one can see of a device. */
  async function seen({ api }: Client, id: string) {
    const from = new Date(Date.now() - 10 * minute)
    const [device, list, summary, commands, discoveries, query, fleet, latest] = await Promise.all([
      api.devices({ id }).get(),
      api.devices.get({ query: {} }),
      api.devices.summary.get(),
      api.devices({ id }).commands.get({ query: {} }),
      api.discoveries.get({ query: {} }),
      api.telemetry.query.get({ query: { device_id: [id], metric: ['cpu_percent'], from, to: new Date() } }),
      api.discoveries.get({ query: { device_id: id } }),
      api.telemetry.latest.get({ query: { device_id: id } }),
    ])
    return {
      device: device.status,
      listed: list.data!.items.length,
      total: summary.data!.total,
      commands: commands.data?.items.length ?? commands.status,
      discoveries: discoveries.data!.items.length,
      ofDevice: fleet.data!.items.length,
      points: query.data?.series[0]?.points.length ?? query.status,
      latest: latest.data?.items.length ?? latest.status,
    }
  }
  const everything = { device: 200, listed: 1, total: 1, commands: 1, discoveries: 1, ofDevice: 1, points: 1, latest: 1 }
  const nothing = { device: 404, listed: 0, total: 0, commands: 404, discoveries: 0, ofDevice: 0, points: 404, latest: 404 }

  test('decides who sees it, its commands, discoveries and telemetry; a move takes all of them along', async () => {
    const { client, device, north, south, northern, southern } = await placed()
    const id = device.device_id
    const command = (await northern.api.devices({ id }).commands.post({ type: 'ping' })).data!
    await report(device, [{ kind: 'discovery', data: { ip: '192.0.2.7', open_ports: [] } }])
    await runQueue(client.tenant_id)
    await addFrames(device, await addLayout(client.tenant_id, ['cpu_percent']), [[Date.now() - minute, 12]])
    expect(await seen(northern, id)).toEqual(everything)
    expect(await seen(southern, id)).toEqual(nothing)
    expect((await southern.api.devices({ id }).commands.post({ type: 'ping' })).status).toBe(404)
    expect((await southern.api.commands({ id: command.id }).cancel.post()).status).toBe(404)

    expect((await client.api.devices({ id }).patch({ org_unit_id: south })).status).toBe(200)
    expect(await seen(northern, id)).toEqual(nothing)
    expect(await seen(southern, id)).toEqual(everything)
    expect((await poll(device)).status).toBe(200)
    const moved = (await told(client.tenant_id)).slice(1)
    expect(moved.map(({ org_unit_id, data }) => [org_unit_id, data.event])).toEqual([
      [north, 'moved'],
      [south, 'updated'],
    ])
    // Who sees the unit that it left is not told how it goes on.
    expect(moved.map(({ data }) => (data.device as { org_unit_id: string } | undefined)?.org_unit_id)).toEqual([undefined, south])

    expect((await client.api.devices({ id }).patch({ org_unit_id: null })).status).toBe(200)
    expect(await seen(southern, id)).toEqual(nothing)
    expect(await seen(client, id)).toEqual(everything)
  })

  test('is changed only to units that the caller sees', async () => {
    const { device, south, northern } = await placed()
    const mine = northern.api.devices({ id: device.device_id })
    expect((await mine.patch({ org_unit_id: south })).status).toBe(422)
    expect((await mine.patch({ org_unit_id: null })).status).toBe(422)
    expect((await mine.patch({ name: 'still here' })).data).toMatchObject({ name: 'still here' })
  })
})

describe('removing a device', () => {
  test('ends its key at once, takes what belongs to it along, and tells the consoles', async () => {
    const client = await signedIn()
    const [north] = await units(client, 'North')
    const device = await registered(client, { org_unit_id: north })
    const other = await registered(client, { name: 'edge-2' })
    const id = device.device_id
    const command = (await client.api.devices({ id }).commands.post({ type: 'ping' })).data!
    expect((await poll(device)).status).toBe(200)
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    for (const reporter of [device, other])
      await addFrames(
        reporter,
        layout,
        Array.from({ length: 20 }, (_, index) => [Date.now() - index * minute, index]),
      )

    expect((await client.api.devices({ id }).delete()).status).toBe(204)
    await until('the key is refused', async () => (await poll(device)).status === 401, 1_000)
    expect((await client.api.devices({ id }).get()).status).toBe(404)
    expect((await client.api.devices({ id }).delete()).status).toBe(404)
    expect((await client.api.commands({ id: command.id }).cancel.post()).status).toBe(404)
    expect((await told(client.tenant_id)).at(-1)).toMatchObject({ type: 'device', org_unit_id: north, data: { id, event: 'deleted' } })
    expect((await client.api.audit.get({ query: { entity_id: id, action: 'devices.delete' } })).data!.items).toMatchObject([
      { before: { name: 'edge-1' } },
    ])

    const frames = (of: string) => owner`select at from telemetry_frame where tenant_id = ${client.tenant_id} and device_id = ${of}`
    expect(await frames(id)).toHaveLength(20)
    expect(await queued(client.tenant_id)).toMatchObject([{ task: 'telemetry.purge', payload: { device_id: id } }])
    await runQueue(client.tenant_id)
    expect(await frames(id)).toHaveLength(0)
    expect(await frames(other.device_id)).toHaveLength(20)
    expect(await queued(client.tenant_id)).toEqual([])
    expect((await poll(other)).status).toBe(200)
  })

  test('frees its hardware for a new device', async () => {
    const client = await signedIn()
    const { provisioning_key } = (await client.api.settings['edge-registration-keys'].post({ label: 'test' })).data!
    const register = async () => {
      const reply = await send('POST', '/api/v1/devices/register', {
        body: { name: 'edge', hardware_id: 'hw-1', registration_key: provisioning_key },
      })
      return (await reply.json()) as { device_id: string }
    }
    const first = await register()
    await client.api.devices({ id: first.device_id }).delete()
    expect((await register()).device_id).not.toBe(first.device_id)
  })
})
