import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { app } from '../../app'
import { moveClock } from '../../core/clock'
import type { Permission } from '../../core/permissions'
import { mintCredential } from '../../core/secrets'
import { listen } from '../../core/signals'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'
import { auditOf, owner, setTenantStatus } from '../../testing/owner'
import { until } from '../../testing/world'

let origin = ''
beforeAll(async () => {
  // The address of a caller is that of a socket.
  const { server } = app.listen({ hostname: '127.0.0.1', port: 0 })
  origin = `http://127.0.0.1:${server!.port}`
  await listen()
})
afterAll(() => app.stop(true))
afterEach(() => moveClock(0))

type Input = Parameters<Client['api']['api-tokens']['post']>[0]
/** Whoever changes others leaves an administrator behind. */
async function administrator() {
  const client = await signedIn()
  const { items } = (await client.api.groups.get({ query: {} })).data!
  const admin = items.find(({ built_in }) => built_in === 'admin')!.id
  await client.api.users.post({ name: 'Admin', email: `${Bun.randomUUIDv7()}@test.example`, group_ids: [admin], org_unit_scope: 'all' })
  return client
}
const day = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * day)

async function made(client: Client, input: Partial<Input> = {}) {
  const { data, error } = await client.api['api-tokens'].post({
    name: 'nightly',
    scopes: ['devices.read'],
    expires_at: inDays(30),
    ...input,
  })
  if (error) throw new Error(JSON.stringify(error.value))
  return data
}
const as = (token: string) => ({ authorization: `Bearer ${token}` })
const statusOf = async (token: string, path = '/api/v1/devices') => (await send('GET', path, { headers: as(token) })).status
const post = (headers: Record<string, string>, body: unknown, path = '/api/v1/api-tokens') => send('POST', path, { headers, body })

