import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { startIngestor, send as deliver, telemetry } from '../../../ingestor/testing'
import { moveClock } from '../../core/clock'
import { limits } from '../../core/limits'
import { listen } from '../../core/signals'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'
import { owner, told, until } from '../../testing/world'

const ingestor = startIngestor()
beforeAll(() => listen())
afterAll(() => ingestor.stop())
afterEach(() => moveClock(0))

const keyed = (key: string) => ({ headers: { 'x-device-key': key } })
const pollStatus = async (key: string) => (await send('GET', '/api/v1/commands', keyed(key))).status
let moments = 0
const deliverStatus = async (key: string) => (await deliver(ingestor.url, { key }, [telemetry({ value: 1 }, (moments += 1))])).status
/** What API and ingestor answer to it. */
const answers = async (key: string) => [await pollStatus(key), await deliverStatus(key)]
const refusedEverywhere = (key: string) =>
  until('the key is refused everywhere', async () => (await answers(key)).join() === '401,401', 1000)

async function rotated(key: string, idempotencyKey?: string) {
  const headers = { 'x-device-key': key, ...(idempotencyKey && { 'idempotency-key': idempotencyKey }) }
  const reply = await send('POST', '/api/v1/devices/self/key', { headers })
  return { status: reply.status, ...((await reply.json()) as { device_key: string; previous_ends_at: string }) }
}

const keysOf = async (client: Client, id: string) => (await client.api.devices({ id }).keys.get({ query: {} })).data!.items

describe('a device that asks for a new key', () => {
  test('may use both until it uses the new one at the ingestor', async () => {
    const client = await signedIn()
    const device = await registered(client)
    expect(await answers(device.device_key)).toEqual([200, 204])
    const next = await rotated(device.device_key)
    expect(next.status).toBe(201)
    expect(Date.parse(next.previous_ends_at) - Date.now()).toBeGreaterThan(limits.deviceKeyOverlapMs - 60_000)
    expect(await answers(device.device_key)).toEqual([200, 204])
    expect(await deliverStatus(next.device_key)).toBe(204)
    await refusedEverywhere(device.device_key)
    expect(await answers(next.device_key)).toEqual([200, 204])
    const { items } = (await client.api.audit.get({ query: { action: 'device_keys.create' } })).data!
    expect(items).toMatchObject([{ actor_kind: 'device', actor_id: device.device_id, after: { key_hash: '(secret)' } }])
    expect(JSON.stringify(items)).not.toContain(next.device_key.slice(12))
  })

  test('ends the old one by using the new one at the API as well', async () => {
    const device = await registered(await signedIn())
    expect(await deliverStatus(device.device_key)).toBe(204)
    const next = await rotated(device.device_key)
    expect(await pollStatus(next.device_key)).toBe(200)
    expect(await pollStatus(device.device_key)).toBe(401)
    await refusedEverywhere(device.device_key)
  })

  test('and uses it as somebody ends it keeps the old one', async () => {
    const device = await registered(await signedIn())
    expect(await deliverStatus(device.device_key)).toBe(204)
    const next = await rotated(device.device_key)
    const ofDevice = () => owner`select id, revoked_at from device_key where device_id = ${device.device_id} order by id`
    const [, latest] = await ofDevice()
    let delivery: Promise<number> | undefined
    await owner.begin(async (sql) => {
      await sql`update device_key set revoked_at = now() where id = ${latest!.id}`
      delivery = deliverStatus(next.device_key)
      await until('the ingestor waits for that', async () => {
        const [row] = await owner`select count(*)::int as waiting from pg_locks l join pg_stat_activity a using (pid)
          where not l.granted and a.application_name = 'monozu ingestor' and a.datname = current_database()`
        return row!.waiting > 0
      })
    })
    expect(await delivery).toBe(204)
    expect((await ofDevice()).map(({ revoked_at }) => revoked_at === null)).toEqual([true, false])
  })

  test('and never uses it keeps the old one for a week', async () => {
    const device = await registered(await signedIn())
    expect(await pollStatus(device.device_key)).toBe(200)
    await rotated(device.device_key)
    moveClock(limits.deviceKeyOverlapMs - 60_000)
    expect(await answers(device.device_key)).toEqual([200, 204])
    moveClock(limits.deviceKeyOverlapMs + 1000)
    expect(await pollStatus(device.device_key)).toBe(401)
    const other = startIngestor()
    expect((await deliver(other.url, { key: device.device_key }, [telemetry({ value: 1 })])).status).toBe(401)
    await other.stop()
  })

  test('again and again, before it used any, has two that work, and the same request gets the same key', async () => {
    const client = await signedIn()
    const device = await registered(client)
    expect(await pollStatus(device.device_key)).toBe(200)
    const made = [await rotated(device.device_key, 'lost'), await rotated(device.device_key, 'lost'), await rotated(device.device_key)]
    expect(made[1]!.device_key).toBe(made[0]!.device_key)
    expect(await answers(made[0]!.device_key)).toEqual([401, 401])
    expect(await answers(device.device_key)).toEqual([200, 204])
    expect(made[2]!.previous_ends_at).toBe(made[0]!.previous_ends_at)
    const many = await Promise.all(Array.from({ length: 8 }, () => rotated(device.device_key)))
    expect(new Set(many.map(({ status }) => status))).toEqual(new Set([201]))
    const living = (await keysOf(client, device.device_id)).filter(({ revoked_at }) => !revoked_at)
    expect(living).toHaveLength(2)
    const statuses = await Promise.all(many.map(({ device_key }) => deliverStatus(device_key)))
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    await refusedEverywhere(device.device_key)
  })

  test('is refused with a key that has ended, in the words for any stranger', async () => {
    const device = await registered(await signedIn())
    const next = await rotated(device.device_key)
    expect(await pollStatus(next.device_key)).toBe(200)
    const refusals = [await send('POST', '/api/v1/devices/self/key', device), await send('POST', '/api/v1/devices/self/key')]
    const words = await Promise.all(refusals.map(async (reply) => ({ ...(await problem(reply)), request_id: reply.status })))
    expect(words[0]).toMatchObject({ error: 'unauthenticated', request_id: 401 })
    expect(words[0]).toEqual(words[1])
  })
})

