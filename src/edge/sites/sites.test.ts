import { expect, test } from 'bun:test'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'
import { limits } from '../../core/limits'
import { auditOf, owner } from '../../testing/owner'

const unitOf = async ({ api }: Client, name: string, parent_id?: string) => (await api['org-units'].post({ name, parent_id })).data!.id
const names = async ({ api }: Client, query: NonNullable<Parameters<Client['api']['sites']['get']>[0]>['query'] = {}) =>
  (await api.sites.get({ query })).data!.items.map(({ name }) => name)

const refusal = ({ status, error }: { status: number; error: { value: unknown } | null }) => {
  const told = error?.value as { error?: string; errors?: { path: string }[] }
  return [status, told?.error, told?.errors?.[0]?.path]
}

/** Two units side by side, one with a unit below it, and a site in each of the three. */
async function furnished() {
  const client = await signedIn()
  const north = await unitOf(client, 'North')
  const below = await unitOf(client, 'Below north', north)
  const south = await unitOf(client, 'South')
  const add = async (name: string, org_unit_id: string) => (await client.api.sites.post({ name, org_unit_id })).data!.id
  const hall = await add('Hall', north)
  const roof = await add('Roof', below)
  const quay = await add('Quay', south)
  return { client, north, below, south, hall, roof, quay }
}

test('a site is kept with its address, its place and its clock; each change is on the record', async () => {
  const client = await signedIn()
  const org_unit_id = await unitOf(client, 'North')
  const place = { address: 'Via Po 1, Torino', latitude: 45.07, longitude: 7.69, time_zone: 'Europe/Rome' }
  const { data: site } = await client.api.sites.post({ name: 'Hall', org_unit_id, ...place })
  expect(site).toMatchObject({ name: 'Hall', org_unit_id, ...place, device_count: 0 })
  const moved = await client.api.sites({ id: site!.id }).patch({ name: 'Hall 1', latitude: null, longitude: null })
  expect(moved.data).toMatchObject({ name: 'Hall 1', latitude: null, longitude: null, time_zone: 'Europe/Rome' })
  expect((await client.api.sites({ id: site!.id }).delete()).status).toBe(204)
  expect((await client.api.sites({ id: site!.id }).get()).status).toBe(404)
  const actions = ['sites.create', 'sites.update', 'sites.delete']
  for (const action of actions) expect((await auditOf(client.tenant_id, action)).map(({ entity_id }) => entity_id)).toEqual([site!.id])
})

test('half a place, a clock that nobody knows and a unit that is not there are refused at their field', async () => {
  const { client, north, hall } = await furnished()
  const { sites } = client.api
  expect(refusal(await sites.post({ name: 'a', org_unit_id: north, latitude: 1 }))).toEqual([422, 'invalid', '/longitude'])
  expect(refusal(await sites.post({ name: 'a', org_unit_id: north, time_zone: 'Mars/Olympus' }))).toEqual([422, 'invalid', '/time_zone'])
  expect(refusal(await sites.post({ name: 'a', org_unit_id: Bun.randomUUIDv7() }))).toEqual([422, 'invalid', '/org_unit_id'])
  expect(refusal(await sites({ id: hall }).patch({ longitude: 7 }))).toEqual([422, 'invalid', '/latitude'])
})

test('who saw an older version changes and removes nothing', async () => {
  const { client, hall } = await furnished()
  const stale = { ...client.headers, 'if-match': '"v1"' }
  await client.api.sites({ id: hall }).patch({ name: 'Hall 2' })
  for (const method of ['PATCH', 'DELETE']) {
    const reply = await send(method, `/api/v1/sites/${hall}`, { headers: stale, ...(method === 'PATCH' && { body: { name: 'mine' } }) })
    expect([reply.status, (await problem(reply)).error]).toEqual([412, 'stale'])
  }
  expect((await client.api.sites({ id: hall }).get()).data!.name).toBe('Hall 2')
})

test('sites are listed by name, of a unit with all below it, and each sees those of the own units alone', async () => {
  const { client, north, south, roof, quay } = await furnished()
  expect(await names(client)).toEqual(['Hall', 'Quay', 'Roof'])
  expect(await names(client, { org_unit_id: north })).toEqual(['Hall', 'Roof'])
  expect(await names(client, { org_unit_id: north, below: false })).toEqual(['Hall'])
  expect(await names(client, { search: 'qua' })).toEqual(['Quay'])
  expect(await names(client, { id: [quay, roof, Bun.randomUUIDv7()] })).toEqual(['Quay', 'Roof'])
  const sibling = await signedIn(undefined, { tenant_id: client.tenant_id, units: [south] })
  expect(await names(sibling)).toEqual(['Quay'])
  expect(await names(sibling, { id: [quay, roof] })).toEqual(['Quay'])
  expect((await sibling.api.sites({ id: quay }).patch({ name: 'Pier' })).status).toBe(200)
  expect(refusal(await sibling.api.sites.post({ name: 'a', org_unit_id: north }))).toEqual([422, 'invalid', '/org_unit_id'])
  expect(await names(await signedIn())).toEqual([])
})

