import { afterEach, describe, expect, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { mintCredential } from '../../core/secrets'
import { type Client, problem, send, signedIn } from '../../testing/api'
import { owner, walk } from '../../testing/world'

afterEach(() => moveClock(0))

type Input = Parameters<Client['api']['settings']['edge-registration-keys']['post']>[0]

async function made(client: Client, input: Partial<Input> = {}) {
  const { data } = await client.api.settings['edge-registration-keys'].post({ label: 'test', ...input })
  return data!
}

const register = (provisioning_key: string | undefined, body: Record<string, unknown> = {}) =>
  send('POST', '/api/v1/devices/register', {
    headers: provisioning_key === undefined ? {} : { 'x-provisioning-key': provisioning_key },
    body: { name: 'edge', ...body },
  })

const keysOf = async (client: Client) => (await client.api.settings['edge-registration-keys'].get({ query: {} })).data!.items

/** A well-formed key with a right checksum, that nobody ever made. */
const forged = (tenant_id: string, id: string) => mintCredential('mzp', tenant_id, id).text

describe('a registration key', () => {
  test('of 10 uses makes exactly 10 devices of 50 that register at once', async () => {
    const client = await signedIn()
    const { provisioning_key } = await made(client, { use_limit: 10 })
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => register(provisioning_key, { name: `edge-${index}`, hardware_id: `hw-${index}` })),
    )
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(10)
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(40)
    expect((await client.api.devices.summary.get()).data).toMatchObject({ total: 10 })
    expect(await keysOf(client)).toMatchObject([{ uses: 10, use_limit: 10 }])
    const answers = (await Promise.all(replies.filter(({ status }) => status === 201).map((reply) => reply.json()))) as {
      device_id: string
      device_key: string
    }[]
    expect(new Set(answers.map(({ device_id }) => device_id)).size).toBe(10)
    expect(new Set(answers.map(({ device_key }) => device_key)).size).toBe(10)
  })

  test('that is wrong in whatever way gets one identical 401, and nothing happens', async () => {
    const client = await signedIn()
    const stranger = await signedIn()
    const expired = await made(client, { label: 'expired', expires_at: new Date(Date.now() + 60_000) })
    const revoked = await made(client, { label: 'revoked' })
    await client.api.settings['edge-registration-keys']({ id: revoked.id }).delete()
    const usedUp = await made(client, { label: 'used up', use_limit: 1 })
    expect((await register(usedUp.provisioning_key)).status).toBe(201)
    const good = await made(client, { label: 'good' })
    const device = (await (await register(good.provisioning_key)).json()) as { device_key: string }
    const text = good.provisioning_key
    const before = await keysOf(client)
    moveClock(61_000)
    const wrong = {
      expired: expired.provisioning_key,
      revoked: revoked.provisioning_key,
      'used up': usedUp.provisioning_key,
      'none at all': undefined,
      empty: '',
      'not a key': 'let me in',
      mistyped: text.slice(0, -1) + (text.endsWith('0') ? '1' : '0'),
      truncated: text.slice(0, -1),
      'too long': `${text}0`,
      'with a forged secret': forged(client.tenant_id, good.id),
      "of another tenant's prefix": forged(stranger.tenant_id, good.id),
      'of a tenant that does not exist': forged(Bun.randomUUIDv7(), good.id),
      'of no row': forged(client.tenant_id, Bun.randomUUIDv7()),
      'a device key': device.device_key,
      'a device key that says it is a registration key': device.device_key.replace('mzd_', 'mzp_'),
    }
    const answers = await Promise.all(
      Object.values(wrong).map(async (key) => {
        const reply = await register(key)
        const { request_id: _, ...told } = await problem(reply)
        const headers = Object.fromEntries([...reply.headers].filter(([name]) => name !== 'x-request-id'))
        return { status: reply.status, told, headers }
      }),
    )
    expect(answers[0]).toMatchObject({ status: 401, told: { error: 'unauthenticated' } })
    for (const [index, name] of Object.keys(wrong).entries()) expect({ name, ...answers[index] }).toEqual({ name, ...answers[0]! })
    expect(await keysOf(client)).toEqual(before)
    expect((await client.api.devices.summary.get()).data).toMatchObject({ total: 2 })
  })

  test('can be sent in the body; the header goes first', async () => {
    const client = await signedIn()
    const { provisioning_key } = await made(client)
    expect((await register(undefined, { registration_key: provisioning_key })).status).toBe(201)
    expect((await register('mzp_wrong', { registration_key: provisioning_key })).status).toBe(401)
    expect((await register(provisioning_key, { registration_key: 'mzp_wrong' })).status).toBe(201)
    expect(await keysOf(client)).toMatchObject([{ uses: 2 }])
  })

  test('places the device in its organization unit', async () => {
    const client = await signedIn()
    const [north, south] = await Promise.all(
      ['North', 'South'].map(async (name) => (await client.api['org-units'].post({ name })).data!.id),
    )
    const { provisioning_key, org_unit_id } = await made(client, { org_unit_id: north })
    expect(org_unit_id).toBe(north!)
    const { device_id, tenant_id } = (await (await register(provisioning_key)).json()) as { device_id: string; tenant_id: string }
    expect(tenant_id).toBe(client.tenant_id)
    expect((await client.api.devices({ id: device_id }).get()).data).toMatchObject({ org_unit_id: north })
    const northern = await signedIn(['devices.read'], { tenant_id: client.tenant_id, units: [north!] })
    const southern = await signedIn(['devices.read'], { tenant_id: client.tenant_id, units: [south!] })
    expect((await northern.api.devices({ id: device_id }).get()).status).toBe(200)
    expect((await southern.api.devices({ id: device_id }).get()).status).toBe(404)
  })

  test('is shown once: no list, audit row, kept answer or other row of the database holds it', async () => {
    const client = await signedIn()
    const ask = () =>
      send('POST', '/api/v1/settings/edge-registration-keys', {
        headers: { ...client.headers, 'idempotency-key': 'once-and-no-more' },
        body: { label: 'shown once' },
      })
    const created = await ask()
    expect(created.status).toBe(201)
    const { provisioning_key, id } = (await created.json()) as { provisioning_key: string; id: string }
    const { device_key } = (await (await register(provisioning_key)).json()) as { device_key: string }
    const again = await ask()
    expect(again.status).toBe(201)
    expect(await again.json()).toMatchObject({ id, provisioning_key })
    expect(await keysOf(client)).toHaveLength(1)
    await client.api.settings['edge-registration-keys']({ id }).delete()

    const read = await Promise.all(
      ['/api/v1/settings/edge-registration-keys', '/api/v1/audit', '/api/v1/devices'].map(async (path) =>
        (await send('GET', path, client)).text(),
      ),
    )
    const tables = await owner<{ name: string }[]>`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace`
    expect(tables.length).toBeGreaterThan(20)
    const rows = await Promise.all(
      tables.map(({ name }) => owner`select t::text as row from ${owner(name)} t where tenant_id = ${client.tenant_id}`),
    )
    const everything = [...read, ...rows.flat().map(({ row }) => row as string)].join('\n')
    expect(everything).toContain('shown once')
    for (const key of [provisioning_key, device_key]) expect(everything).not.toContain(key.slice(24))
    expect(read[0]).not.toContain('hash')
    expect((await client.api.audit.get({ query: { entity_id: id } })).data!.items).toMatchObject([
      { action: 'provisioning_keys.revoke' },
      { action: 'provisioning_keys.create', after: { key_hash: '(secret)', label: 'shown once' } },
    ])
  })

  test('asked for with the Idempotency-Key of another request is refused', async () => {
    const client = await signedIn()
    const headers = { ...client.headers, 'idempotency-key': 'mine' }
    expect((await send('POST', '/api/v1/settings/edge-registration-keys', { headers, body: { label: 'one' } })).status).toBe(201)
    const other = await send('POST', '/api/v1/settings/edge-registration-keys', { headers, body: { label: 'two' } })
    expect(other.status).toBe(422)
    expect((await problem(other)).error).toBe('idempotency_key_reused')
    expect(await keysOf(client)).toHaveLength(1)
  })

  test('that is revoked stays listed, and its devices stay', async () => {
    const client = await signedIn()
    const { id, provisioning_key } = await made(client)
    const { device_key } = (await (await register(provisioning_key)).json()) as { device_key: string }
    expect((await client.api.settings['edge-registration-keys']({ id }).delete()).status).toBe(204)
    const [revoked] = await keysOf(client)
    expect(revoked!.revoked_at).not.toBeNull()
    expect((await client.api.settings['edge-registration-keys']({ id }).delete()).status).toBe(204)
    expect((await keysOf(client))[0]!.revoked_at).toEqual(revoked!.revoked_at)
    expect((await send('GET', '/api/v1/commands', { headers: { 'x-device-key': device_key } })).status).toBe(200)
  })
})