describe('an administrator', () => {
  test('makes a key to bring to the device; the one in use goes on until then', async () => {
    const client = await signedIn()
    const device = await registered(client)
    expect(await pollStatus(device.device_key)).toBe(200)
    const { data, status } = await client.api.devices({ id: device.device_id }).keys.post()
    expect(status).toBe(201)
    expect(data).toMatchObject({ device_id: device.device_id, prefix: data!.device_key.slice(0, 12), last_used_at: null, expires_at: null })
    const forgotten = (await client.api.devices({ id: device.device_id }).keys.post()).data!
    expect(await answers(data!.device_key)).toEqual([401, 401])
    expect(await answers(device.device_key)).toEqual([200, 204])
    expect(await deliverStatus(forgotten.device_key)).toBe(204)
    await refusedEverywhere(device.device_key)
    const keys = await keysOf(client, device.device_id)
    expect(keys.map(({ revoked_at, last_used_at }) => [Boolean(revoked_at), Boolean(last_used_at)])).toEqual([
      [false, true],
      [true, false],
      [true, true],
    ])
    expect(JSON.stringify(keys)).not.toContain('hash')
    expect((await told(client.tenant_id)).map(({ data }) => data.event)).toEqual(['created', 'updated', 'updated'])
  })

  test('revokes a key: within a second it is refused everywhere, and nothing is stored with it', async () => {
    const client = await signedIn()
    const device = await registered(client)
    expect(await answers(device.device_key)).toEqual([200, 204])
    const [key] = await keysOf(client, device.device_id)
    expect((await client.api['device-keys']({ id: key!.id }).delete()).status).toBe(204)
    await refusedEverywhere(device.device_key)
    const [{ count } = {}] = await owner`select count(*)::int from telemetry_frame where tenant_id = ${client.tenant_id}`
    expect(await deliverStatus(device.device_key)).toBe(401)
    expect((await owner`select count(*)::int from telemetry_frame where tenant_id = ${client.tenant_id}`)[0]!.count).toBe(count as number)
    const [revoked] = await keysOf(client, device.device_id)
    expect((await client.api['device-keys']({ id: key!.id }).delete()).status).toBe(204)
    expect((await keysOf(client, device.device_id))[0]!.revoked_at).toEqual(revoked!.revoked_at)
    expect((await client.api.audit.get({ query: { entity_id: key!.id } })).data!.items).toMatchObject([
      { action: 'device_keys.revoke' },
      { action: 'device_keys.revoke', actor_id: client.user_id },
    ])
  })

  test('tells the device to do it: the command reaches it as any other', async () => {
    const client = await signedIn()
    const device = await registered(client)
    expect((await client.api.devices({ id: device.device_id }).commands.post({ type: 'rotate_key' })).status).toBe(201)
    const { items } = (await (await send('GET', '/api/v1/commands', device)).json()) as { items: { type: string }[] }
    expect(items).toMatchObject([{ type: 'rotate_key', arguments: {} }])
  })

  test('sees and ends keys only where he sees the device', async () => {
    const client = await signedIn()
    const [north, south] = await Promise.all(
      ['North', 'South'].map(async (name) => (await client.api['org-units'].post({ name })).data!.id),
    )
    const device = await registered(client, { org_unit_id: north })
    const [key] = await keysOf(client, device.device_id)
    const southern = await signedIn(undefined, { tenant_id: client.tenant_id, units: [south!] })
    expect((await southern.api.devices({ id: device.device_id }).keys.get({ query: {} })).status).toBe(404)
    expect((await southern.api.devices({ id: device.device_id }).keys.post()).status).toBe(404)
    expect((await southern.api['device-keys']({ id: key!.id }).delete()).status).toBe(404)
    const northern = await signedIn(undefined, { tenant_id: client.tenant_id, units: [north!] })
    expect((await northern.api['device-keys']({ id: key!.id }).delete()).status).toBe(204)
  })
})

test('when a key was last used is kept to the minute, whichever way it is used', async () => {
  const client = await signedIn()
  const device = await registered(client)
  const lastUse = async () => (await keysOf(client, device.device_id))[0]!.last_used_at?.getTime()
  expect(await lastUse()).toBeUndefined()
  expect(await deliverStatus(device.device_key)).toBe(204)
  const first = await lastUse()
  expect(first).toBeGreaterThan(Date.now() - 60_000)
  expect(await pollStatus(device.device_key)).toBe(200)
  expect(await lastUse()).toBe(first)
  moveClock(61_000)
  expect(await pollStatus(device.device_key)).toBe(200)
  await until('the use was noted', async () => (await lastUse())! > first!)
})
