import { beforeAll, describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { raw } from '../../core/db'
import { listen } from '../../core/signals'
import { inTenant } from '../../core/scope'
import { withPassword } from '../../testing/account'
import { eventually } from '../../testing/eventually'
import { owner } from '../../testing/owner'
import { type Client, registered, send, signedIn, within } from '../../testing/api'

beforeAll(() => listen())

type Query = NonNullable<NonNullable<Parameters<Client['api']['audit']['get']>[0]>['query']>
const rowsOf = async ({ api }: Client, query: Query = {}) => (await api.audit.get({ query })).data!.items
const actionsOf = async (client: Client, query: Query = {}) => (await rowsOf(client, query)).map(({ action }) => action)

describe('the audit log', () => {
  // ASVS 16.2.1
  test('tells who did what to what, from where and in which request, newest first', async () => {
    const client = await signedIn()
    const made = await send('POST', '/api/v1/groups', {
      body: { name: 'Watch', permissions: ['alerts.read'] },
      headers: client.headers,
    })
    const { id } = (await made.json()) as { id: string }
    await client.api.groups({ id }).patch({ name: 'Watchers' })
    const rows = await rowsOf(client, { entity_id: id })
    expect(rows.map(({ action }) => action)).toEqual(['groups.update', 'groups.create'])
    expect(rows[1]).toMatchObject({
      actor_kind: 'user',
      actor_id: client.user_id,
      actor_name: 'Somebody',
      entity_id: id,
      before: null,
      after: { name: 'Watch', permissions: ['alerts.read'] },
      request_id: made.headers.get('x-request-id'),
    })
    expect(rows[0]).toMatchObject({ before: { name: 'Watch' }, after: { name: 'Watchers' } })
    expect(rows[0]!.at).toBeInstanceOf(Date)
  })

  test('names a device that registered', async () => {
    const client = await signedIn()
    const { device_id } = await registered(client, { name: 'edge-7' })
    expect((await rowsOf(client, { action: 'devices.register' }))[0]).toMatchObject({
      actor_kind: 'device',
      actor_id: device_id,
      actor_name: 'edge-7',
      entity_id: device_id,
    })
  })

  test('is filtered by action, actor, thing, time and text', async () => {
    const client = await signedIn()
    const other = await signedIn(undefined, { tenant_id: client.tenant_id })
    const { id } = (await client.api.groups.post({ name: 'Alpha 100%', permissions: [] })).data!
    await other.api['org-units'].post({ name: 'Beta' })
    expect(await actionsOf(client, { action: 'groups.create' })).toEqual(['groups.create'])
    expect(await actionsOf(client, { action: 'groups.*' })).toEqual(['groups.create'])
    expect(await actionsOf(client, { action: 'group%' })).toEqual([])
    expect(await actionsOf(client, { action: '%.*' })).toEqual([])
    expect(await actionsOf(client, { actor_id: other.user_id })).toEqual(['org_units.create'])
    expect(await actionsOf(client, { entity_id: id })).toEqual(['groups.create'])
    expect(await actionsOf(client, { entity_type: 'groups' })).toEqual(['groups.create'])
    expect(await actionsOf(client, { entity_type: 'group' })).toEqual([])
    expect(await actionsOf(client, { entity_type: '%' })).toEqual([])
    expect(await actionsOf(client, { outcome: 'refused' })).toEqual([])
    expect(await actionsOf(client, { search: 'alpha 100%' })).toEqual(['groups.create'])
    expect(await actionsOf(client, { search: 'alpha_100' })).toEqual([])
    const [made] = await rowsOf(client, { entity_id: id })
    expect(await actionsOf(client, { from: new Date(made!.at.getTime() + 60_000) })).toEqual([])
    expect(await actionsOf(client, { to: made!.at })).not.toContain('org_units.create')
  })

  test('is narrowed to a device with its keys and its commands', async () => {
    const client = await signedIn()
    const [device, other] = [await registered(client), await registered(client)]
    for (const { device_id } of [device, other]) {
      await client.api.devices({ id: device_id }).patch({ name: 'renamed' })
      await client.api.devices({ id: device_id }).commands.post({ type: 'ping' })
      await client.api.devices({ id: device_id }).keys.post()
    }
    const rows = await rowsOf(client, { device_id: device.device_id })
    expect(rows.map(({ action }) => action)).toEqual(['device_keys.create', 'commands.create', 'devices.update', 'devices.register'])
    expect(await actionsOf(client, { device_id: Bun.randomUUIDv7() })).toEqual([])
  })

  test('is narrowed to what stands in a unit or below it', async () => {
    const client = await signedIn()
    const unit = async (name: string, parent_id?: string) => (await client.api['org-units'].post({ name, parent_id })).data!.id
    const north = await unit('North')
    const below = await unit('Below', north)
    const south = await unit('South')
    const device = await registered(client, { org_unit_id: below })
    await client.api.devices({ id: device.device_id }).commands.post({ type: 'ping' })
    await client.api['org-units']({ id: south }).patch({ name: 'Far south' })
    const of = async (org_unit_id: string) =>
      (await client.api.audit.get({ query: { org_unit_id } })).data!.items.map(({ action }) => action).sort()
    expect(await of(north)).toEqual(['commands.create', 'devices.register', 'org_units.create', 'org_units.create'])
    expect(await of(below)).toEqual(['commands.create', 'devices.register', 'org_units.create'])
    expect(await of(south)).toEqual(['org_units.create', 'org_units.update'])
    expect(await of(Bun.randomUUIDv7())).toEqual([])
  })

  test('tells how it ended', async () => {
    const client = await withPassword()
    const attempt = { email: client.email, password: 'not the one it is' }
    expect((await client.api.auth.login.post(attempt)).status).toBe(401)
    expect(await eventually(async () => (await actionsOf(client, { outcome: 'refused' })).length)).toBe(true)
    expect((await rowsOf(client, { outcome: 'refused' }))[0]).toMatchObject({ action: 'sessions.refuse', outcome: 'refused' })
    expect(await actionsOf(client, { outcome: 'success' })).toContain('tenants.create')
    expect(await actionsOf(client, { outcome: 'success' })).not.toContain('sessions.refuse')
  })

  test('gives one entry by its id, to whom the list shows it', async () => {
    const boss = await signedIn()
    const unit = (await boss.api['org-units'].post({ name: 'North' })).data!.id
    const [row] = await rowsOf(boss, { action: 'org_units.create' })
    expect((await boss.api.audit({ id: row!.id }).get()).data).toMatchObject({ id: row!.id, entity_type: 'org_units', entity_id: unit })
    const elsewhere = (await boss.api['org-units'].post({ name: 'South' })).data!.id
    const lead = await signedIn(['audit.read'], { tenant_id: boss.tenant_id, units: [elsewhere] })
    expect((await lead.api.audit({ id: row!.id }).get()).status).toBe(404)
  })

  test('is walked page by page, each row once', async () => {
    const client = await signedIn()
    for (let index = 0; index < 7; index += 1) await client.api.groups.post({ name: `group ${index}`, permissions: [] })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const { data } = await client.api.audit.get({ query: { limit: 2, ...(cursor && { cursor }) } })
      seen.push(...data!.items.map(({ id }) => id))
      cursor = data!.next_cursor ?? undefined
    } while (cursor && seen.length < 50)
    expect(seen).toEqual((await rowsOf(client)).map(({ id }) => id))
    expect(new Set(seen).size).toBe(8)
  })

  test('takes nothing that is no filter', async () => {
    const { headers } = await signedIn()
    for (const query of [
      'actor_id=x',
      'entity_id=x',
      'from=yesterday',
      'outcome=maybe',
      'to=x',
      'cursor=x',
      'limit=0',
      `search=${'x'.repeat(201)}`,
    ]) {
      expect([query, (await send('GET', `/api/v1/audit?${query}`, { headers })).status]).toEqual([query, 422])
    }
  })

  // ASVS 16.2.5
  test('keeps of a secret only that it was one', async () => {
    const client = await signedIn()
    const key = (await client.api.settings['edge-registration-keys'].post({ label: 'Site' })).data!
    await registered(client)
    const told = JSON.stringify(await rowsOf(client))
    const [kept] = await owner`select key_hash from provisioning_key where id = ${key.id}`
    expect(told).not.toContain(key.provisioning_key)
    expect(told).not.toContain(String(kept!.key_hash))
  })

  test('belongs to its tenant', async () => {
    const [mine, other] = [await signedIn(), await signedIn()]
    await other.api.groups.post({ name: 'Theirs', permissions: [] })
    expect(await actionsOf(mine)).toEqual(['tenants.create'])
    expect(await actionsOf(mine, { actor_id: other.user_id })).toEqual([])
  })

  test('shows to who sees a part of the organization what he did, and what became of what he sees', async () => {
    const boss = await signedIn()
    const unit = async (name: string) => (await boss.api['org-units'].post({ name })).data!.id
    const [north, south] = [await unit('North'), await unit('South')]
    const here = await registered(boss, { org_unit_id: north, name: 'here' })
    const there = await registered(boss, { org_unit_id: south, name: 'there' })
    await boss.api.devices({ id: there.device_id }).patch({ location: 'Cellar of south' })
    await boss.api.groups.post({ name: 'Of everybody', permissions: [] })
    const lead = await signedIn(['audit.read', 'devices.update'], { tenant_id: boss.tenant_id, units: [north] })
    await lead.api.devices({ id: here.device_id }).patch({ location: 'Roof' })
    const rows = await rowsOf(lead)
    expect(rows.map(({ action, entity_id }) => [action, entity_id])).toEqual([
      ['devices.update', here.device_id],
      ['devices.register', here.device_id],
      ['org_units.create', north],
    ])
    expect(JSON.stringify(rows)).not.toMatch(/outh|there/)
  })
})

describe('what was written', () => {
  // ASVS 16.4.2
  test('cannot be changed or removed by the program', async () => {
    const { tenant_id } = await signedIn()
    for (const statement of [
      "update audit_log set action = 'x' where tenant_id = tenant_id",
      'delete from "audit_log" where tenant_id = tenant_id',
      'truncate audit_log',
    ]) {
      const attempt = within(tenant_id, ({ tx }) => tx.execute(sql.raw(statement)))
      await expect(attempt).rejects.toMatchObject({ cause: { code: '42501' } })
      await expect(raw.unsafe(statement).execute()).rejects.toMatchObject({ code: '42501' })
    }
  })

  test('cannot be written into another tenant', async () => {
    const [mine, other] = [await signedIn(), await signedIn()]
    const attempt = inTenant(mine.actor, 'read write', ({ tx }) =>
      tx.execute(
        sql`insert into audit_log (tenant_id, id, at, actor_kind, actor_id, action) values (${other.tenant_id}, gen_random_uuid(), now(), 'user', ${mine.user_id}, 'x')`,
      ),
    )
    await expect(attempt).rejects.toMatchObject({ cause: { code: '42501' } })
  })
})
