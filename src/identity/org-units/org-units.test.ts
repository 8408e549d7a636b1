import { beforeAll, describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { limits } from '../../core/limits'
import { inTenant } from '../../core/scope'
import { listen } from '../../core/signals'
import { auditOf, owner } from '../../testing/owner'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'

beforeAll(() => listen())

const path = '/api/v1/org-units'
const technician = ['org_units.read', 'devices.read', 'alerts.read', 'commands.read', 'telemetry.read', 'discoveries.read'] as const
const every = ['org_units.read', 'org_units.create', 'org_units.update', 'org_units.delete'] as const
const refusal = ({ status, error }: { status: number; error: { value: unknown } | null }) => [
  status,
  (error?.value as { error?: string })?.error,
]
const unitOf = async ({ api }: Client, name: string, parent_id?: string) => (await api['org-units'].post({ name, parent_id })).data!.id
const namesOf = async ({ api }: Client) => (await api['org-units'].get()).data!.items.map(({ name }) => name)

/** Two customers side by side, one with a department, each with a device and an alert. */
async function furnished() {
  const boss = await signedIn()
  const { tenant_id } = boss
  const north = await unitOf(boss, 'North')
  const below = await unitOf(boss, 'Below north', north)
  const south = await unitOf(boss, 'South')
  const devices: Record<string, string> = {}
  for (const [name, org_unit_id] of Object.entries({ north, below, south, nowhere: undefined })) {
    const { device_id } = await registered(boss, { org_unit_id, name })
    devices[name] = device_id
    await owner`insert into alert (tenant_id, id, org_unit_id, title, severity, device_id, dedupe_key, first_seen_at, last_seen_at)
      values (${tenant_id}, gen_random_uuid(), ${org_unit_id ?? null}, ${name}, 'high', ${device_id}, ${name}, now(), now())`
  }
  return { boss, tenant_id, north, below, south, devices }
}

describe('a unit', () => {
  test('is added, renamed, moved and removed; each is in the audit log', async () => {
    const boss = await signedIn()
    const north = await unitOf(boss, 'North')
    const made = await boss.api['org-units'].post({ name: 'Office', parent_id: north })
    expect([made.status, made.data]).toMatchObject([201, { name: 'Office', parent_id: north, device_count: 0 }])
    const unit = boss.api['org-units']({ id: made.data!.id })
    expect((await unit.get()).data).toEqual(made.data)
    expect((await unit.patch({ name: 'Office 2' })).data).toMatchObject({ name: 'Office 2', parent_id: north })
    expect((await unit.patch({ parent_id: null })).data).toMatchObject({ name: 'Office 2', parent_id: null })
    expect((await unit.patch({})).data).toMatchObject({ name: 'Office 2', parent_id: null })
    expect((await unit.delete()).status).toBe(204)
    expect((await unit.get()).status).toBe(404)
    expect(await auditOf(boss.tenant_id, 'org_units.update')).toHaveLength(3)
    expect(await auditOf(boss.tenant_id, 'org_units.delete')).toHaveLength(1)
  })

  test('has an address and a place on the map: both coordinates or none', async () => {
    const boss = await signedIn()
    const turin = { address: 'Via Nizza 230, Torino', latitude: 45.0303, longitude: 7.6646 }
    const made = (await boss.api['org-units'].post({ name: 'Turin', ...turin })).data!
    expect(made).toMatchObject(turin)
    const unit = boss.api['org-units']({ id: made.id })
    expect((await unit.patch({ latitude: -33.9, longitude: 18.4 })).data).toMatchObject({ latitude: -33.9, longitude: 18.4 })
    expect((await unit.patch({ latitude: 10 })).data).toMatchObject({ latitude: 10, longitude: 18.4 })
    const refused = await send('PATCH', `${path}/${made.id}`, { headers: boss.headers, body: { longitude: null } })
    expect(await problem(refused)).toMatchObject({ status: 422, errors: [{ path: '/longitude' }] })
    expect((await unit.patch({ latitude: null, longitude: null, address: null })).data).toMatchObject({ latitude: null, address: null })
    for (const place of [
      { latitude: 91, longitude: 0 },
      { latitude: 0, longitude: -180.5 },
      { longitude: 7 },
      { address: 'x'.repeat(301) },
    ])
      expect((await send('POST', path, { headers: boss.headers, body: { name: 'Nowhere', ...place } })).status).toBe(422)
    const [first] = await auditOf(boss.tenant_id, 'org_units.update')
    expect(JSON.stringify(first)).toContain('18.4')
  })

  test('tells how many devices it has', async () => {
    const { boss, north, below } = await furnished()
    expect((await boss.api['org-units']({ id: north }).get()).data!.device_count).toBe(1)
    const { items } = (await boss.api['org-units'].get()).data!
    expect(items.map(({ id, device_count }) => [id, device_count])).toContainEqual([below, 1])
  })

  test('that fits nowhere is refused', async () => {
    const { headers } = await signedIn()
    for (const [body, at] of [
      [{}, '/name'],
      [{ name: '' }, '/name'],
      [{ name: 'x', parent_id: 'x' }, '/parent_id'],
      [{ name: 'x', parent_id: Bun.randomUUIDv7() }, '/parent_id'],
    ] as const) {
      const reply = await send('POST', path, { body, headers })
      expect([body, reply.status]).toEqual([body, 422])
      expect((await problem(reply)).errors!.map((fault) => fault.path)).toContain(at)
    }
  })

  test('is not put below itself, by whatever way', async () => {
    const boss = await signedIn()
    const top = await unitOf(boss, 'Top')
    const middle = await unitOf(boss, 'Middle', top)
    const leaf = await unitOf(boss, 'Leaf', middle)
    for (const parent_id of [top, middle, leaf])
      expect(refusal(await boss.api['org-units']({ id: top }).patch({ parent_id }))).toEqual([409, 'cycle'])
    const shouted = await send('PATCH', `${path}/${top.toUpperCase()}`, { body: { parent_id: leaf }, headers: boss.headers })
    expect(shouted.status).toBe(422)
    const [one, other] = [await unitOf(boss, 'One'), await unitOf(boss, 'Other')]
    const crossed = await Promise.all([
      boss.api['org-units']({ id: one }).patch({ parent_id: other }),
      boss.api['org-units']({ id: other }).patch({ parent_id: one }),
    ])
    expect(crossed.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test('is not removed while something is in it', async () => {
    const { boss, north, south } = await furnished()
    const empty = await unitOf(boss, 'Empty')
    for (const id of [north, south]) expect(refusal(await boss.api['org-units']({ id }).delete())).toEqual([409, 'not_empty'])
    expect((await boss.api['org-units']({ id: empty }).delete()).status).toBe(204)
  })

  test('If-Match is held against the version that was seen', async () => {
    const boss = await signedIn()
    const id = await unitOf(boss, 'Shared')
    const change = (name: string) => send('PATCH', `${path}/${id}`, { body: { name }, headers: { ...boss.headers, 'if-match': '"v1"' } })
    const replies = await Promise.all(['a', 'b', 'c'].map(change))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412])
    expect((await send('DELETE', `${path}/${id}`, { headers: { ...boss.headers, 'if-match': '"v1"' } })).status).toBe(412)
  })
})

describe('the tree', () => {
  /** A chain of so many units below `parent_id`, in one statement. Their ids from top to bottom. */
  async function chain({ tenant_id }: Client, length: number, parent_id: string | null = null) {
    const ids = Array.from({ length }, () => Bun.randomUUIDv7())
    const rows = ids.map((id, index) => ({ tenant_id, id, name: `level ${index}`, parent_id: index ? ids[index - 1]! : parent_id }))
    await owner`insert into org_unit ${owner(rows)}`
    return ids
  }

  test('has a bottom, for new units and for those that bring others along', async () => {
    const boss = await signedIn()
    const long = await chain(boss, limits.orgUnitDepth)
    expect(refusal(await boss.api['org-units'].post({ name: 'Too deep', parent_id: long.at(-1) }))).toEqual([422, 'invalid'])
    const short = await chain(boss, 10)
    const move = (parent_id: string) => boss.api['org-units']({ id: short[0]! }).patch({ parent_id })
    expect(refusal(await move(long[limits.orgUnitDepth - 10]!))).toEqual([422, 'invalid'])
    expect((await move(long[limits.orgUnitDepth - 11]!)).status).toBe(200)
  })

  test('has the same bottom for who sees only its lower part', async () => {
    const boss = await signedIn()
    const long = await chain(boss, limits.orgUnitDepth - 1)
    const lead = await signedIn([...every], { tenant_id: boss.tenant_id, units: [long.at(-1)!] })
    const last = await lead.api['org-units'].post({ name: 'Last', parent_id: long.at(-1) })
    expect(last.status).toBe(201)
    expect(refusal(await lead.api['org-units'].post({ name: 'Too deep', parent_id: last.data!.id }))).toEqual([422, 'invalid'])
    expect(await namesOf(lead)).toEqual(['Last', `level ${limits.orgUnitDepth - 2}`])
  })

  test('holds so many units and no more', async () => {
    const boss = await signedIn()
    const { tenant_id } = boss
    await owner`insert into org_unit (tenant_id, id, name) select ${tenant_id}, gen_random_uuid(), 'unit ' || n from generate_series(1, ${limits.orgUnits - 1}) n`
    const last = await unitOf(boss, 'Last')
    expect(refusal(await boss.api['org-units'].post({ name: 'One more' }))).toEqual([409, 'limit_reached'])
    const lead = await signedIn([...every], { tenant_id, units: [last] })
    expect(refusal(await lead.api['org-units'].post({ name: 'One more', parent_id: last }))).toEqual([409, 'limit_reached'])
    expect(await namesOf(boss)).toHaveLength(limits.orgUnits)
  })
})

describe('who sees one unit with its subtree', () => {
  test('sees the units, devices and alerts there, and no others', async () => {
    const { tenant_id, north, south, devices } = await furnished()
    const client = await signedIn(technician, { tenant_id, units: [north] })
    expect(await namesOf(client)).toEqual(['Below north', 'North'])
    expect((await client.api.devices.get({ query: {} })).data!.items.map(({ name }) => name)).toEqual(['below', 'north'])
    expect((await client.api.devices.summary.get()).data!.total).toBe(2)
    expect((await client.api.alerts.get({ query: {} })).data!.items.map(({ title }) => title).sort()).toEqual(['below', 'north'])
    expect((await client.api.alerts.summary.get()).data!.open.high).toBe(2)
    for (const name of ['south', 'nowhere']) expect((await client.api.devices({ id: devices[name]! }).get()).status).toBe(404)
    expect((await client.api['org-units']({ id: south }).get()).status).toBe(404)
    expect((await client.api.devices.get({ query: { org_unit_id: south } })).data!.items).toEqual([])
    expect((await client.api.me.get()).data!.org_units).toEqual([
      { id: expect.any(String), name: 'Below north' },
      { id: north, name: 'North' },
    ])
  })

  test('gets no more by SQL that asks for everything', async () => {
    const { tenant_id, north, below, south, devices } = await furnished()
    const other = await furnished()
    const { actor } = await signedIn(technician, { tenant_id, units: [north, below] })
    const everything = (table: string) =>
      inTenant({ ...actor, units: [north, below] }, 'read only', async ({ tx }) => [
        ...(await tx.execute<Record<string, string>>(sql.raw(`table ${table}`))),
      ])
    expect((await everything('org_unit')).map(({ id }) => id).sort()).toEqual([north, below].sort())
    expect((await everything('device')).map(({ name }) => name).sort()).toEqual(['below', 'north'])
    expect((await everything('alert')).map(({ title }) => title).sort()).toEqual(['below', 'north'])
    const keys = await everything('device_key')
    expect(keys.map(({ device_id }) => device_id).sort()).toEqual([devices.north!, devices.below!].sort())
    const change = (statement: string) =>
      inTenant({ ...actor, units: [north] }, 'read write', async (scope) => {
        scope.audited = true
        return (await scope.tx.execute(sql.raw(statement))).count
      })
    const unseen = [south, other.north].map((id) => `'${id}'`).join()
    expect(await change(`delete from "public"."alert" where tenant_id = tenant_id and org_unit_id in (${unseen})`)).toBe(0)
    expect(await change(`update device set name = 'taken' where tenant_id = tenant_id and org_unit_id in (${unseen})`)).toBe(0)
    await expect(change(`update device set org_unit_id = '${south}' where tenant_id = tenant_id`)).rejects.toThrow()
    await expect(change(`update device set org_unit_id = null where tenant_id = tenant_id`)).rejects.toThrow()
    await expect(
      change(
        `insert into alert (tenant_id, id, org_unit_id, title, severity, dedupe_key, first_seen_at, last_seen_at) values ('${other.tenant_id}', gen_random_uuid(), '${north}', 'x', 'low', 'x', now(), now())`,
      ),
    ).rejects.toThrow()
    expect((await owner`select from device where tenant_id in ${owner([tenant_id, other.tenant_id])} and name = 'taken'`).length).toBe(0)
  })

  test('sees nothing without a unit', async () => {
    const { tenant_id } = await furnished()
    const client = await signedIn(technician, { tenant_id, units: [] })
    expect(await namesOf(client)).toEqual([])
    expect((await client.api.devices.get({ query: {} })).data!.items).toEqual([])
    expect((await client.api.alerts.get({ query: {} })).data!.items).toEqual([])
  })

  test('sees a unit that moves in or out with the next request', async () => {
    const { boss, tenant_id, north, south } = await furnished()
    const client = await signedIn(technician, { tenant_id, units: [north] })
    const seen = async () => (await client.api.devices.get({ query: {} })).data!.items.map(({ name }) => name)
    expect(await seen()).toEqual(['below', 'north'])
    await boss.api['org-units']({ id: south }).patch({ parent_id: north })
    expect(await seen()).toEqual(['below', 'north', 'south'])
    await boss.api['org-units']({ id: south }).patch({ parent_id: null })
    expect(await seen()).toEqual(['below', 'north'])
  })

  test('adds units below his own, sees them at once, and none elsewhere', async () => {
    const { tenant_id, north, below, south } = await furnished()
    const lead = await signedIn([...every], { tenant_id, units: [north] })
    for (const [name, parent_id] of [
      ['New in the north', north],
      ['New below it', below],
    ] as const)
      expect((await lead.api['org-units'].post({ name, parent_id })).status).toBe(201)
    expect(await namesOf(lead)).toEqual(['Below north', 'New below it', 'New in the north', 'North'])
    for (const parent_id of [south, null])
      expect(refusal(await lead.api['org-units'].post({ name: 'Elsewhere', parent_id }))).toEqual([422, 'invalid'])
    for (const parent_id of [south, null])
      expect(refusal(await lead.api['org-units']({ id: below }).patch({ parent_id }))).toEqual([422, 'invalid'])
    for (const each of [
      await lead.api['org-units']({ id: south }).patch({ name: 'Taken' }),
      await lead.api['org-units']({ id: south }).delete(),
    ]) {
      expect(refusal(each)).toEqual([404, 'not_found'])
    }
  })

  test('is not told what is above, and moves nothing by sending back what he was told', async () => {
    const { tenant_id, north, below } = await furnished()
    const lead = await signedIn([...every], { tenant_id, units: [below] })
    const unit = lead.api['org-units']({ id: below })
    expect((await unit.get()).data!.parent_id).toBeNull()
    expect((await lead.api['org-units'].get()).data!.items[0]!.parent_id).toBeNull()
    const renamed = await unit.patch({ name: 'Renamed', parent_id: null })
    expect([renamed.status, renamed.data]).toMatchObject([200, { name: 'Renamed', parent_id: null }])
    const [kept] = await owner`select parent_id from org_unit where id = ${below}`
    expect(kept!.parent_id).toBe(north)
  })
})

test('who sees a unit without its subtree sees that unit alone', async () => {
  const { tenant_id, north } = await furnished()
  const client = await signedIn(technician, { tenant_id, units: [north] })
  await owner`update membership_unit mu set subtree = false from membership m where m.id = mu.membership_id and m.user_id = ${client.user_id}`
  expect(await namesOf(client)).toEqual(['North'])
  expect((await client.api.devices.get({ query: {} })).data!.items.map(({ name }) => name)).toEqual(['north'])
})
