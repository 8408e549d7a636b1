import { describe, expect, test } from 'bun:test'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'
import { type Reported, type Reporter, owner, report, runQueue, walk } from '../../testing/world'

const start = Date.UTC(2026, 2, 1, 12)
const at = (minutes: number) => new Date(start + minutes * 60_000)
const log = (message: string, minutes = 0, more: Record<string, unknown> = {}): Reported => ({
  kind: 'log',
  at: at(minutes),
  data: { level: 'info', message, ...more },
})
/** One of every kind, a minute after the other. */
const everyKind: Reported[] = [
  log('Started', 0, { source: 'init', unit: 'modbus.service' }),
  { kind: 'security_alert', at: at(1), data: { title: 'Port scan', severity: 'high', rule: 'scan' } },
  { kind: 'discovery', at: at(2), data: { ip: '192.0.2.7', hostname: 'plc-7', vendor: 'Acme', open_ports: [] } },
  { kind: 'backup_event', at: at(3), data: { job_id: 'nightly', asset_id: 'switch-1', status: 'succeeded' } },
  { kind: 'vpn_session', at: at(4), data: { peer: 'laptop', event: 'connected', endpoint: '203.0.113.5:51820' } },
]

interface Event {
  id: string
  kind: string
  at: string
  level: string | null
  source: string | null
  summary: string
  data?: Record<string, unknown>
}
interface Events {
  items: Event[]
  next_cursor: string | null
}

const path = ({ device_id }: Reporter, query: [string, string][] = []) =>
  `/api/v1/devices/${device_id}/events?${new URLSearchParams([['from', at(-60).toISOString()], ...query])}`
const listed = async (client: Client, device: Reporter, ...query: [string, string][]) =>
  (await (await send('GET', path(device, query), client)).json()) as Events
const kinds = async (client: Client, device: Reporter, ...query: [string, string][]) =>
  (await listed(client, device, ...query)).items.map(({ kind }) => kind)

describe('what a device reports besides telemetry', () => {
  test('is listed by the clock of the device, newest first, each with what it says, and read whole', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await report(device, everyKind.toReversed())
    const { items } = await listed(client, device)
    expect(items.map(({ id: _, ...event }) => event)).toMatchObject([
      { kind: 'vpn_session', at: at(4).toISOString(), level: 'connected', source: 'laptop', summary: '203.0.113.5:51820' },
      { kind: 'backup_event', level: 'succeeded', source: 'nightly', summary: 'switch-1' },
      { kind: 'discovery', level: null, source: 'Acme', summary: '192.0.2.7 plc-7' },
      { kind: 'security_alert', level: 'high', source: 'scan', summary: 'Port scan' },
      { kind: 'log', at: at(0).toISOString(), level: 'info', source: 'init', summary: 'Started' },
    ])
    const whole = await send('GET', `/api/v1/devices/${device.device_id}/events/${items.at(-1)!.id}`, client)
    expect(await whole.json()).toMatchObject({ ...items.at(-1), data: everyKind[0]!.data })
  })

  test('is told in the list by its beginning, however long it is', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await report(device, [log('ü'.repeat(8_000))])
    const [event] = (await listed(client, device)).items
    expect(event!.summary).toBe('ü'.repeat(500))
    expect(event!.data).toBeUndefined()
  })

  test('is narrowed to kinds, to a stretch of time and to what stands anywhere in it', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await report(device, everyKind)
    expect(await kinds(client, device, ['kind', 'log'], ['kind', 'backup_event'])).toEqual(['backup_event', 'log'])
    expect(await kinds(client, device, ['to', at(2).toISOString()])).toEqual(['security_alert', 'log'])
    expect((await listed(client, device, ['search', 'MODBUS.s'])).items.map(({ summary }) => summary)).toEqual(['Started'])
    expect(await kinds(client, device, ['search', '%'])).toEqual([])
    const later = await send('GET', `/api/v1/devices/${device.device_id}/events?from=${at(3).toISOString()}`, client)
    expect(((await later.json()) as Events).items.map(({ kind }) => kind)).toEqual(['vpn_session', 'backup_event'])
  })

  test('is of the last seven days where no beginning is given', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const day = 86_400_000
    await report(
      device,
      [6, 8].map((days) => ({ ...log(`${days} days ago`), at: new Date(Date.now() - days * day) })),
    )
    const reply = await send('GET', `/api/v1/devices/${device.device_id}/events`, client)
    expect(((await reply.json()) as Events).items.map(({ summary }) => summary)).toEqual(['6 days ago'])
  })

  test('comes page by page, each once, also where many are of one moment', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const messages = Array.from({ length: 25 }, (_, index) => `line ${index}`)
    await report(
      device,
      messages.map((message, index) => log(message, Math.floor(index / 10))),
    )
    const all = await walk((cursor) => listed(client, device, ['limit', '4'], ...(cursor ? [['cursor', cursor] as [string, string]] : [])))
    expect(all.map(({ summary }) => summary).sort()).toEqual(messages.sort())
    expect(all.map((event) => event.at)).toEqual(
      all
        .map((event) => event.at)
        .toSorted()
        .toReversed(),
    )
  })

  test.each([
    ['a beginning that is no time', '?from=yesterday'],
    ['an unknown kind', `?from=${at(0).toISOString()}&kind=weather`],
    ['a foreign cursor', `?from=${at(0).toISOString()}&cursor=eyJ9`],
  ])('asked for with %s is refused', async (_, query) => {
    const client = await signedIn()
    const { device_id } = await registered(client)
    const reply = await send('GET', `/api/v1/devices/${device_id}/events${query}`, client)
    expect([reply.status, (await problem(reply)).error]).toEqual([422, 'invalid'])
  })
})

