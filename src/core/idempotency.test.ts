import { afterEach, expect, test } from 'bun:test'
import { owner } from '../testing/owner'
import { type Client, problem, registered, send, signedIn } from '../testing/api'
import { moveClock } from './clock'
import { limits } from './limits'

afterEach(() => moveClock(0))

const add = ({ headers }: Pick<Client, 'headers'>, key: string, name: string, path = '/api/v1/groups') =>
  send('POST', path, { body: { name, permissions: [] }, headers: { ...headers, 'idempotency-key': key } })

test('many who send the same at once get one answer', async () => {
  const client = await signedIn()
  const replies = await Promise.all(Array.from({ length: 8 }, () => add(client, 'one', 'Once')))
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201))
  const bodies = await Promise.all(replies.map((reply) => reply.text()))
  expect(new Set(bodies).size).toBe(1)
  expect(await owner`select from access_group where tenant_id = ${client.tenant_id} and name = 'Once'`).toHaveLength(1)
  expect(await owner`select from audit_log where tenant_id = ${client.tenant_id} and action = 'groups.create'`).toHaveLength(1)
})

test('the key belongs to one request on one route', async () => {
  const client = await signedIn()
  expect((await add(client, 'one', 'First')).status).toBe(201)
  for (const reply of [
    await add(client, 'one', 'Second'),
    await add(client, 'one', 'First', '/api/v1/org-units'),
    await add(client, 'one', 'First', '/api/v1/groups?x=1'),
  ]) {
    expect([reply.status, (await problem(reply)).error]).toEqual([422, 'idempotency_key_reused'])
  }
})

test('who lost the permission gets no kept answer', async () => {
  const client = await signedIn(['settings.groups.create'])
  expect((await add(client, 'one', 'Once')).status).toBe(201)
  await owner`update access_group set permissions = '{}' where tenant_id = ${client.tenant_id} and built_in is null`
  moveClock(limits.sessionCacheMs + 1000)
  expect((await add(client, 'one', 'Once')).status).toBe(403)
})

test('after a day the key is free again, whether it was cleared away or not', async () => {
  const client = await signedIn()
  const unit = () => send('POST', '/api/v1/org-units', { body: { name: 'Same' }, headers: { ...client.headers, 'idempotency-key': 'one' } })
  await owner`update session set rotated_at = now() + interval '2 days', expires_at = now() + interval '3 days' where id = ${client.sid}`
  const first = (await (await unit()).json()) as { id: string }
  await owner`update idempotent_answer set created_at = now() - interval '25 hours' where tenant_id = ${client.tenant_id}`
  const second = await unit()
  expect(second.status).toBe(201)
  expect(((await second.json()) as { id: string }).id).not.toBe(first.id)
  const third = (await (await unit()).json()) as { id: string }
  expect(third.id).not.toBe(first.id)
})

test('an answer without a body is repeated as such', async () => {
  const client = await signedIn()
  const device = await registered(client)
  const command = (await client.api.devices({ id: device.device_id }).commands.post({ type: 'ping' })).data!.id
  await send('GET', '/api/v1/commands', { headers: device.headers })
  const report = () =>
    send('POST', `/api/v1/commands/${command}/result`, {
      body: { state: 'succeeded' },
      headers: { ...device.headers, 'idempotency-key': 'one' },
    })
  expect([(await report()).status, (await report()).status]).toEqual([204, 204])
})

test('on what creates nothing it means nothing', async () => {
  const client = await signedIn()
  const headers = { ...client.headers, 'idempotency-key': 'one' }
  for (let time = 0; time < 2; time += 1) expect((await send('GET', '/api/v1/groups', { headers })).status).toBe(200)
  expect(await owner`select from idempotent_answer where tenant_id = ${client.tenant_id}`).toHaveLength(0)
})