test('a map is told of every site in few pages, and each is told of those of the own units alone', async () => {
  const { client, north, south, quay } = await furnished()
  await owner`insert into site (tenant_id, id, name, org_unit_id, latitude, longitude)
    select ${client.tenant_id}, gen_random_uuid(), 'Site ' || lpad(n::text, 4, '0'), ${north}, 45, 7 from generate_series(1, ${limits.places}) n`
  const placesOf = async ({ api }: Client, cursor?: string) => (await api.sites.places.get({ query: { cursor } })).data!
  const first = await placesOf(client)
  expect(first.items.length).toBe(limits.places)
  expect(first.items.at(0)).toMatchObject({ name: 'Hall', org_unit_id: north, latitude: null, longitude: null })
  const second = await placesOf(client, first.next_cursor!)
  expect(second.next_cursor).toBeNull()
  expect(second.items.map(({ name }) => name)).toEqual(['Site 4998', 'Site 4999', 'Site 5000'])
  expect(second.items[0]).toMatchObject({ latitude: 45, longitude: 7 })
  const sibling = await signedIn(undefined, { tenant_id: client.tenant_id, units: [south] })
  expect((await placesOf(sibling)).items.map(({ id }) => id)).toEqual([quay])
  expect(await placesOf(await signedIn())).toEqual({ items: [], next_cursor: null })
})

test('the devices of each site are counted by status, and only those that one sees', async () => {
  const { client, north, south, hall, quay } = await furnished()
  const stand = async (org_unit_id: string, site_id: string | null) => {
    const device = await registered(client, { org_unit_id })
    await client.api.devices({ id: device.device_id }).patch({ site_id })
    return device
  }
  const heard = await stand(north, hall)
  await stand(north, hall)
  await stand(south, quay)
  await stand(south, null)
  await send('GET', '/api/v1/commands', { headers: heard.headers })
  const counts = async ({ api }: Client) => (await api.devices.sites.get()).data!.items.toSorted((a, b) => b.online - a.online)
  const atQuay = { site_id: quay, online: 0, offline: 0, never: 1 }
  expect(await counts(client)).toEqual([{ site_id: hall, online: 1, offline: 0, never: 1 }, atQuay])
  expect(await counts(await signedIn(undefined, { tenant_id: client.tenant_id, units: [south] }))).toEqual([atQuay])
  expect(await counts(await signedIn())).toEqual([])
})

test('a device stands at a site of its unit alone, is found by it, and leaves it with the unit', async () => {
  const { client, north, south, hall, quay } = await furnished()
  const { device_id: id } = await registered(client, { org_unit_id: north })
  const device = client.api.devices({ id })
  expect(refusal(await device.patch({ site_id: quay }))).toEqual([422, 'invalid', '/site_id'])
  expect(refusal(await device.patch({ site_id: Bun.randomUUIDv7() }))).toEqual([422, 'invalid', '/site_id'])
  expect((await device.patch({ site_id: hall })).data!.site_id).toBe(hall)
  const found = async (query: { site_id?: string[]; site_id_not?: string[] }) =>
    (await client.api.devices.get({ query })).data!.items.map((item) => item.id)
  expect([await found({ site_id: [hall] }), await found({ site_id: [quay] }), await found({ site_id_not: [hall] })]).toEqual([[id], [], []])
  expect((await client.api.sites({ id: hall }).get()).data!.device_count).toBe(1)
  expect((await device.patch({ name: 'still there' })).data!.site_id).toBe(hall)
  expect((await device.patch({ org_unit_id: south })).data!.site_id).toBeNull()
  expect((await device.patch({ org_unit_id: north, site_id: hall })).data!.site_id).toBe(hall)
  expect(refusal(await device.patch({ org_unit_id: null, site_id: hall }))).toEqual([422, 'invalid', '/site_id'])
})

test('what registers with a key of a site stands there, and stays where it was put when it registers again', async () => {
  const { client, north, south, hall, quay } = await furnished()
  const keys = client.api.settings['edge-registration-keys']
  expect(refusal(await keys.post({ label: 'a', org_unit_id: north, site_id: quay }))).toEqual([422, 'invalid', '/site_id'])
  expect(refusal(await keys.post({ label: 'a', site_id: quay }))).toEqual([422, 'invalid', '/site_id'])
  const key = (await keys.post({ label: 'a', org_unit_id: north, site_id: hall })).data!
  expect(key.site_id).toBe(hall)
  const register = async () => {
    const headers = { 'x-provisioning-key': key.provisioning_key }
    const reply = await send('POST', '/api/v1/devices/register', { headers, body: { name: 'edge', hardware_id: 'serial-1' } })
    return ((await reply.json()) as { device_id: string }).device_id
  }
  const id = await register()
  const device = client.api.devices({ id })
  expect((await device.get()).data).toMatchObject({ org_unit_id: north, site_id: hall })
  await device.patch({ org_unit_id: south, site_id: quay })
  expect(await register()).toBe(id)
  expect((await device.get()).data).toMatchObject({ org_unit_id: south, site_id: quay })
})

test('a site with devices or keys stays, and so does a unit with a site', async () => {
  const { client, north, below, hall, roof } = await furnished()
  const { device_id } = await registered(client, { org_unit_id: north })
  await client.api.devices({ id: device_id }).patch({ site_id: hall })
  expect(refusal(await client.api.sites({ id: hall }).delete()).slice(0, 2)).toEqual([409, 'not_empty'])
  await client.api.settings['edge-registration-keys'].post({ label: 'a', org_unit_id: below, site_id: roof })
  expect(refusal(await client.api.sites({ id: roof }).delete()).slice(0, 2)).toEqual([409, 'not_empty'])
  const empty = await unitOf(client, 'Empty')
  const shed = (await client.api.sites.post({ name: 'Shed', org_unit_id: empty })).data!.id
  expect(refusal(await client.api['org-units']({ id: empty }).delete()).slice(0, 2)).toEqual([409, 'not_empty'])
  await client.api.sites({ id: shed }).delete()
  expect((await client.api['org-units']({ id: empty }).delete()).status).toBe(204)
})
