import { describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { limits } from '../../core/limits'
import { type Actor, type Scope, inTenant, jobActor } from '../../core/scope'
import { type Client, problem, send, signedIn, within } from '../../testing/api'
import { auditOf } from '../../testing/owner'
import { owner, walk } from '../../testing/world'
import { countDevices, deviceOrders, devicesByUnit, listDevices, summarizeDevices } from './list'
import { devicePresence, devices } from './schema'
import { deviceStatuses } from './service'

interface Row {
  name: string
  type?: string
  location?: string
  hardware_id?: string
  org_unit_id?: string
  agent_version?: string
  created_at?: Date
}

const furnish = (tenant_id: string, rows: Row[]) =>
  within(tenant_id, async ({ tx, owned }) =>
    (await tx.insert(devices).values(rows.map(owned)).returning({ id: devices.id })).map(({ id }) => id),
  )

type Query = NonNullable<NonNullable<Parameters<Client['api']['devices']['get']>[0]>['query']>
const names = async ({ api }: Client, query: Query) => (await api.devices.get({ query })).data!.items.map(({ name }) => name)
const count = async ({ api }: Client, query: Query) => (await api.devices.count.get({ query })).data!.count

const bulk = async (client: Client, action: 'update' | 'delete', body: object) => {
  const reply = await send('POST', `/api/v1/devices/bulk/${action}`, { body, headers: client.headers })
  return { status: reply.status, ...((await reply.json()) as { done: string[]; failures: object[]; next_cursor: string | null }) }
}

describe('filters', () => {
  test('by id, as many as are seen', async () => {
    const [client, other] = [await signedIn(), await signedIn()]
    const [pump, , valve] = await furnish(client.tenant_id, [{ name: 'Pump' }, { name: 'Fan' }, { name: 'Valve' }])
    expect(await names(client, { id: [valve!, pump!, Bun.randomUUIDv7()] })).toEqual(['Pump', 'Valve'])
    expect(await names(other, { id: [valve!] })).toEqual([])
  })

  test('devices are counted by unit and status, for who sees the unit', async () => {
    const client = await signedIn()
    const add = async (name: string, parent_id?: string) => (await client.api['org-units'].post({ name, parent_id })).data!.id
    const north = await add('North')
    const plant = await add('Plant', north)
    const ids = await furnish(client.tenant_id, [
      { name: 'a', org_unit_id: north },
      { name: 'b', org_unit_id: plant },
      { name: 'c', org_unit_id: plant },
      { name: 'd' },
    ])
    const seen = [
      [ids[1]!, Date.now()],
      [ids[2]!, Date.now() - 2 * limits.onlineMs],
    ] as const
    await within(client.tenant_id, ({ tx, owned }) =>
      tx.insert(devicePresence).values(seen.map(([device_id, at]) => owned({ device_id, last_seen_at: new Date(at) }))),
    )
    const counts = async ({ api }: Client) => new Map((await api.devices.units.get()).data!.items.map((item) => [item.org_unit_id, item]))
    const all = await counts(client)
    expect(all.get(north)).toEqual({ org_unit_id: north, online: 0, offline: 0, never: 1 })
    expect(all.get(plant)).toEqual({ org_unit_id: plant, online: 1, offline: 1, never: 0 })
    expect(all.get(null)).toEqual({ org_unit_id: null, online: 0, offline: 0, never: 1 })
    const technician = await signedIn(['devices.read'], { tenant_id: client.tenant_id, units: [plant] })
    expect([...(await counts(technician)).keys()]).toEqual([plant])
  })

  test('with operators: is, is not, contains, before and after, and the count agrees with the list', async () => {
    const client = await signedIn()
    const day = (n: number) => new Date(Date.UTC(2026, 0, n))
    await furnish(client.tenant_id, [
      { name: 'Pump 1', type: 'plc', location: 'Hall 100%', agent_version: '1.0', created_at: day(1) },
      { name: 'pump 2', type: 'sensor', location: 'hall 7', created_at: day(2) },
      { name: 'Valve', type: 'gateway', agent_version: '2.0', created_at: day(3) },
    ])
    const all = ['Pump 1', 'Valve', 'pump 2']
    const found: [Query, string[]][] = [
      [{}, all],
      [{ type: ['plc', 'sensor'] }, ['Pump 1', 'pump 2']],
      [{ type_not: ['plc', 'sensor'] }, ['Valve']],
      [{ agent_version_not: ['1.0'] }, ['Valve', 'pump 2']],
      [{ status_not: ['never'] }, []],
      [{ status_not: ['online', 'offline'] }, all],
      [{ name_contains: 'PUMP' }, ['Pump 1', 'pump 2']],
      [{ location_contains: '0%' }, ['Pump 1']],
      [{ created_at_after: day(2) }, ['Valve', 'pump 2']],
      [{ created_at_before: day(2) }, ['Pump 1']],
      [{ last_seen_at_after: day(1) }, []],
      [{ created_at_after: day(2), type_not: ['gateway'] }, ['pump 2']],
    ]
    for (const [query, expected] of found) {
      expect([query, (await names(client, query)).sort()]).toEqual([query, expected])
      expect([query, await count(client, query)]).toEqual([query, expected.length])
    }
  })

  test('by a unit take what is below it along, and leave it out likewise', async () => {
    const client = await signedIn()
    const unit = async (name: string, parent_id?: string) => (await client.api['org-units'].post({ name, parent_id })).data!.id
    const customer = await unit('Customer')
    const plant = await unit('Plant', customer)
    const hall = await unit('Hall', plant)
    const other = await unit('Other')
    await furnish(client.tenant_id, [
      { name: 'at customer', org_unit_id: customer },
      { name: 'in hall', org_unit_id: hall },
      { name: 'elsewhere', org_unit_id: other },
      { name: 'nowhere' },
    ])
    expect(await names(client, { org_unit_id: customer })).toEqual(['at customer', 'in hall'])
    expect(await names(client, { org_unit_id: plant })).toEqual(['in hall'])
    expect(await names(client, { org_unit_id_not: customer })).toEqual(['elsewhere', 'nowhere'])
    const northern = await signedIn(['devices.read'], { tenant_id: client.tenant_id, units: [plant, hall] })
    expect(await names(northern, { org_unit_id: customer })).toEqual([])
    expect(await names(northern, { org_unit_id: plant })).toEqual(['in hall'])
  })

  test('a rare word comes out of the index, a frequent one along the list: both find the same, here and not elsewhere', async () => {
    const [mine, other] = [await signedIn(), await signedIn()]
    const rows = Array.from({ length: limits.searchedRows + 20 }, (_, n) => ({
      name: `frequent ${n}`,
      location: n % 300 ? undefined : 'Rare place',
    }))
    await furnish(mine.tenant_id, rows)
    await furnish(other.tenant_id, [{ name: 'frequent and theirs', location: 'Rare place' }])
    expect(await count(mine, { search: 'frequent' })).toBe(rows.length)
    expect(await names(mine, { search: 'rare PLACE' })).toHaveLength(4)
    expect(await names(mine, { search: 'theirs' })).toEqual([])
    expect(await names(mine, { search: 're' })).toHaveLength(50)
    const walked = await walk(async (cursor) => (await mine.api.devices.get({ query: { search: 'frequent', limit: 200, cursor } })).data!)
    expect(new Set(walked.map(({ id }) => id)).size).toBe(rows.length)
    const unit = (await mine.api['org-units'].post({ name: 'North' })).data!.id
    const lead = await signedIn(['devices.read'], { tenant_id: mine.tenant_id, units: [unit] })
    expect(await names(lead, { search: 'rare place' })).toEqual([])
  })

  test('a word is found however its letters are written, with accents too', async () => {
    const client = await signedIn()
    await furnish(client.tenant_id, [{ name: 'a', location: 'Città Alta' }, { name: 'b', location: 'Örebro' }, { name: 'c' }])
    expect(await names(client, { search: 'CITTÀ' })).toEqual(['a'])
    expect(await names(client, { search: 'ör' })).toEqual(['b'])
    expect(await names(client, { location_contains: 'ÖREBRO' })).toEqual(['b'])
  })

  test('what stands far along the list is found as what stands near, in every order and page by page, by who sees a part as well', async () => {
    const client = await signedIn()
    const unit = (await client.api['org-units'].post({ name: 'North' })).data!.id
    const many = limits.walkedRows + 300
    // By name and by location what is wanted comes last; a few of the frequent ones belong to the unit.
    await owner`insert into device (tenant_id, id, name, location, org_unit_id, created_at)
      select ${client.tenant_id}, gen_random_uuid(), case when n > ${many - 250} then 'zebra_100% ' else 'ant ' end || lpad(n::text, 6, '0'),
        case when n > ${many - 250} then 'Zone' else 'Area' end, case when n % 25 = 0 then ${unit}::uuid end, now() + n * interval '1 second'
      from generate_series(1, ${many}) n`
    await owner`insert into device_presence (tenant_id, id, device_id, last_seen_at)
      select tenant_id, gen_random_uuid(), id, created_at from device where tenant_id = ${client.tenant_id} and right(name, 1) <> '5'`
    const technician = await signedIn(['devices.read'], { tenant_id: client.tenant_id, units: [unit] })
    const inOrder = async (who: Client, query: Query) =>
      (await walk(async (cursor) => (await who.api.devices.get({ query: { ...query, limit: 100, cursor } })).data!)).map(({ name }) => name)
    const zebras = Array.from({ length: 250 }, (_, n) => `zebra_100% ${String(many - 249 + n).padStart(6, '0')}`)
    for (const search of ['ZE', 'a_1', '0% 0'])
      for (const sort of ['name', 'location', 'created_at'] as const) {
        const found = await inOrder(client, { search, sort })
        expect([search, sort, sort === 'location' ? found.sort() : found]).toEqual([search, sort, zebras])
      }
    expect(await inOrder(client, { name_contains: 'zebra', sort: '-name' })).toEqual(zebras.toReversed())
    const silent = zebras.filter((name) => name.endsWith('5'))
    const heard = zebras.filter((name) => !name.endsWith('5'))
    const lately = await inOrder(client, { search: 'ze', sort: '-last_seen_at' })
    expect([lately.slice(0, heard.length), lately.slice(heard.length).sort()]).toEqual([heard.toReversed(), silent])
    const theirs = await owner<{ name: string }[]>`
      select name from device d left join device_presence p on p.tenant_id = d.tenant_id and p.device_id = d.id
      where d.tenant_id = ${client.tenant_id} and d.org_unit_id = ${unit} order by coalesce(p.last_seen_at, '-infinity'), d.id`
    const oldestFirst = theirs.map(({ name }) => name)
    expect(oldestFirst.length).toBeGreaterThan(200)
    for (const search of ['ze', 'ant 0', undefined]) {
      const found = oldestFirst.filter((name) => !search || name.includes(search))
      const lists = (['name', 'last_seen_at', '-last_seen_at'] as const).map((sort) => inOrder(technician, { search, sort }))
      expect(await Promise.all(lists)).toEqual([found.toSorted(), found, found.toReversed()])
      expect((await technician.api.devices.count.get({ query: { search } })).data).toEqual({ count: found.length })
    }
    expect(await inOrder(technician, { search: '%ze' })).toEqual([])
  })

  test('choices are told with how many devices have them', async () => {
    const client = await signedIn()
    await furnish(client.tenant_id, [{ name: 'a', type: 'plc' }, { name: 'b', type: 'plc', agent_version: '2.0' }, { name: 'c' }])
    expect((await client.api.devices.facets.get()).data).toEqual({
      type: [
        { value: 'plc', count: 2 },
        { value: 'appliance', count: 1 },
      ],
      agent_version: [{ value: '2.0', count: 1 }],
    })
  })
})

describe('many at once', () => {
  test('are changed by a filter, page by page, and all that match are', async () => {
    const client = await signedIn()
    const rows = Array.from({ length: limits.bulkRows + 5 }, (_, n) => ({ name: `edge-${n}`, type: n % 2 ? 'plc' : 'sensor' }))
    await furnish(client.tenant_id, [...rows, { name: 'spared', type: 'gateway' }])
    const filter = { type_not: ['gateway'] }
    const first = await bulk(client, 'update', { filter, change: { location: 'Hall 1' } })
    expect([first.status, first.done.length, first.failures]).toEqual([200, limits.bulkRows, []])
    const rest = await bulk(client, 'update', { filter, cursor: first.next_cursor, change: { location: 'Hall 1' } })
    expect([rest.done.length, rest.next_cursor]).toEqual([5, null])
    expect(await count(client, { location_contains: 'Hall 1' })).toBe(rows.length)
    expect((await auditOf(client.tenant_id, 'devices.update')).length).toBe(rows.length)
  })

  test('what cannot be is listed with its reason, and holds up nothing', async () => {
    const client = await signedIn()
    const stranger = await signedIn()
    const [a, b] = await furnish(client.tenant_id, [{ name: 'a' }, { name: 'b' }])
    const [theirs] = await furnish(stranger.tenant_id, [{ name: 'theirs' }])
    const gone = await bulk(client, 'delete', { ids: [a, theirs, b] })
    expect(gone.done).toEqual([a!, b!])
    expect(gone.failures).toEqual([{ id: theirs, name: theirs, error: 'not_found', detail: 'This device does not exist' }])
    expect(await names(client, {})).toEqual([])
    expect(await names(stranger, {})).toEqual(['theirs'])
  })

  test('reach only what the caller sees', async () => {
    const client = await signedIn()
    const unit = (await client.api['org-units'].post({ name: 'North' })).data!.id
    const [here, there] = await furnish(client.tenant_id, [{ name: 'here', org_unit_id: unit }, { name: 'there' }])
    const lead = await signedIn(['devices.read', 'devices.update', 'devices.delete'], { tenant_id: client.tenant_id, units: [unit] })
    expect((await bulk(lead, 'update', { filter: {}, change: { location: 'Roof' } })).done).toEqual([here!])
    expect((await bulk(lead, 'delete', { ids: [there] })).failures).toMatchObject([{ id: there, error: 'not_found' }])
    expect((await bulk(lead, 'update', { ids: [here], change: { org_unit_id: null } })).failures).toMatchObject([
      { name: 'here', error: 'invalid' },
    ])
    expect(await names(client, { location_contains: 'Roof' })).toEqual(['here'])
  })

  test('want either ids or a filter: without both nothing is taken for everything', async () => {
    const client = await signedIn()
    const [id] = await furnish(client.tenant_id, [{ name: 'a' }])
    for (const body of [{}, { ids: [] }, { ids: [id], filter: {} }, { ids: ['x'] }, { filter: { type: 'x'.repeat(500) } }]) {
      const reply = await send('POST', '/api/v1/devices/bulk/delete', { body, headers: client.headers })
      expect([body, reply.status, (await problem(reply)).error]).toEqual([body, 422, 'invalid'])
    }
    expect(await names(client, {})).toEqual(['a'])
  })
})

test('the order of last signs of life is walked page by page in both directions, those never heard of as the longest silent', async () => {
  const client = await signedIn()
  const made = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const ids = await furnish(
    client.tenant_id,
    made.map((name) => ({ name, type: name < 'd' ? 'early' : 'late' })),
  )
  const seen = { c: 3, a: 2, f: 2, g: 1 }
  await within(client.tenant_id, ({ tx, owned }) =>
    tx
      .insert(devicePresence)
      .values(
        Object.entries(seen).map(([name, n]) =>
          owned({ device_id: ids[made.indexOf(name)]!, last_seen_at: new Date(Date.UTC(2026, 0, n)) }),
        ),
      ),
  )
  // Ids are made in the order of time: a before f, b before d before e.
  const [latestFirst, longestSilentFirst] = ['cfagedb', 'bdegafc']
  for (const limit of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const walked = async (sort: '-last_seen_at' | 'last_seen_at', type?: string[]) => {
      const rows = await walk(async (cursor) => (await client.api.devices.get({ query: { sort, limit, cursor, type } })).data!)
      return rows.map(({ name }) => name).join('')
    }
    expect([limit, await walked('-last_seen_at')]).toEqual([limit, latestFirst])
    expect([limit, await walked('last_seen_at')]).toEqual([limit, longestSilentFirst])
    expect([limit, await walked('-last_seen_at', ['early'])]).toEqual([limit, 'cab'])
    expect([limit, await walked('last_seen_at', ['late'])]).toEqual([limit, 'degf'])
  }
  for (const sort of ['-last_seen_at', 'last_seen_at'] as const) {
    const rows = async (query: Query) => (await names(client, { sort, ...query })).join('')
    const [latest, silent] = sort === '-last_seen_at' ? ['cfag', 'edb'] : ['gafc', 'bde']
    expect([sort, await rows({ status: ['never'] })]).toEqual([sort, silent])
    expect([sort, await rows({ status_not: ['online', 'offline'] })]).toEqual([sort, silent])
    expect([sort, await rows({ status: ['online', 'offline'] })]).toEqual([sort, latest])
    expect([sort, await rows({ status: ['never', 'offline'], status_not: ['never'] })]).toEqual([sort, latest])
    expect([sort, await rows({ status: ['never'], status_not: ['never'] })]).toEqual([sort, ''])
  }
})

describe('whoever sees a part of a large fleet', () => {
  const many = 2_000
  const named = (unit: string, n: number) => `${unit} ${String(n).padStart(4, '0')}`
  /** Half of the fleet each, two in three of them heard of. */
  async function fleet() {
    const client = await signedIn()
    const add = async (name: string) => (await client.api['org-units'].post({ name })).data!.id
    const units = { north: await add('North'), south: await add('South') }
    for (const [unit, org_unit_id] of Object.entries(units)) {
      const ids = await furnish(
        client.tenant_id,
        Array.from({ length: many / 2 }, (_, n) => ({ name: named(unit, n), org_unit_id })),
      )
      const heard = ids.filter((_, n) => n % 3)
      await within(client.tenant_id, ({ tx, owned }) =>
        tx.insert(devicePresence).values(heard.map((device_id) => owned({ device_id, last_seen_at: new Date() }))),
      )
    }
    await owner`analyze device, device_presence`
    const actor: Actor = { ...jobActor(client.tenant_id), units: [units.north] }
    return { north: units.north, inNorth: <T>(work: (scope: Scope) => Promise<T>) => inTenant(actor, 'read only', work) }
  }
  const silent = Array.from({ length: many / 2 }, (_, n) => n).filter((n) => n % 3 === 0)

  test('is told of it alone, and nobody asks of each device there is whether he sees it', async () => {
    const { north, inNorth } = await fleet()
    const told = inNorth(async (scope) => {
      const looks = async () => {
        const [row] = await scope.tx.execute<{ looks: number }>(
          sql`select pg_stat_get_xact_numscans('device_tenant_id_id_pk'::regclass)::int looks`,
        )
        return row!.looks
      }
      const before = await looks()
      const never = { status: ['never' as const] }
      const pages = []
      for (const sort of ['name', 'last_seen_at', '-last_seen_at'] as const)
        pages.push((await listDevices(scope, { ...never, sort })).items)
      const counts = [await countDevices(scope, never), await summarizeDevices(scope, {}), (await devicesByUnit(scope)).items]
      return { pages: pages.map((items) => items.map(({ name }) => name)), counts, looks: (await looks()) - before }
    })
    const { pages, counts, looks } = await told
    const expected = silent.map((n) => named('north', n))
    expect(pages).toEqual([expected.slice(0, 50), expected.slice(0, 50), expected.toReversed().slice(0, 50)])
    const byStatus = { online: many / 2 - silent.length, offline: 0, never: silent.length }
    expect(counts).toEqual([{ count: silent.length }, { total: many / 2, ...byStatus }, [{ org_unit_id: north, ...byStatus }]])
    expect(looks).toBeLessThan(many / 4)
  })

  test('gets his answer where PostgreSQL shares the work among several of its processes, too', async () => {
    const { inNorth } = await fleet()
    const found = await inNorth(async (scope) => {
      for (const setting of ['parallel_setup_cost', 'parallel_tuple_cost', 'min_parallel_table_scan_size', 'min_parallel_index_scan_size'])
        await scope.tx.execute(sql.raw(`set local ${setting} = 0`))
      const pages = []
      for (const sort of deviceOrders)
        for (const status of deviceStatuses) pages.push((await listDevices(scope, { sort, status: [status] })).items.length)
      return pages
    })
    expect(found).toEqual(deviceOrders.flatMap(() => [50, 0, 50]))
  })
})

test('names and places are in the order in which people look for them, page by page and backwards too', async () => {
  const client = await signedIn()
  const sorted = ['alpha', 'edge 1', 'edge 1a', 'Édge 2', 'EDGE 10', 'sw-10.0.0.2', 'sw-10.0.0.12', 'Zeta']
  await furnish(
    client.tenant_id,
    sorted.toSorted().map((name) => ({ name, location: `Hall ${sorted.indexOf(name) + 5}` })),
  )
  for (const [sort, wanted] of [
    ['name', sorted],
    ['-name', sorted.toReversed()],
    ['location', sorted],
    ['-location', sorted.toReversed()],
  ] as const) {
    const found = await walk(async (cursor) => (await client.api.devices.get({ query: { sort, limit: 3, cursor } })).data!)
    expect([sort, found.map(({ name }) => name)]).toEqual([sort, wanted])
    expect(Object.keys(found[0]!).filter((name) => name.endsWith('_order'))).toEqual([])
  }
  // What it is sorted by is longer than the name, and an index takes no row of any length.
  const name = '1 '.repeat(100)
  expect(await furnish(client.tenant_id, [{ name, location: name }])).toHaveLength(1)
})

test.each([
  ['-last_seen_at', 'device_presence_seen', (n: number) => 2999 - n],
  ['name', 'device_tenant_id_name_order_id_index', (n: number) => n],
  ['-location', 'device_tenant_id_location_order_id_index', (n: number) => 2999 - n],
] as const)('a page in the order of %s is read from its index, however many devices there are', async (sort, index, numberOf) => {
  const client = await signedIn()
  const many = 3_000
  const ids = await furnish(
    client.tenant_id,
    Array.from({ length: many }, (_, n) => ({ name: `device ${n}`, location: `hall ${n}` })),
  )
  await within(client.tenant_id, ({ tx, owned }) =>
    tx
      .insert(devicePresence)
      .values(ids.map((device_id, n) => owned({ device_id, last_seen_at: new Date(Date.UTC(2026, 0, 1) + n * 1000) }))),
  )
  await owner`analyze device, device_presence`
  /** What this transaction has read so far: rows by walking through a table, and entries of the index. */
  const readSoFar = async ({ tx }: Scope) => {
    const from = (name: string) => sql.raw(`pg_stat_get_xact_tuples_returned('${name}'::regclass)::int`)
    const [row] = await tx.execute<{ walked: number; entries: number }>(
      sql`select ${from('device')} + ${from('device_presence')} walked, ${from(index)} entries`,
    )
    return row!
  }
  const page = (cursor?: string) =>
    within(client.tenant_id, async (scope) => {
      const before = await readSoFar(scope)
      const { items, next_cursor } = await listDevices(scope, { sort, limit: 50, cursor })
      const after = await readSoFar(scope)
      const read = { walked: after.walked - before.walked, entries: after.entries - before.entries }
      return { names: items.map(({ name }) => name), next_cursor, read }
    })
  const first = await page()
  const second = await page(first.next_cursor!)
  expect([...first.names, ...second.names]).toEqual(Array.from({ length: 100 }, (_, n) => `device ${numberOf(n)}`))
  for (const { read } of [first, second]) {
    expect(read.walked).toBe(0)
    // One more than is shown says whether there is another page.
    expect(read.entries).toBeWithin(51, 100)
  }
})

test('the summary is of a unit with those below it, and tells who registered from a time on', async () => {
  const client = await signedIn()
  const north = (await client.api['org-units'].post({ name: 'North' })).data!.id
  const below = (await client.api['org-units'].post({ name: 'Below', parent_id: north })).data!.id
  await furnish(client.tenant_id, [{ name: 'a', org_unit_id: north }, { name: 'b', org_unit_id: below }, { name: 'c' }])
  const of = async (query: { org_unit_id?: string; since?: Date }) => (await client.api.devices.summary.get({ query })).data
  expect(await of({})).toEqual({ total: 3, online: 0, offline: 0, never: 3 })
  expect(await of({ org_unit_id: north })).toEqual({ total: 2, online: 0, offline: 0, never: 2 })
  expect(await of({ org_unit_id: below, since: new Date(Date.now() - 60_000) })).toMatchObject({ total: 1, since: { registered: 1 } })
  expect(await of({ since: new Date(Date.now() + 60_000) })).toMatchObject({ since: { registered: 0 } })
  const sibling = await signedIn(['devices.read'], { tenant_id: client.tenant_id, units: [below] })
  const seen = async (org_unit_id: string) => (await sibling.api.devices.summary.get({ query: { org_unit_id } })).data!.total
  expect([await seen(below), await seen(north)]).toEqual([1, 0])
})

test('the list of a filter is a file, with the rows and in the order of the screen', async () => {
  const client = await signedIn()
  await furnish(client.tenant_id, [{ name: '=1+1', type: 'plc' }, { name: 'b', type: 'plc' }, { name: 'c' }])
  const { id } = (await client.api.devices.exports.post({ type: ['plc'], sort: '-name' })).data!
  const reply = await send('GET', `/api/v1/devices/exports/${id}`, client)
  const lines = (await reply.text()).trim().split('\r\n')
  expect(lines.map((line) => line.split(',')[0])).toEqual(['"name"', '"b"', '"\'=1+1"'])
  const colleague = await signedIn(undefined, { tenant_id: client.tenant_id })
  expect((await send('GET', `/api/v1/devices/exports/${id}`, colleague)).status).toBe(404)
})
