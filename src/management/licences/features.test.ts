import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openIngestor } from '../../../ingestor/server'
import { featureNames } from '../../core/feature-flags'
import { listen } from '../../core/signals'
import { type Client, registered, signedIn } from '../../testing/api'
import { eventually } from '../../testing/eventually'
import { type StaffClient, staffSignedIn } from '../../testing/management'
import { owner } from '../../testing/owner'
import { linkPlanes } from '../../testing/planes'
import { runQueue } from '../../testing/world'
import { sendDue } from '../deliveries/service'

// A feature of a licence, from the decision of staff to what a device is told.

type Features = NonNullable<Parameters<StaffClient['api']['plans']['post']>[0]>['features']

let planes: ReturnType<typeof linkPlanes>
let staff: StaffClient
// Two of them: each hears of it.
const ingestors = [1, 2].map(() => openIngestor({ databaseUrl: Bun.env.DATABASE_INGEST_URL!, port: 0, hostname: '127.0.0.1' }))
beforeAll(async () => {
  await listen()
  planes = linkPlanes()
  staff = await staffSignedIn('owner')
})
afterAll(async () => {
  planes.close()
  await Promise.all(ingestors.map((ingestor) => ingestor.stop()))
})

/** As staff decide and the Cloud is told. */
async function include({ tenant_id }: Client, features: Features) {
  const terms = { features, max_users: null, max_devices: null, grace_days: 14 }
  const plan = (await staff.api.plans.post({ name: `Plan ${Bun.randomUUIDv7()}`, ...terms })).data!
  const given = await staff.api
    .tenants({ id: tenant_id })
    .licences.post({ plan_id: plan.id, expires_at: null, reason: 'agreed by contract' })
  expect(given.status).toBe(201)
  await sendDue()
}

/** A tenant whose licence includes everything, and a device of it. */
async function activeTenant() {
  const client = await signedIn()
  await include(client, [...featureNames])
  expect((await staff.api.tenants({ id: client.tenant_id }).events.post({ event: 'activate', reason: 'agreed by contract' })).status).toBe(
    200,
  )
  await sendDue()
  return { client, device: await registered(client) }
}

const start = Date.now()
let sent = 0
/** A record of each kind, each at a moment of its own. */
function records() {
  const of = (kind: string, data: object) => ({ kind, timestamp: new Date(start + (sent += 1)).toISOString(), data })
  return [
    of('telemetry', { cpu_percent: 7 }),
    of('security_alert', { title: `Door ${sent}`, severity: 'high' }),
    of('log', { level: 'info', message: 'hello' }),
    of('backup_event', { job_id: 'nightly', asset_id: 'switch', status: 'succeeded' }),
    of('vpn_session', { peer: 'site', event: 'connected' }),
    of('discovery', { ip: '10.0.0.7' }),
  ]
}

async function send(headers: Record<string, string>, body: object[], { url } = ingestors[0]!) {
  const reply = await fetch(`${url}/v1/ingest`, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await reply.text()
  const said = text ? (JSON.parse(text) as { accepted: number; rejected: { index: number; error: string; detail: string }[] }) : undefined
  return { status: reply.status, ...said }
}

test('the kinds of a feature that the tenant has not are refused, told, kept, and stored once it has it', async () => {
  const { client, device } = await activeTenant()
  expect((await send(device.headers, records())).status).toBe(204)
  await include(client, ['vpn'])
  // Each ingestor has remembered the key, and hears of the change without being asked again.
  for (const ingestor of ingestors)
    expect(await eventually(async () => (await send(device.headers, records(), ingestor)).status === 200)).toBe(true)
  await owner`delete from rejected_record where tenant_id = ${client.tenant_id}`
  const body = records()
  const said = await send(device.headers, body)
  expect(said).toMatchObject({
    status: 200,
    accepted: 4,
    rejected: [
      { index: 1, error: 'feature_disabled', detail: 'The feature security is not switched on for this organization' },
      { index: 3, error: 'feature_disabled', detail: 'The feature backup is not switched on for this organization' },
    ],
  })
  // Nothing of a request is left: never worth repeating, and said so. What was kept is kept once.
  expect((await send(device.headers, [body[1]!])).status).toBe(422)
  const refused = (await client.api.telemetry.rejected.get({ query: { error: 'feature_disabled' } })).data!.items
  expect(refused.map(({ error }) => error)).toEqual(['feature_disabled', 'feature_disabled'])

  await runQueue(client.tenant_id)
  await include(client, ['vpn', 'security'])
  const alertsOf = async () => (await client.api.alerts.get({ query: { limit: 200 } })).data?.items.map(({ title }) => title) ?? []
  const title = (body[1]!.data as { title: string }).title
  expect(await alertsOf()).not.toContain(title)
  for (const ingestor of ingestors)
    expect(await eventually(async () => (await send(device.headers, [records()[1]!], ingestor)).status === 204)).toBe(true)
  expect((await client.api.telemetry.rejected.replay.post({ error: 'feature_disabled' })).status).toBeLessThan(300)
  const left = async () => (await client.api.telemetry.rejected.get({ query: {} })).data!.items
  expect(await eventually(async () => (await left()).length === 1, 5_000)).toBe(true)
  expect((await left())[0]).toMatchObject({ error: 'feature_disabled', detail: expect.stringContaining('backup') })
  await runQueue(client.tenant_id)
  expect((await alertsOf()).filter((one) => one === title)).toHaveLength(1)
})

test('the database is not asked for it again while a key is known', async () => {
  const { client, device } = await activeTenant()
  await include(client, [])
  expect(await eventually(async () => (await send(device.headers, records())).status === 200)).toBe(true)
  const scans = async () =>
    Number(
      (
        await owner`select pg_stat_force_next_flush(), seq_scan + coalesce(idx_scan, 0) as scans from pg_stat_user_tables where relname = 'licence' and schemaname = 'public'`
      )[0]!.scans,
    )
  const before = await scans()
  const rounds = 1000
  for (let round = 0; round < rounds; round += 1) expect((await send(device.headers, records())).status).toBe(200)
  // Other connections count too, some of them late: a hundred or so, whatever the rounds are.
  expect((await scans()) - before).toBeLessThan(rounds / 5)
})
