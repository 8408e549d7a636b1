import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { runJob } from '../../core/jobs'
import { jobs } from '../../jobs'
import { type Client, registered, signedIn } from '../../testing/api'
import { type Reported, owner, queued, report, runQueue, told } from '../../testing/world'

setDefaultTimeout(20_000)

const start = Date.UTC(2026, 2, 1, 12)
const at = (minutes: number) => new Date(start + minutes * 60_000)
const alarm = (data: Record<string, unknown> = {}, minutes = 0): Reported => ({
  kind: 'security_alert',
  at: at(minutes),
  data: { title: 'Door open', severity: 'high', dedupe_key: 'door', ...data },
})

const listed = async (client: Client) => (await client.api.alerts.get({ query: {} })).data!.items
const handle = (tenant_id: string) => runJob(jobs['records.handle']!, { tenant_id })
const unhandled = async (tenant_id: string) =>
  (await owner`select id from device_record where tenant_id = ${tenant_id} and handled_at is null`).length

describe('a security_alert record', () => {
  test('becomes an alert, in the unit of its device, and the consoles are told', async () => {
    const client = await signedIn()
    const { id: north } = (await client.api['org-units'].post({ name: 'North' })).data!
    const device = await registered(client, { org_unit_id: north, name: 'edge-7' })
    const before = (await told(client.tenant_id)).length
    const data = {
      title: 'Port scan',
      severity: 'critical',
      description: 'Many ports',
      rule: 'scan',
      source_ip: '203.0.113.5',
      destination_ip: '192.0.2.1',
    }
    await report(device, [{ kind: 'security_alert', at: at(0), data }])
    expect(await queued(client.tenant_id)).toMatchObject([{ task: 'records.handle' }])
    await runQueue(client.tenant_id)
    const [alert, ...more] = await listed(client)
    expect(more).toEqual([])
    expect(alert).toMatchObject({
      ...data,
      status: 'open',
      device_id: device.device_id,
      device_name: 'edge-7',
      org_unit_id: north,
      count: 1,
      comment: null,
      acknowledged_at: null,
      acknowledged_by: null,
    })
    expect([alert!.first_seen_at, alert!.last_seen_at]).toEqual([at(0), at(0)])
    const events = (await told(client.tenant_id)).slice(before)
    expect(events).toMatchObject([
      {
        type: 'alert',
        permission: 'alerts.read',
        org_unit_id: north,
        data: {
          id: alert!.id,
          event: 'created',
          alert: { id: alert!.id, title: 'Port scan', severity: 'critical', count: 1, device_name: 'edge-7' },
        },
      },
    ])
  })

  test('becomes an alert once, however often the job runs, one after the other or at once', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await report(device, [alarm(), alarm({ dedupe_key: 'window' })])
    await Promise.all([1, 2, 3, 4].map(() => handle(client.tenant_id)))
    const before = await listed(client)
    const events = await told(client.tenant_id)
    await handle(client.tenant_id)
    await runQueue(client.tenant_id)
    expect(before.map(({ count }) => count)).toEqual([1, 1])
    expect(await listed(client)).toEqual(before)
    expect(await told(client.tenant_id)).toEqual(events)
    expect(await unhandled(client.tenant_id)).toBe(0)
  })

  test('that repeats an open alert counts it up, from the earliest to the latest moment', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await report(device, [alarm({}, 5)])
    await runQueue(client.tenant_id)
    const before = (await told(client.tenant_id)).length
    await report(device, [alarm({ description: 'again' }, 9), alarm({}, 2)])
    await runQueue(client.tenant_id)
    const [alert, ...more] = await listed(client)
    expect(more).toEqual([])
    expect(alert).toMatchObject({ count: 3, status: 'open' })
    expect([alert!.first_seen_at, alert!.last_seen_at]).toEqual([at(2), at(9)])
    const events = (await told(client.tenant_id)).slice(before)
    expect(events).toMatchObject([{ data: { id: alert!.id, event: 'updated', alert: { count: 3 } } }])
  })

  test('of the same key come together as one, in the words of the first, as grave as the gravest; a later one only raises it', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await report(device, [
      alarm({ title: 'first', severity: 'low' }, 3),
      alarm({ title: 'second', severity: 'high' }, 1),
      alarm({ severity: 'medium' }, 2),
    ])
    await runQueue(client.tenant_id)
    const [alert] = await listed(client)
    expect(alert).toMatchObject({ title: 'first', severity: 'high', count: 3, first_seen_at: at(1), last_seen_at: at(3) })
    await report(device, [alarm({ severity: 'low' }, 4)])
    await runQueue(client.tenant_id)
    expect(await listed(client)).toMatchObject([{ id: alert!.id, severity: 'high', count: 4, last_seen_at: at(4) }])
  })

  test('without a dedupe_key repeats what has the same rule and title', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const say = (title: string, rule?: string) => alarm({ title, rule, dedupe_key: undefined })
    await report(device, [say('a'), say('a'), say('a', 'r'), say('a', 'r'), say('a', 'r'), say('b')])
    await runQueue(client.tenant_id)
    expect((await listed(client)).map(({ title, rule, count }) => [title, rule, count]).sort()).toEqual([
      ['a', null, 2],
      ['a', 'r', 3],
      ['b', null, 1],
    ])
  })

  test('of another device is another alert', async () => {
    const client = await signedIn()
    const devices = [await registered(client), await registered(client)]
    for (const device of devices) await report(device, [alarm()])
    await runQueue(client.tenant_id)
    expect((await listed(client)).map(({ device_id, count }) => [device_id!, count]).sort()).toEqual(
      devices.map(({ device_id }) => [device_id, 1]).sort(),
    )
  })

  test.each(['acknowledged', 'closed'])('that repeats an alert which is %s opens a new one', async (status) => {
    const client = await signedIn()
    const device = await registered(client)
    await report(device, [alarm()])
    await runQueue(client.tenant_id)
    const [first] = await listed(client)
    if (status === 'closed') await client.api.alerts({ id: first!.id }).close.post({ verdict: 'benign' })
    else await client.api.alerts({ id: first!.id }).acknowledge.post({})
    await report(device, [alarm({}, 1), alarm({}, 2)])
    await runQueue(client.tenant_id)
    expect(await listed(client)).toMatchObject([
      { status: 'open', count: 2 },
      { id: first!.id, status, count: 1 },
    ])
  })

  test('of a device that is gone meanwhile is kept, for those who see the whole organization', async () => {
    const client = await signedIn()
    const { id: north } = (await client.api['org-units'].post({ name: 'North' })).data!
    const device = await registered(client, { org_unit_id: north })
    await report(device, [alarm(), { kind: 'discovery', data: { ip: '192.0.2.7', open_ports: [] } }])
    await client.api.devices({ id: device.device_id }).delete()
    await runQueue(client.tenant_id)
    expect(await listed(client)).toMatchObject([{ device_id: device.device_id, device_name: null, org_unit_id: null, count: 1 }])
    expect((await client.api.discoveries.get({ query: {} })).data!.items).toEqual([])
    expect(await unhandled(client.tenant_id)).toBe(0)
    expect(await listed(await signedIn(['alerts.read'], { tenant_id: client.tenant_id, units: [north] }))).toEqual([])
  })

  test('of the greatest length that is let in is no stumbling block', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const long = (from: number) => Array.from({ length: 150 }, (_, index) => String.fromCodePoint(0x20000 + from + index * 37)).join('')
    await report(device, [alarm({ title: long(1), rule: long(9), dedupe_key: undefined, description: 'x'.repeat(8_192) }), alarm()])
    await runQueue(client.tenant_id)
    expect((await listed(client)).map(({ title }) => title).sort()).toEqual(['Door open', long(1)])
  })
})

