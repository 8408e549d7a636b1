import { expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { auditOf, setTenantStatus } from '../../testing/owner'
import { problem, send, signedIn, within } from '../../testing/api'

const path = '/api/v1/tenant'

test('the organization is read and renamed, and that is in the audit log', async () => {
  const { api, tenant_id, user_id } = await signedIn()
  expect((await api.tenant.get()).data).toMatchObject({ id: tenant_id, name: 'Test', status: 'active' })
  expect((await api.tenant.patch({ name: 'Monozu Süd' })).data).toMatchObject({ id: tenant_id, name: 'Monozu Süd' })
  expect((await api.me.get()).data!.tenant).toEqual({ id: tenant_id, name: 'Monozu Süd', status: 'active', grace_ends_at: null })
  expect([...(await auditOf(tenant_id, 'tenants.update'))]).toMatchObject([
    { actor_id: user_id, entity_id: tenant_id, before: { name: 'Test' }, after: { name: 'Monozu Süd' } },
  ])
})

test('a name that is none is refused, and nothing but the name is taken', async () => {
  const { headers, tenant_id } = await signedIn()
  for (const body of [{}, { name: '' }, { name: '  ' }, { name: null }, { name: 'x'.repeat(201) }]) {
    const reply = await send('PATCH', path, { body, headers })
    expect([body, reply.status, (await problem(reply)).errors?.[0]?.path]).toEqual([body, 422, '/name'])
  }
  const reply = await send('PATCH', path, { body: { name: 'Kept', status: 'suspended', id: Bun.randomUUIDv7(), version: 9 }, headers })
  expect(await reply.json()).toMatchObject({ id: tenant_id, name: 'Kept', status: 'active' })
})

test('one tenant changes nothing of another, and sees none', async () => {
  const [mine, other] = [await signedIn(), await signedIn()]
  await mine.api.tenant.patch({ name: 'Mine' })
  expect((await other.api.tenant.get()).data!.name).toBe('Test')
  const seen = await within(mine.tenant_id, ({ tx }) => tx.execute(sql`table tenant`))
  expect(seen.map(({ id }) => id)).toEqual([mine.tenant_id])
  const changed = await within(mine.tenant_id, ({ tx }) => tx.execute(sql`update tenant set name = 'Taken' where id = ${other.tenant_id}`))
  expect(changed.count).toBe(0)
})

test('If-Match is held against the version that was seen, also of those who change at the same moment', async () => {
  const { headers } = await signedIn()
  const change = (name: string) => send('PATCH', path, { body: { name }, headers: { ...headers, 'if-match': '"v1"' } })
  expect((await send('GET', path, { headers })).headers.get('etag')).toBe('"v1"')
  const replies = await Promise.all(['a', 'b', 'c'].map(change))
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412])
})

test('in its days of grace it works as before', async () => {
  const { api, tenant_id } = await signedIn()
  await setTenantStatus(tenant_id, 'grace')
  expect((await api.tenant.get()).data).toMatchObject({ status: 'grace' })
})
