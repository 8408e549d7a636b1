import { beforeAll, describe, expect, test } from 'bun:test'
import { limits } from '../../core/limits'
import { listen } from '../../core/signals'
import { type Client, problem, send, signedIn } from '../../testing/api'
import { auditOf, owner } from '../../testing/owner'

beforeAll(() => listen())

interface Answer {
  done: string[]
  failures: { id: string; name: string; error: string }[]
  next_cursor: string | null
}
const bulk = async ({ headers }: Client, body: object) => {
  const reply = await send('POST', '/api/v1/service-accounts/bulk/disable', { body, headers })
  return { status: reply.status, ...((await reply.json()) as Answer) }
}
const count = async ({ api }: Client, query: { search?: string; disabled?: boolean }) =>
  (await api['service-accounts'].count.get({ query })).data!.count

/** Accounts that hold nothing and see nothing. */
const crowd = (tenant_id: string, many: number) => owner`
  insert into service_account (tenant_id, id, name) select ${tenant_id}, gen_random_uuid(), 'Crowd ' || n from generate_series(1, ${many}) n`

type Input = Parameters<Client['api']['service-accounts']['post']>[0]
async function added({ api }: Client, input: Partial<Input> = {}) {
  const { data, error } = await api['service-accounts'].post({ name: Bun.randomUUIDv7(), group_ids: [], org_unit_scope: 'all', ...input })
  if (error) throw new Error(JSON.stringify(error.value))
  return data
}
const groupOf = async ({ api }: Client, permissions: string[]) =>
  (await api.groups.post({ name: Bun.randomUUIDv7(), permissions })).data!.id
async function tokenOf({ api }: Client, service_account_id: string, ...scopes: string[]) {
  const expires_at = new Date(Date.now() + 86_400_000)
  const { data, error } = await api['api-tokens'].post({ name: 'of a program', scopes, expires_at, service_account_id })
  if (error) throw new Error(JSON.stringify(error.value))
  return { authorization: `Bearer ${data.token}` }
}

describe('many service accounts at once', () => {
  test('are disabled by a filter, page by page, and enabled again; the count agrees', async () => {
    const client = await signedIn()
    await crowd(client.tenant_id, limits.bulkAccounts + 3)
    await added(client, { name: 'Exporter' })
    const filter = { search: 'crowd', disabled: false }
    expect(await count(client, filter)).toBe(limits.bulkAccounts + 3)
    const first = await bulk(client, { filter, disabled: true })
    expect([first.status, first.done.length, first.failures]).toEqual([200, limits.bulkAccounts, []])
    const rest = await bulk(client, { filter, cursor: first.next_cursor, disabled: true })
    expect([rest.done.length, rest.next_cursor]).toEqual([3, null])
    expect([await count(client, filter), await count(client, { disabled: true }), await count(client, { disabled: false })]).toEqual([
      0,
      limits.bulkAccounts + 3,
      1,
    ])
    expect((await auditOf(client.tenant_id, 'service_accounts.update')).length).toBe(limits.bulkAccounts + 3)
    expect((await bulk(client, { ids: first.done.slice(0, 2), disabled: false })).done).toEqual(first.done.slice(0, 2))
    expect(await count(client, filter)).toBe(2)
  })

  test('lose their tokens at once, and what is refused is listed by name and holds up nothing', async () => {
    const client = await signedIn()
    const held = ['devices.read', 'settings.service_accounts.read', 'settings.service_accounts.update']
    const group = await groupOf(client, held)
    const [mine, other] = [await added(client, { group_ids: [group], name: 'Mine' }), await added(client, { group_ids: [group] })]
    const strong = await added(client, { group_ids: [await groupOf(client, ['devices.delete'])], name: 'Strong' })
    const far = await added(await signedIn())
    const program = await tokenOf(client, mine.id, ...held)
    const ofOther = await tokenOf(client, other.id, 'devices.read')
    const devices = async () => (await send('GET', '/api/v1/devices', { headers: ofOther })).status
    expect(await devices()).toBe(200)
    // A program that may change accounts: not its own, and none that holds what it does not.
    const body = { ids: [mine.id, strong.id, far.id, other.id], disabled: true }
    const reply = await send('POST', '/api/v1/service-accounts/bulk/disable', { body, headers: program })
    const { done, failures } = (await reply.json()) as Answer
    expect(done).toEqual([other.id])
    expect(failures.map(({ id, name, error }) => [id, name, error])).toEqual([
      [mine.id, 'Mine', 'own_account'],
      [strong.id, 'Strong', 'beyond_own_permissions'],
      [far.id, far.id, 'not_found'],
    ])
    expect(await devices()).toBe(401)
    expect((await auditOf(client.tenant_id, 'service_accounts.update')).map(({ entity_id }) => entity_id)).toEqual([other.id])
  })

  test('are only those the caller sees, and want either ids or a filter', async () => {
    const client = await signedIn()
    const unit = (await client.api['org-units'].post({ name: 'North' })).data!.id
    const near = await added(client, { org_unit_scope: [{ org_unit_id: unit, subtree: true }] })
    const far = await added(client)
    const manage = ['settings.service_accounts.read', 'settings.service_accounts.update'] as const
    const lead = await signedIn([...manage], { tenant_id: client.tenant_id, units: [unit] })
    expect(await count(lead, {})).toBe(1)
    expect((await bulk(lead, { filter: {}, disabled: true })).done).toEqual([near.id])
    const { failures } = await bulk(lead, { ids: [far.id], disabled: true })
    expect(failures.map(({ name, error }) => [name, error])).toEqual([[far.id, 'not_found']])
    expect((await client.api['service-accounts']({ id: far.id }).get()).data!.disabled).toBe(false)
    for (const body of [{ disabled: true }, { disabled: true, ids: [] }, { disabled: true, ids: [far.id], filter: {} }]) {
      const reply = await send('POST', '/api/v1/service-accounts/bulk/disable', { body, headers: client.headers })
      expect([reply.status, (await problem(reply)).error]).toEqual([422, 'invalid'])
    }
  })
})