describe('many records', () => {
  test('more than one round takes get the rounds they need', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await report(
      device,
      Array.from({ length: 600 }, (_, index) => alarm({ title: `alert ${index % 300}`, dedupe_key: `key ${index % 300}` }, index)),
    )
    await handle(client.tenant_id)
    expect(await unhandled(client.tenant_id)).toBe(100)
    expect((await queued(client.tenant_id)).map(({ task }) => task)).toEqual(['records.handle', 'records.handle'])
    await runQueue(client.tenant_id)
    expect(await unhandled(client.tenant_id)).toBe(0)
    expect(await queued(client.tenant_id)).toEqual([])
    const [row] =
      await owner`select count(*)::int as alerts, sum(count)::int as reports, min(count) as least, max(count) as most from alert where tenant_id = ${client.tenant_id}`
    expect(row).toEqual({ alerts: 300, reports: 600, least: 2, most: 2 })
  })

  test('that need no action are left as they are, and do not come between those that do', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const log: Reported = { kind: 'log', data: { level: 'info', message: 'hello' } }
    await report(device, [log, alarm(), log, { kind: 'discovery', data: { ip: '192.0.2.7', open_ports: [] } }, log])
    await runQueue(client.tenant_id)
    expect(await listed(client)).toHaveLength(1)
    expect((await client.api.discoveries.get({ query: {} })).data!.items).toMatchObject([{ ip: '192.0.2.7' }])
    expect(await unhandled(client.tenant_id)).toBe(3)
  })

  test('delivered in quick succession queue one job', async () => {
    const client = await signedIn()
    const device = await registered(client)
    for (let minute = 0; minute < 5; minute += 1) await report(device, [alarm({}, minute)])
    expect(await queued(client.tenant_id)).toHaveLength(1)
    await runQueue(client.tenant_id)
    expect(await listed(client)).toMatchObject([{ count: 5 }])
  })

  test('of one tenant are no matter of another', async () => {
    const [mine, theirs] = [await signedIn(), await signedIn()]
    const device = await registered(mine)
    await report(device, [alarm()])
    await handle(theirs.tenant_id)
    expect(await unhandled(mine.tenant_id)).toBe(1)
    await runQueue(mine.tenant_id)
    expect(await listed(mine)).toHaveLength(1)
    expect(await listed(theirs)).toEqual([])
  })
})