describe('an API token', () => {
  // ASVS 14.2.4
  test('is shown once, of the one form, and nothing that is kept or told holds it', async () => {
    const client = await signedIn()
    const created = await made(client, { name: 'shown once' })
    expect(created.token).toMatch(/^mzt_[0-9A-Za-z]{92}$/)
    expect(created).toMatchObject({ name: 'shown once', owner: { kind: 'user', id: client.user_id }, last_used_at: null, revoked_at: null })
    expect(await statusOf(created.token)).toBe(200)
    await client.api['api-tokens']({ id: created.id }).delete()
    const told = await Promise.all(['/api/v1/api-tokens', '/api/v1/audit'].map(async (path) => (await send('GET', path, client)).text()))
    const tables = await owner<{ name: string }[]>`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace`
    const rows = await Promise.all(
      tables.map(({ name }) => owner`select t::text as row from ${owner(name)} t where tenant_id = ${client.tenant_id}`),
    )
    const everything = [...told, ...rows.flat().map(({ row }) => row as string)].join('\n')
    expect(everything).toContain('shown once')
    expect(everything).not.toContain(created.token.slice(24))
    expect(told.join()).not.toMatch(/"token_hash":"[0-9a-f]/)
    expect(await auditOf(client.tenant_id, 'api_tokens.create')).toMatchObject([
      { actor_id: client.user_id, entity_id: created.id, after: { name: 'shown once', scopes: ['devices.read'], token_hash: '(secret)' } },
    ])
    expect(await auditOf(client.tenant_id, 'api_tokens.revoke')).toMatchObject([{ entity_id: created.id }])
  })

  // ASVS 10.3.2
  test('may do what both its scopes and its owner may, as he may it now', async () => {
    const client = await signedIn()
    const maker = await signedIn(['devices.read', 'alerts.read', 'api_tokens.create'], { tenant_id: client.tenant_id })
    const { token } = await made(maker, { scopes: ['devices.read'] })
    expect(await statusOf(token)).toBe(200)
    const beyond = await send('GET', '/api/v1/alerts', { headers: as(token) })
    expect(beyond.status).toBe(403)
    expect((await problem(beyond)).detail).toContain('alerts.read')
    const group = (await client.api.users({ id: maker.user_id }).get()).data!.groups[0]!.id
    await client.api.groups({ id: group }).patch({ permissions: ['alerts.read'] })
    expect(await statusOf(token)).toBe(403)
    await client.api.groups({ id: group }).patch({ permissions: ['devices.read', 'org_units.read'] })
    expect(await statusOf(token)).toBe(200)
    expect(await statusOf(token, '/api/v1/org-units')).toBe(403)
  })

  test('sees what its owner sees now', async () => {
    const client = await administrator()
    const [north, south] = await Promise.all(
      ['North', 'South'].map(async (name) => (await client.api['org-units'].post({ name })).data!.id),
    )
    await registered(client, { org_unit_id: north, name: 'in the north' })
    await registered(client, { org_unit_id: south, name: 'in the south' })
    const maker = await signedIn(['devices.read', 'api_tokens.create'], { tenant_id: client.tenant_id, units: [north!] })
    const { token } = await made(maker)
    const names = async () => {
      const reply = await send('GET', '/api/v1/devices', { headers: as(token) })
      return ((await reply.json()) as { items: { name: string }[] }).items.map(({ name }) => name)
    }
    expect(await names()).toEqual(['in the north'])
    await client.api.users({ id: maker.user_id }).patch({ org_unit_scope: [{ org_unit_id: south!, subtree: true }] })
    expect(await names()).toEqual(['in the south'])
  })

  test('that is wrong in whatever way gets one identical 401', async () => {
    const client = await signedIn()
    const stranger = await signedIn()
    const good = await made(client)
    const revoked = await made(client)
    expect(await statusOf(revoked.token)).toBe(200)
    await client.api['api-tokens']({ id: revoked.id }).delete()
    const expired = await made(client, { expires_at: new Date(Date.now() + 60_000) })
    const elsewhere = await made(client, { allowed_addresses: ['192.0.2.0/24'] })
    moveClock(61_000)
    const { token } = good
    const wrong: Record<string, string> = {
      revoked: revoked.token,
      expired: expired.token,
      'from another address': elsewhere.token,
      mistyped: token.slice(0, -1) + (token.endsWith('0') ? '1' : '0'),
      truncated: token.slice(0, -1),
      empty: 'mzt_',
      'with a forged secret': mintCredential('mzt', client.tenant_id, good.id).text,
      'of another tenant': mintCredential('mzt', stranger.tenant_id, good.id).text,
      'of no row': mintCredential('mzt', client.tenant_id, Bun.randomUUIDv7()).text,
      'of a tenant that does not exist': mintCredential('mzt', Bun.randomUUIDv7(), good.id).text,
      'of another kind': token.replace('mzt_', 'mzd_'),
    }
    const answers = await Promise.all(
      Object.values(wrong).map(async (text) => {
        const reply = await send('GET', '/api/v1/devices', { headers: as(text) })
        const { request_id: _, ...told } = await problem(reply)
        return { status: reply.status, told, headers: Object.fromEntries([...reply.headers].filter(([name]) => name !== 'x-request-id')) }
      }),
    )
    expect(answers[0]).toMatchObject({ status: 401, told: { error: 'unauthenticated' } })
    for (const [index, name] of Object.keys(wrong).entries()) expect({ name, ...answers[index] }).toEqual({ name, ...answers[0]! })
    expect(await statusOf(token)).toBe(200)
  })

  test('ends with its time', async () => {
    const client = await signedIn()
    const { token } = await made(client, { expires_at: inDays(366) })
    expect(await statusOf(token)).toBe(200)
    moveClock(366 * day - 60_000)
    expect(await statusOf(token)).toBe(200)
    moveClock(366 * day + 1_000)
    expect(await statusOf(token)).toBe(401)
  })

  test('is good from its addresses alone', async () => {
    const client = await signedIn()
    const call = async (allowed_addresses: string[] | null) =>
      (await fetch(`${origin}/api/v1/devices`, { headers: as((await made(client, { allowed_addresses })).token) })).status
    expect(await call(['127.0.0.1'])).toBe(200)
    expect(await call(['192.0.2.0/24', '127.0.0.0/8'])).toBe(200)
    expect(await call(['192.0.2.0/24', '::1'])).toBe(401)
    expect(await call([])).toBe(200)
    expect(await call(null)).toBe(200)
  })

  test('ends at once when its owner is disabled or removed, or his tenant suspended', async () => {
    const client = await administrator()
    const maker = await signedIn(['devices.read', 'api_tokens.create'], { tenant_id: client.tenant_id })
    const { token } = await made(maker)
    expect(await statusOf(token)).toBe(200)
    await client.api.users({ id: maker.user_id }).patch({ disabled: true })
    expect(await statusOf(token)).toBe(401)
    await client.api.users({ id: maker.user_id }).patch({ disabled: false })
    expect(await statusOf(token)).toBe(200)
    await client.api.users({ id: maker.user_id }).delete()
    expect(await statusOf(token)).toBe(401)
    const last = await made(client)
    await setTenantStatus(client.tenant_id, 'suspended')
    expect(await statusOf(last.token)).toBe(403)
  })

  test('outlives the sign-in it was made with', async () => {
    const client = await signedIn()
    const { token } = await made(client)
    await client.api.me.sessions({ id: client.sid }).delete()
    expect(await statusOf(token)).toBe(200)
  })

  test('opens nothing that is about a sign-in, and no socket', async () => {
    const client = await signedIn()
    const { token } = await made(client, { scopes: ['devices.read', 'alerts.read'] })
    for (const path of ['/api/v1/me', '/api/v1/me/sessions', '/api/v1/me/mfa'])
      expect([path, await statusOf(token, path)]).toEqual([path, 401])
    for (const path of ['/api/v1/auth/switch-tenant', '/api/v1/auth/password/change', '/api/v1/ws/ticket'])
      expect([path, (await post(as(token), {}, path)).status]).not.toEqual([path, 200])
    expect((await post(as(token), {}, '/api/v1/ws/ticket')).status).toBe(401)
    expect((await fetch(`${origin}/api/ws/security?token=${token}`, { headers: { upgrade: 'websocket' } })).status).not.toBe(101)
    const opened = await new Promise((resolve) => {
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/ws/security?token=${token}`, { headers: { origin } })
      socket.addEventListener('open', () => resolve(true))
      socket.addEventListener('close', () => resolve(false))
    })
    expect(opened).toBe(false)
  })

  test('writes as itself, and the audit log knows its name', async () => {
    const client = await signedIn()
    const { token, id } = await made(client, { name: 'importer', scopes: ['org_units.create'] })
    expect((await post(as(token), { name: 'North' }, '/api/v1/org-units')).status).toBe(201)
    const { items } = (await client.api.audit.get({ query: { actor_id: id } })).data!
    expect(items).toMatchObject([{ actor_kind: 'api_token', actor_name: 'importer', action: 'org_units.create' }])
  })

  test('says when it was last used, to the minute', async () => {
    const client = await signedIn()
    const { token } = await made(client)
    const lastUsed = async () => (await client.api['api-tokens'].get({ query: {} })).data!.items[0]!.last_used_at
    await statusOf(token)
    await until('its use was noted', async () => (await lastUsed()) !== null)
    const first = await lastUsed()
    moveClock(30_000)
    await statusOf(token)
    moveClock(90_000)
    await statusOf(token)
    await until('its later use was noted', async () => String(await lastUsed()) !== String(first))
    // The use in between was not written.
    expect(Number(new Date((await lastUsed())!)) - Number(new Date(first!))).toBeGreaterThan(80_000)
    expect(await auditOf(client.tenant_id, 'api_tokens.update')).toHaveLength(0)
  })

  test('does not let its owner past what he may not do to himself', async () => {
    const client = await signedIn()
    const { token } = await made(client, { scopes: ['settings.users.update', 'settings.users.delete', 'settings.users.read'] })
    const path = `/api/v1/users/${client.user_id}`
    const refused = await send('PATCH', path, { headers: as(token), body: { disabled: true } })
    expect((await problem(refused)).error).toBe('own_account')
    expect((await problem(await send('DELETE', path, { headers: as(token) }))).error).toBe('own_account')
  })
})

describe('making API tokens', () => {
  test('gives nobody what he does not hold', async () => {
    const maker = await signedIn(['devices.read', 'api_tokens.create'])
    const reply = await post(maker.headers, { name: 'more', scopes: ['devices.read', 'devices.delete'], expires_at: inDays(1) })
    expect(reply.status).toBe(403)
    expect(await problem(reply)).toMatchObject({ error: 'beyond_own_permissions' })
  })

  test('with a token gives no more than that one has, and what it made ends with it', async () => {
    const client = await signedIn()
    const scopes: Permission[] = ['devices.read', 'api_tokens.create', 'api_tokens.delete']
    const first = await made(client, { scopes, expires_at: inDays(10), allowed_addresses: ['127.0.0.0/8'] })
    const ask = (body: object) =>
      fetch(`${origin}/api/v1/api-tokens`, {
        method: 'POST',
        headers: { ...as(first.token), 'content-type': 'application/json' },
        body: JSON.stringify({
          name: 'second',
          scopes: ['devices.read'],
          expires_at: inDays(5),
          allowed_addresses: ['127.0.0.1'],
          ...body,
        }),
      })
    expect((await ask({ scopes: ['alerts.read'] })).status).toBe(403)
    expect((await problem(await ask({ expires_at: inDays(11) }))).errors).toMatchObject([{ path: '/expires_at' }])
    expect((await problem(await ask({ allowed_addresses: null }))).errors).toMatchObject([{ path: '/allowed_addresses' }])
    expect((await problem(await ask({ allowed_addresses: ['0.0.0.0/0'] }))).errors).toMatchObject([{ path: '/allowed_addresses' }])
    const reply = await ask({})
    expect(reply.status).toBe(201)
    const second = (await reply.json()) as { token: string; owner: { id: string } }
    expect(second.owner.id).toBe(client.user_id)
    const use = async () => (await fetch(`${origin}/api/v1/devices`, { headers: as(second.token) })).status
    expect(await use()).toBe(200)
    await client.api['api-tokens']({ id: first.id }).delete()
    expect(await use()).toBe(401)
  })

  test.each([
    ['no name', { name: ' ' }, '/name'],
    ['no scope', { scopes: [] }, '/scopes'],
    ['a scope that does not exist', { scopes: ['devices.read', '*'] }, '/scopes/1'],
    ['no end', { expires_at: undefined }, '/expires_at'],
    ['an end in the past', { expires_at: new Date(Date.now() - 1000) }, '/expires_at'],
    ['an end too far away', { expires_at: inDays(366.1) }, '/expires_at'],
    ['an address that is none', { allowed_addresses: ['192.0.2.1', 'example.com'] }, '/allowed_addresses/1'],
    ['a network with bits behind its prefix', { allowed_addresses: ['192.0.2.1/24'] }, '/allowed_addresses/0'],
  ])('is refused with %s', async (_, input, path) => {
    const client = await signedIn()
    const reply = await post(client.headers, { name: 'nightly', scopes: ['devices.read'], expires_at: inDays(1), ...input })
    expect(reply.status).toBe(422)
    expect((await problem(reply)).errors![0]).toMatchObject({ path })
    expect((await client.api['api-tokens'].get({ query: {} })).data!.items).toEqual([])
  })
})

describe('the list', () => {
  const own: Permission[] = ['devices.read', 'api_tokens.read', 'api_tokens.create', 'api_tokens.delete']
  const namesOf = async (client: Client, query: { own?: boolean } = {}) =>
    (await client.api['api-tokens'].get({ query })).data!.items.map(({ name }) => name)

  test('has the own ones; who may see all of them may narrow it', async () => {
    const admin = await signedIn()
    const [one, two] = await Promise.all([1, 2].map(() => signedIn(own, { tenant_id: admin.tenant_id })))
    await made(one!, { name: 'of one' })
    await made(two!, { name: 'of two' })
    await made(admin, { name: 'of admin' })
    expect(await namesOf(one!)).toEqual(['of one'])
    expect(await namesOf(admin)).toEqual(['of admin', 'of two', 'of one'])
    expect(await namesOf(admin, { own: true })).toEqual(['of admin'])
    expect(await namesOf(await signedIn())).toEqual([])
  })

  test('lets the owner and administrators revoke, and nobody else', async () => {
    const admin = await signedIn()
    const place = { tenant_id: admin.tenant_id }
    const [one, two, auditor] = await Promise.all([
      signedIn(own, place),
      signedIn(own, place),
      signedIn([...own, 'settings.api_tokens.read'], place),
    ])
    const [first, second] = [await made(one), await made(one)]
    const revoke = async (client: Client, id: string) => (await client.api['api-tokens']({ id }).delete()).status
    expect(await revoke(two, first.id)).toBe(404)
    expect(await revoke(auditor, first.id)).toBe(403)
    expect(await statusOf(first.token)).toBe(200)
    expect(await revoke(one, first.id)).toBe(204)
    expect(await statusOf(first.token)).toBe(401)
    expect(await revoke(one, first.id)).toBe(204)
    expect(await revoke(admin, second.id)).toBe(204)
    expect(await statusOf(second.token)).toBe(401)
  })

  test('shows who sees a part of the organization what belongs to those who work there', async () => {
    const admin = await signedIn()
    const [north, south] = await Promise.all(['North', 'South'].map(async (name) => (await admin.api['org-units'].post({ name })).data!.id))
    const at = (unit: string) => ({ tenant_id: admin.tenant_id, units: [unit] })
    const [ours, theirs] = [await signedIn(own, at(north!)), await signedIn(own, at(south!))]
    await made(ours, { name: 'ours' })
    const foreign = await made(theirs, { name: 'theirs' })
    const northern = await signedIn([...own, 'settings.api_tokens.read', 'settings.api_tokens.delete'], at(north!))
    expect(await namesOf(northern)).toEqual(['ours'])
    expect((await northern.api['api-tokens']({ id: foreign.id }).delete()).status).toBe(404)
  })
})
