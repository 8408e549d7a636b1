import { beforeAll, describe, expect, test } from 'bun:test'
import { everyPermission } from '../../core/permissions'
import { listen } from '../../core/signals'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'
import { auditOf } from '../../testing/owner'
import { walk } from '../../testing/world'

beforeAll(() => listen())

type Input = Parameters<Client['api']['service-accounts']['post']>[0]

async function added(client: Client, input: Partial<Input> = {}) {
  const { data, error } = await client.api['service-accounts'].post({ name: 'Exporter', group_ids: [], org_unit_scope: 'all', ...input })
  if (error) throw new Error(JSON.stringify(error.value))
  return data
}
const groupOf = async (client: Client, permissions: string[]) =>
  (await client.api.groups.post({ name: `group ${Bun.randomUUIDv7()}`, permissions })).data!.id
const tokenOf = async (client: Client, service_account_id: string, scopes = ['devices.read']) => {
  const expires_at = new Date(Date.now() + 86_400_000)
  const { data, error } = await client.api['api-tokens'].post({ name: 'of a program', scopes, expires_at, service_account_id })
  if (error) throw new Error(JSON.stringify(error.value))
  return data
}
const get = (token: string, path = '/api/v1/devices') => send('GET', path, { headers: { authorization: `Bearer ${token}` } })
const statusOf = async (token: string, path?: string) => (await get(token, path)).status

describe('a service account', () => {
  test('is added, changed and removed, and the audit log has it', async () => {
    const client = await signedIn()
    const group = await groupOf(client, ['devices.read'])
    const account = await added(client, { description: 'nightly export', group_ids: [group] })
    expect(account).toMatchObject({ name: 'Exporter', disabled: false, groups: [{ id: group }], org_unit_scope: 'all', token_count: 0 })
    const accounts = client.api['service-accounts']
    const changed = await accounts({ id: account.id }).patch({ name: 'Importer', description: null, group_ids: [] })
    expect(changed.data).toMatchObject({ name: 'Importer', description: null, groups: [] })
    expect((await accounts({ id: account.id }).get()).data).toEqual(changed.data)
    expect((await accounts.post({ name: 'IMPORTER', group_ids: [], org_unit_scope: 'all' })).status).toBe(409)
    expect((await accounts({ id: account.id }).delete()).status).toBe(204)
    expect((await accounts({ id: account.id }).get()).status).toBe(404)
    for (const verb of ['create', 'update', 'delete'])
      expect(await auditOf(client.tenant_id, `service_accounts.${verb}`)).toMatchObject([{ entity_id: account.id }])
  })

  test('is changed only in the version its editor saw', async () => {
    const client = await signedIn()
    const { id } = await added(client)
    const path = `/api/v1/service-accounts/${id}`
    const etag = (await send('GET', path, client)).headers.get('etag')!
    const change = (name: string) => send('PATCH', path, { headers: { ...client.headers, 'if-match': etag }, body: { name } })
    expect((await change('first')).status).toBe(200)
    expect((await change('second')).status).toBe(412)
  })

  test('may by its token do what its groups and the scopes allow, in its view', async () => {
    const client = await signedIn()
    const unit = (await client.api['org-units'].post({ name: 'North' })).data!.id
    await registered(client, { org_unit_id: unit, name: 'in the north' })
    await registered(client, { name: 'nowhere' })
    const group = await groupOf(client, ['devices.read', 'alerts.read'])
    const account = await added(client, { group_ids: [group], org_unit_scope: [{ org_unit_id: unit, subtree: true }] })
    const { token, owner } = await tokenOf(client, account.id, ['devices.read', 'audit.read'])
    expect(owner).toEqual({ kind: 'service_account', id: account.id, name: 'Exporter' })
    const { items } = (await (await get(token)).json()) as { items: { name: string }[] }
    expect(items.map(({ name }) => name)).toEqual(['in the north'])
    expect(await statusOf(token, '/api/v1/alerts')).toBe(403)
    expect(await statusOf(token, '/api/v1/audit')).toBe(403)
    expect((await client.api['service-accounts']({ id: account.id }).get()).data).toMatchObject({ token_count: 1 })
    await client.api['service-accounts']({ id: account.id }).patch({ org_unit_scope: 'all' })
    expect(((await (await get(token)).json()) as { items: unknown[] }).items).toHaveLength(2)
    await client.api['service-accounts']({ id: account.id }).patch({ group_ids: [] })
    expect(await statusOf(token)).toBe(403)
  })

  test('that is disabled or removed takes its tokens with it at once', async () => {
    const client = await signedIn()
    const account = await added(client, { group_ids: [await groupOf(client, ['devices.read'])] })
    const { token } = await tokenOf(client, account.id)
    expect(await statusOf(token)).toBe(200)
    const { patch, delete: remove } = client.api['service-accounts']({ id: account.id })
    await patch({ disabled: true })
    expect(await statusOf(token)).toBe(401)
    await patch({ disabled: false })
    expect(await statusOf(token)).toBe(200)
    await remove()
    expect(await statusOf(token)).toBe(401)
    expect((await client.api['api-tokens'].get({ query: {} })).data!.items).toEqual([])
  })

  test('makes tokens of its own with a token that may, and sees no others', async () => {
    const client = await signedIn()
    const scopes = ['devices.read', 'api_tokens.read', 'api_tokens.create']
    const account = await added(client, { group_ids: [await groupOf(client, scopes)] })
    const { token } = await tokenOf(client, account.id, scopes)
    await tokenOf(client, (await added(client, { name: 'Another' })).id)
    const reply = await send('POST', '/api/v1/api-tokens', {
      headers: { authorization: `Bearer ${token}` },
      body: { name: 'a second', scopes: ['devices.read'], expires_at: new Date(Date.now() + 3_600_000) },
    })
    expect(reply.status).toBe(201)
    expect(await reply.json()).toMatchObject({ owner: { kind: 'service_account', id: account.id } })
    const { items } = (await (await get(token, '/api/v1/api-tokens')).json()) as { items: { name: string }[] }
    expect(items.map(({ name }) => name)).toEqual(['a second', 'of a program'])
  })
})

