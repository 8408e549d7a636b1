import { afterAll, expect, test } from 'bun:test'
import postgres from 'postgres'
import { startIngestor } from '../../ingestor/testing'
import { signedIn } from '../testing/api'
import { owner } from '../testing/owner'
import { startApi, startCommand } from '../testing/process'
import { type Credentials, openSender } from './device'
import { compare } from './ledger'
import { openShape } from './shapes'

const ingestor = startIngestor()
const api = await startApi({ INGEST_PUBLIC_URL: ingestor.url })
const sql = postgres(Bun.env.DATABASE_URL!, { max: 1, onnotice: () => {} })
afterAll(async () => {
  await sql.end({ timeout: 1 })
  await api.stop()
  await ingestor.stop()
})

async function newKey() {
  const client = await signedIn()
  const { data } = await client.api.settings['edge-registration-keys'].post({ label: 'fleet' })
  return { client, key: data!.provisioning_key }
}

test('a fleet registers, misbehaves, and finds all that was acknowledged stored, once', async () => {
  const { client, key } = await newKey()
  const env = { MONOZU_URL: api.url, PROVISIONING_KEY: key, DATABASE_URL: Bun.env.DATABASE_URL! }
  const { code, output } = await startCommand(['fleet', '--devices', '6', '--interval', '0.1', '--duration', '4'], env).ended()
  expect(output).toContain('lost: 0, twice: 0, devices with other records: 0, wrong answers: 0')
  expect(code).toBe(0)
  expect((await client.api.devices.summary.get()).data).toMatchObject({ total: 6 })
  const [stored] = await owner`select count(*)::int as frames from telemetry_frame where tenant_id = ${client.tenant_id}`
  expect(stored!.frames).toBeGreaterThan(6)
  const [, acknowledged] = /acknowledged: (\d+) records/.exec(output.slice(output.lastIndexOf('acknowledged:')))!
  expect(Number(acknowledged)).toBeGreaterThanOrEqual(Number(stored!.frames))
}, 60_000)

test('the ledger notices what is lost, what is there twice, and what is something else', async () => {
  const { client, key } = await newKey()
  const { tenant_id } = client
  const registered = await fetch(`${api.url}/api/v1/devices/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-provisioning-key': key },
    body: JSON.stringify({ name: 'appliance' }),
  })
  const credentials = (await registered.json()) as Credentials
  const sender = openSender(credentials, Math.random)
  const next = openShape({ random: Math.random, skewMs: 0, stepMs: 1000, beganAt: Date.now() })
  // So many that the sum of their moments is beyond 2^53.
  for (let batch = 0; batch < 6; batch++) sender.buffer(next(1500))
  sender.buffer(next(10))
  await sender.flush()
  expect(sender.account).toMatchObject({ frames: 9010, batches: 7, wrong: [] })
  const found = () => compare(sql, tenant_id, new Map([[credentials.device_id, sender.account]]))
  expect(await found()).toEqual({ lost: 0, doubled: 0, different: 0 })
  const [first] = await owner`select min(at) as at from telemetry_frame where tenant_id = ${tenant_id}`
  const move = (ms: number) =>
    owner`update telemetry_frame set at = at + ${ms} * interval '1 ms' where tenant_id = ${tenant_id} and at < ${first!.at}::timestamptz + interval '500 ms'`
  await move(7)
  expect(await found()).toEqual({ lost: 0, doubled: 0, different: 1 })
  await owner`insert into telemetry_frame select tenant_id, device_id, at + interval '1 ms', layout_id, values
    from telemetry_frame where tenant_id = ${tenant_id} order by at limit 1`
  expect(await found()).toMatchObject({ lost: 0, doubled: 1 })
  await owner`delete from telemetry_frame where tenant_id = ${tenant_id} and at < ${first!.at}::timestamptz + interval '2500 ms'`
  expect(await found()).toMatchObject({ lost: 3, doubled: 0 })
}, 60_000)

test('a fleet that cannot be started says why, all at once', async () => {
  const { code, output } = await startCommand(['fleet', '--devices', '0', '--interval', 'soon'], {}).ended()
  expect(code).toBe(2)
  for (const part of ['--devices', '--interval', 'PROVISIONING_KEY']) expect(output).toContain(part)
})