describe('who sees it', () => {
  test('sees of alerts, discoveries and VPN sessions only what he may see elsewhere', async () => {
    const admin = await signedIn()
    const device = await registered(admin)
    await report(device, everyKind)
    const as = (...more: string[]) => signedIn(['devices.events.read', ...more] as never, { tenant_id: admin.tenant_id })
    expect(await kinds(await as(), device)).toEqual(['backup_event', 'log'])
    expect(await kinds(await as('alerts.read'), device)).toEqual(['backup_event', 'security_alert', 'log'])
    expect(await kinds(await as('discoveries.read', 'vpn.sessions.read'), device)).toEqual([
      'vpn_session',
      'backup_event',
      'discovery',
      'log',
    ])
    const [alert] = (await listed(admin, device, ['kind', 'security_alert'])).items
    const reply = await send('GET', `/api/v1/devices/${device.device_id}/events/${alert!.id}`, await as())
    expect([reply.status, (await problem(reply)).error]).toEqual([404, 'not_found'])
  })

  test('sees nothing of a feature that the licence does not include', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await report(device, everyKind)
    await owner`
      insert into licence (tenant_id, id, plan, features, limits, as_of) values (${client.tenant_id}, ${Bun.randomUUIDv7()}, 'small', ${['backup']}, '{}', now())`
    expect(await kinds(client, device)).toEqual(['backup_event', 'discovery', 'log'])
  })

  test('sees the devices of his units alone, and no event of another device under one of his', async () => {
    const admin = await signedIn()
    const { id: north } = (await admin.api['org-units'].post({ name: 'North' })).data!
    const [mine, other] = [await registered(admin, { org_unit_id: north }), await registered(admin)]
    await report(mine, [log('mine')])
    await report(other, [log('other')])
    await runQueue(admin.tenant_id)
    const member = await signedIn(['devices.events.read', 'devices.read'], { tenant_id: admin.tenant_id, units: [north] })
    expect((await listed(member, mine)).items.map(({ summary }) => summary)).toEqual(['mine'])
    expect((await send('GET', path(other), member)).status).toBe(404)
    const [hidden] = (await listed(admin, other)).items
    for (const device of [mine, other])
      expect((await send('GET', `/api/v1/devices/${device.device_id}/events/${hidden!.id}`, member)).status).toBe(404)
    expect((await send('GET', path(mine), await signedIn(['devices.read'], { tenant_id: admin.tenant_id }))).status).toBe(403)
  })
})