describe('registration keys', () => {
  test('are listed newest first, page by page', async () => {
    const client = await signedIn()
    for (const label of ['a', 'b', 'c', 'd', 'e']) await made(client, { label })
    const items = await walk(
      async (cursor) => (await client.api.settings['edge-registration-keys'].get({ query: { limit: 2, cursor } })).data!,
    )
    expect(items.map(({ label }) => label)).toEqual(['e', 'd', 'c', 'b', 'a'])
  })

  test('are made, seen and revoked only where the caller sees the unit', async () => {
    const client = await signedIn()
    const [north, south] = await Promise.all(
      ['North', 'South'].map(async (name) => (await client.api['org-units'].post({ name })).data!.id),
    )
    const foreign = await made(client, { org_unit_id: south })
    const northern = await signedIn(undefined, { tenant_id: client.tenant_id, units: [north!] })
    const keys = northern.api.settings['edge-registration-keys']
    expect((await keys.post({ label: 'mine', org_unit_id: north })).status).toBe(201)
    expect((await keys.post({ label: 'theirs', org_unit_id: south })).status).toBe(422)
    expect((await keys.post({ label: 'everywhere' })).status).toBe(422)
    expect((await keysOf(northern)).map(({ label }) => label)).toEqual(['mine'])
    expect((await keys({ id: foreign.id }).delete()).status).toBe(404)
    expect((await keysOf(client)).find(({ id }) => id === foreign.id)!.revoked_at).toBeNull()
  })

  test.each([
    ['no label', {}],
    ['a blank label', { label: '  ' }],
    ['no use at all', { label: 'x', use_limit: 0 }],
    ['half a use', { label: 'x', use_limit: 1.5 }],
    ['an end that is no time', { label: 'x', expires_at: 'tomorrow' }],
    ['an end beyond what the database can keep', { label: 'x', expires_at: '+275760-09-13T00:00:00.000Z' }],
    ['a unit that does not exist', { label: 'x', org_unit_id: Bun.randomUUIDv7() }],
  ])('are refused with %s', async (_, body) => {
    const client = await signedIn()
    const reply = await send('POST', '/api/v1/settings/edge-registration-keys', { headers: client.headers, body })
    expect(reply.status).toBe(422)
    expect((await problem(reply)).error).toBe('invalid')
    expect(await keysOf(client)).toEqual([])
  })
})
