import { beforeAll, describe, expect, test } from 'bun:test'
import { limits } from '../../core/limits'
import { listen } from '../../core/signals'
import { type Client, problem, send, signedIn } from '../../testing/api'
import { auditOf, owner } from '../../testing/owner'

beforeAll(() => listen())

const manage = ['settings.users.read', 'settings.users.update'] as const

interface Answer {
  done: string[]
  failures: { id: string; name: string; error: string }[]
  next_cursor: string | null
}

const bulk = async (client: Client, action: 'disable' | 'groups' | 'end-sessions', body: object) => {
  const reply = await send('POST', `/api/v1/users/bulk/${action}`, { body, headers: client.headers })
  return { status: reply.status, ...((await reply.json()) as Answer) }
}

const count = async ({ api }: Client, query: { search?: string; disabled?: boolean }) => (await api.users.count.get({ query })).data!.count

/** Members who hold nothing and see nothing. */
const crowd = (tenant_id: string, many: number) => owner`
  with person as (insert into app_user (id, email) select gen_random_uuid(), gen_random_uuid() || '@crowd.example' from generate_series(1, ${many}) returning id)
  insert into membership (tenant_id, id, user_id, name) select ${tenant_id}, gen_random_uuid(), id, 'of the crowd' from person`

const adminGroup = async ({ api }: Client) =>
  (await api.groups.get({ query: {} })).data!.items.find(({ built_in }) => built_in === 'admin')!.id

/** Makes members administrators, past the rules that the tests are about. */
const raise = async (client: Client, ...ids: string[]) =>
  void (await owner`insert into membership_group (tenant_id, id, membership_id, group_id)
    select tenant_id, gen_random_uuid(), id, ${await adminGroup(client)} from membership where tenant_id = ${client.tenant_id} and user_id in ${owner(ids)}`)

async function administrator() {
  const client = await signedIn()
  await raise(client, client.user_id)
  return client
}

describe('many users at once', () => {
  test('are disabled by a filter, page by page, and enabled again; the count agrees', async () => {
    const client = await administrator()
    await crowd(client.tenant_id, limits.bulkAccounts + 3)
    const filter = { search: 'crowd' }
    expect(await count(client, filter)).toBe(limits.bulkAccounts + 3)
    const first = await bulk(client, 'disable', { filter, disabled: true })
    expect([first.status, first.done.length, first.failures]).toEqual([200, limits.bulkAccounts, []])
    const rest = await bulk(client, 'disable', { filter, cursor: first.next_cursor, disabled: true })
    expect([rest.done.length, rest.next_cursor]).toEqual([3, null])
    expect([await count(client, { ...filter, disabled: true }), await count(client, { disabled: false })]).toEqual([
      limits.bulkAccounts + 3,
      1,
    ])
    expect((await auditOf(client.tenant_id, 'users.update')).length).toBe(limits.bulkAccounts + 3)
    expect((await bulk(client, 'disable', { ids: first.done.slice(0, 2), disabled: false })).done).toHaveLength(2)
    expect(await count(client, { ...filter, disabled: false })).toBe(2)
  })

  test('are signed out, and who is refused is listed by name and holds up nothing', async () => {
    const client = await administrator()
    const [near, far] = [await signedIn([], { tenant_id: client.tenant_id }), await signedIn()]
    const { done, failures } = await bulk(client, 'end-sessions', { ids: [client.user_id, far.user_id, near.user_id] })
    expect(done).toEqual([near.user_id])
    expect(failures.map(({ id, error }) => [id, error])).toEqual([
      [client.user_id, 'own_account'],
      [far.user_id, 'not_found'],
    ])
    expect(failures[0]!.name).not.toBe(client.user_id)
    expect(failures[1]!.name).toBe(far.user_id)
    expect([(await near.api.me.get()).status, (await far.api.me.get()).status]).toEqual([401, 200])
  })

  test('are added to groups besides their own, and only to what the caller holds', async () => {
    const client = await administrator()
    const colleague = await signedIn(['devices.read'], { tenant_id: client.tenant_id })
    const group = async (name: string, permissions: string[]) => (await client.api.groups.post({ name, permissions })).data!.id
    const [weak, strong] = [await group('Weak', ['alerts.read']), await group('Strong', ['devices.delete'])]
    const had = (await client.api.users({ id: colleague.user_id }).get()).data!.groups
    expect((await bulk(client, 'groups', { ids: [colleague.user_id], group_ids: [weak] })).done).toEqual([colleague.user_id])
    const groups = async () => (await client.api.users({ id: colleague.user_id }).get()).data!.groups.map(({ name }) => name)
    expect(await groups()).toEqual([...had.map(({ name }) => name), 'Weak'].toSorted((a, b) => a.localeCompare(b)))
    const lead = await signedIn([...manage, 'devices.read', 'alerts.read'], { tenant_id: client.tenant_id })
    const give = async (group_ids: string[]) => {
      const reply = await send('POST', '/api/v1/users/bulk/groups', {
        body: { ids: [colleague.user_id], group_ids },
        headers: lead.headers,
      })
      return [reply.status, (await problem(reply)).error]
    }
    expect(await give([strong])).toEqual([403, 'beyond_own_permissions'])
    expect(await give([weak, Bun.randomUUIDv7()])).toEqual([422, 'invalid'])
    expect(await groups()).not.toContain('Strong')
  })

  test('of administrators the last remains, and what was refused has left nothing behind', async () => {
    const client = await signedIn()
    const bosses = [await signedIn(undefined, { tenant_id: client.tenant_id }), await signedIn(undefined, { tenant_id: client.tenant_id })]
    const ids = bosses.map(({ user_id }) => user_id)
    await raise(client, ...ids)
    const { done, failures } = await bulk(client, 'disable', { ids, disabled: true })
    expect([done, failures.map(({ id, error }) => [id, error])]).toEqual([[ids[0]!], [[ids[1]!, 'last_administrator']]])
    expect((await client.api.users({ id: ids[1]! }).get()).data!.disabled).toBe(false)
    expect([(await bosses[0]!.api.me.get()).status, (await bosses[1]!.api.me.get()).status]).toEqual([401, 200])
    expect((await auditOf(client.tenant_id, 'users.update')).map(({ entity_id }) => entity_id)).toEqual([ids[0]!])
  })

  test('are only those the caller sees, and want either ids or a filter', async () => {
    const client = await administrator()
    const unit = (await client.api['org-units'].post({ name: 'North' })).data!.id
    const near = await signedIn([], { tenant_id: client.tenant_id, units: [unit] })
    const far = await signedIn([], { tenant_id: client.tenant_id })
    const lead = await signedIn([...manage], { tenant_id: client.tenant_id, units: [unit] })
    const { done, failures } = await bulk(lead, 'disable', { filter: {}, disabled: true })
    expect([done, failures.map(({ id }) => id)]).toEqual([[near.user_id], [lead.user_id]])
    expect((await client.api.users({ id: far.user_id }).get()).data!.disabled).toBe(false)
    for (const body of [{ disabled: true }, { disabled: true, ids: [] }, { disabled: true, ids: [far.user_id], filter: {} }]) {
      const reply = await send('POST', '/api/v1/users/bulk/disable', { body, headers: client.headers })
      expect([reply.status, (await problem(reply)).error]).toEqual([422, 'invalid'])
    }
  })
})
