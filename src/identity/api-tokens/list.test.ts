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
type Query = NonNullable<Parameters<Client['api']['api-tokens']['get']>[0]>['query']

const bulk = async (headers: Record<string, string>, body: object) => {
  const reply = await send('POST', '/api/v1/api-tokens/bulk/revoke', { body, headers })
  return { status: reply.status, ...((await reply.json()) as Answer) }
}
const names = async ({ api }: Client, query: Query) => (await api['api-tokens'].get({ query })).data!.items.map(({ name }) => name)
const count = async ({ api }: Client, query: Query) => (await api['api-tokens'].count.get({ query })).data!.count

async function made({ api }: Client, input: { name?: string; service_account_id?: string; scopes?: string[] } = {}) {
  const expires_at = new Date(Date.now() + 86_400_000)
  const { data, error } = await api['api-tokens'].post({ name: 'nightly', scopes: ['devices.read'], expires_at, ...input })
  if (error) throw new Error(JSON.stringify(error.value))
  return { ...data, headers: { authorization: `Bearer ${data.token}` } }
}
const statusOf = async ({ headers }: { headers: Record<string, string> }) => (await send('GET', '/api/v1/devices', { headers })).status

/** Tokens that nobody can use: no secret has their hash. */
const crowd = ({ tenant_id, user_id }: Client, many: number) => owner`
  insert into api_token (tenant_id, id, name, prefix, token_hash, membership_id, scopes, expires_at)
  select tenant_id, gen_random_uuid(), 'Crowd ' || n, 'mzt_', gen_random_uuid()::text, id, '{devices.read}', now() + interval '1 day'
  from membership, generate_series(1, ${many}) n where tenant_id = ${tenant_id} and user_id = ${user_id}`

test('API tokens are found by name, by whom they belong to and by state, and the count agrees', async () => {
  const client = await signedIn()
  const account = (await client.api['service-accounts'].post({ name: 'Exporter', group_ids: [], org_unit_scope: 'all' })).data!.id
  await made(client, { name: 'nightly report' })
  const gone = await made(client, { name: 'weekly report' })
  const late = await made(client, { name: 'old', service_account_id: account })
  await client.api['api-tokens']({ id: gone.id }).delete()
  await owner`update api_token set expires_at = now() - interval '1 day' where id = ${late.id}`
  const found: [Query, string[]][] = [
    [{ search: 'REPORT' }, ['weekly report', 'nightly report']],
    [{ search: 'exporter' }, ['old']],
    [{ state: ['valid'] }, ['nightly report']],
    [{ state: ['revoked', 'expired'] }, ['old', 'weekly report']],
    [{ own: true, state: ['expired'] }, []],
  ]
  for (const [query, expected] of found) {
    expect([query, await names(client, query)]).toEqual([query, expected])
    expect([query, await count(client, query)]).toEqual([query, expected.length])
  }
})

describe('many API tokens at once', () => {
  test('are revoked by a filter, page by page, and each is on the record', async () => {
    const client = await signedIn()
    const kept = await made(client, { name: 'nightly' })
    await crowd(client, limits.bulkRows + 3)
    const filter = { search: 'crowd', state: ['valid'] as const }
    const first = await bulk(client.headers, { filter })
    expect([first.status, first.done.length, first.failures]).toEqual([200, limits.bulkRows, []])
    const rest = await bulk(client.headers, { filter, cursor: first.next_cursor })
    expect([rest.done.length, rest.next_cursor]).toEqual([3, null])
    expect([await count(client, { state: ['revoked'] }), await count(client, { state: ['valid'] })]).toEqual([limits.bulkRows + 3, 1])
    expect(await statusOf(kept)).toBe(200)
    const entries = () => auditOf(client.tenant_id, 'api_tokens.revoke')
    expect((await entries()).length).toBe(limits.bulkRows + 3)
    // What had been revoked before stays so, and nothing is told of it again.
    expect((await bulk(client.headers, { ids: first.done.slice(0, 5) })).done.length).toBe(5)
    expect((await entries()).length).toBe(limits.bulkRows + 3)
  })

  test('end at once with those made with them; what is refused is listed by name and holds up nothing', async () => {
    const client = await signedIn()
    const colleague = await signedIn(
      ['api_tokens.read', 'api_tokens.delete', 'settings.api_tokens.read', 'api_tokens.create', 'devices.read'],
      {
        tenant_id: client.tenant_id,
      },
    )
    const theirs = await made(client, { name: 'theirs' })
    const far = await made(await signedIn())
    const mine = await made(colleague, { name: 'mine', scopes: ['devices.read', 'api_tokens.create'] })
    const expires_at = mine.expires_at
    const child = (await (
      await send('POST', '/api/v1/api-tokens', { headers: mine.headers, body: { name: 'child', scopes: ['devices.read'], expires_at } })
    ).json()) as { token: string }
    const ofChild = { headers: { authorization: `Bearer ${child.token}` } }
    expect([await statusOf(mine), await statusOf(ofChild)]).toEqual([200, 200])
    const { done, failures } = await bulk(colleague.headers, { ids: [theirs.id, far.id, mine.id] })
    expect(done).toEqual([mine.id])
    expect(failures.map(({ id, name, error }) => [id, name, error])).toEqual([
      [theirs.id, 'theirs', 'forbidden'],
      [far.id, far.id, 'not_found'],
    ])
    expect([await statusOf(mine), await statusOf(ofChild), await statusOf(theirs), await statusOf(far)]).toEqual([401, 401, 200, 200])
  })

  test('are only those the caller sees, and want either ids or a filter', async () => {
    const client = await signedIn()
    const theirs = await made(client)
    const colleague = await signedIn(['api_tokens.read', 'api_tokens.delete', 'api_tokens.create', 'devices.read'], {
      tenant_id: client.tenant_id,
    })
    const mine = await made(colleague)
    expect(await count(colleague, {})).toBe(1)
    expect((await bulk(colleague.headers, { filter: {} })).done).toEqual([mine.id])
    expect((await bulk(colleague.headers, { ids: [theirs.id] })).failures).toMatchObject([{ name: theirs.id, error: 'not_found' }])
    expect(await statusOf(theirs)).toBe(200)
    for (const body of [{}, { ids: [] }, { ids: [theirs.id], filter: {} }]) {
      const reply = await send('POST', '/api/v1/api-tokens/bulk/revoke', { body, headers: client.headers })
      expect([reply.status, (await problem(reply)).error]).toEqual([422, 'invalid'])
    }
  })
})