test('a service account does not change its own rights', async () => {
  const client = await signedIn()
  const scopes = ['settings.service_accounts.read', 'settings.service_accounts.update', 'settings.service_accounts.delete']
  const account = await added(client, { group_ids: [await groupOf(client, scopes)] })
  const { token } = await tokenOf(client, account.id, scopes)
  const path = `/api/v1/service-accounts/${account.id}`
  const ask = (method: string, body?: unknown) => send(method, path, { headers: { authorization: `Bearer ${token}` }, body })
  for (const change of [{ disabled: true }, { group_ids: [] }, { org_unit_scope: [] }])
    expect((await problem(await ask('PATCH', change))).error).toBe('own_account')
  expect((await problem(await ask('DELETE'))).error).toBe('own_account')
  expect((await ask('PATCH', { description: 'as it says itself' })).status).toBe(200)
})

describe('nobody gives a service account what he does not hold', () => {
  const some = everyPermission.filter((permission) => permission !== 'devices.delete')

  test('neither permissions', async () => {
    const admin = await signedIn()
    const more = await groupOf(admin, ['devices.delete'])
    const lesser = await signedIn(some, { tenant_id: admin.tenant_id })
    const accounts = lesser.api['service-accounts']
    expect((await accounts.post({ name: 'x', group_ids: [more], org_unit_scope: 'all' })).status).toBe(403)
    const { id } = await added(admin, { group_ids: [more] })
    for (const change of [{ disabled: true }, { group_ids: [] }, { org_unit_scope: 'all' as const }]) {
      const refused = await send('PATCH', `/api/v1/service-accounts/${id}`, { headers: lesser.headers, body: change })
      expect([refused.status, (await problem(refused)).error]).toEqual([403, 'beyond_own_permissions'])
    }
    expect((await accounts({ id }).delete()).status).toBe(403)
    const expires_at = new Date(Date.now() + 3_600_000)
    const make = (scopes: string[]) => lesser.api['api-tokens'].post({ name: 't', scopes, expires_at, service_account_id: id })
    expect((await make(['devices.delete'])).status).toBe(403)
    expect((await make(['devices.read'])).status).toBe(201)
  })

  test('nor a view', async () => {
    const admin = await signedIn()
    const [north, south] = await Promise.all(['North', 'South'].map(async (name) => (await admin.api['org-units'].post({ name })).data!.id))
    const northern = await signedIn(undefined, { tenant_id: admin.tenant_id, units: [north!] })
    const accounts = northern.api['service-accounts']
    const at = (unit: string) => [{ org_unit_id: unit, subtree: true }]
    expect((await accounts.post({ name: 'everywhere', group_ids: [], org_unit_scope: 'all' })).status).toBe(403)
    expect((await accounts.post({ name: 'south', group_ids: [], org_unit_scope: at(south!) })).status).toBe(422)
    const mine = await added(northern, { name: 'mine', org_unit_scope: at(north!) })
    const theirs = await added(admin, { name: 'theirs', org_unit_scope: at(south!) })
    const both = await added(admin, { name: 'both', org_unit_scope: [...at(north!), ...at(south!)] })
    const whole = await added(admin, { name: 'whole' })
    expect((await accounts.get({ query: {} })).data!.items.map(({ name }) => name)).toEqual(['both', 'mine'])
    const expires_at = new Date(Date.now() + 3_600_000)
    const statuses = async (service_account_id: string) => [
      (await accounts({ id: service_account_id }).patch({ name: 'renamed' })).status,
      (await northern.api['api-tokens'].post({ name: 't', scopes: ['devices.read'], expires_at, service_account_id })).status,
    ]
    expect(await statuses(mine.id)).toEqual([200, 201])
    expect(await statuses(theirs.id)).toEqual([404, 404])
    expect(await statuses(whole.id)).toEqual([404, 404])
    expect(await statuses(both.id)).toEqual([403, 403])
  })

  test('and only who may change it makes its tokens', async () => {
    const admin = await signedIn()
    const account = await added(admin)
    const maker = await signedIn(['devices.read', 'api_tokens.create', 'settings.service_accounts.read'], { tenant_id: admin.tenant_id })
    const expires_at = new Date(Date.now() + 3_600_000)
    const input = { name: 't', scopes: ['devices.read'], expires_at, service_account_id: account.id }
    const refused = await send('POST', '/api/v1/api-tokens', { headers: maker.headers, body: input })
    expect(refused.status).toBe(403)
    expect((await problem(refused)).detail).toContain('settings.service_accounts.update')
    const stranger = await signedIn()
    expect((await stranger.api['api-tokens'].post(input)).status).toBe(404)
  })
})

test('service accounts are listed by name, page by page, and found by a word', async () => {
  const client = await signedIn()
  for (const name of ['delta', 'Alpha', 'charlie', 'Bravo']) await added(client, { name, description: `of ${name}` })
  const items = await walk(async (cursor) => (await client.api['service-accounts'].get({ query: { limit: 2, cursor } })).data!)
  expect(items.map(({ name }) => name)).toEqual(['Alpha', 'Bravo', 'charlie', 'delta'])
  const found = await client.api['service-accounts'].get({ query: { search: 'of char' } })
  expect(found.data!.items.map(({ name }) => name)).toEqual(['charlie'])
  expect((await (await signedIn()).api['service-accounts'].get({ query: {} })).data!.items).toEqual([])
})
